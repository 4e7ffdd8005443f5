import type { FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Lang } from '../protocol/ids.ts';
import { preferredLang } from '../text/room/agent-api-help.ts';
import type { Board } from '../stores/task-board.ts';
import type { House } from './swarm-port.ts';
import type { KeyRing } from '../stores/agent-keys.ts';
import type { Mailbox } from '../stores/agent-inbox.ts';
import type { Figures, Meters } from './metrics.ts';
import type { Rate } from '../stores/rate-limit.ts';

export interface DoorDeps {
  readonly redis: Redis;
  readonly keys: KeyRing;
  readonly mailbox: Mailbox;
  readonly board: Board;
  readonly house: House;
  /** Under which outside agents reach this. */
  readonly url: string;
  /** Nobody on another machine gets there by that. */
  readonly onlyHere?: boolean;
  /** Names of the public DNS under which it may be asked for. */
  readonly names?: readonly string[];
  /** What reaches it comes from a network of its own, as containers have one: the figures may be asked for from there. */
  readonly ownNetwork?: boolean;
  readonly rate: Rate;
  readonly log: Logger;
  /** What the house lets be seen of itself; absent: the door's own figures alone. */
  readonly watched?: Watched | undefined;
}

export interface Watched {
  readonly meters: Meters;
  readonly figures: () => Promise<Figures>;
  /** Each part by name, and whether it does its work. */
  readonly parts: () => Promise<Readonly<Record<string, boolean>>>;
}

export const langOf = (request: FastifyRequest, fallback: Lang): Lang => preferredLang(request.headers['accept-language'], fallback);
