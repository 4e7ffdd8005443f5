import type { OrderBox } from '../bridge/queue/executor-queue.ts';
import { Library } from './memory/library/library.ts';
import { libraryReading } from './memory/library/library-reading.ts';
import { Shelf } from './memory/library/shelf.ts';
import { tellDocument } from './memory/library/tell-document.ts';
import type { SwarmBase } from './swarm-base.ts';

/** The documents of the memory room, found by what stands in them. */
export const buildLibrary = (base: SwarmBase, orders: OrderBox): Library =>
  new Library({
    room: base.houseMemory,
    shelf: new Shelf(base.redis),
    read: libraryReading({ redis: base.redis, orders }),
    tell: tellDocument(base),
    log: base.log,
  });
