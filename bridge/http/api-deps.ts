import type { FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Lang } from '../protocol/ids.ts';
import { preferredLang } from '../text/room/agent-api-help.ts';
import type { Board } from '../stores/task-board.ts';
import type { SwarmPort } from './swarm-port.ts';
import type { AgentKeys } from '../stores/agent-keys.ts';
import type { AgentInbox } from '../stores/agent-inbox.ts';
import type { Figures, Metrics } from './metrics.ts';
import type { Rate } from '../stores/rate-limit.ts';

export interface ApiDeps {
  readonly redis: Redis;
  readonly keys: AgentKeys;
  readonly inbox: AgentInbox;
  readonly board: Board;
  readonly port: SwarmPort;
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
  /** What the house lets be seen of itself; absent: the agents' API's own figures alone. */
  readonly observed?: Observed | undefined;
}

export interface Observed {
  readonly metrics: Metrics;
  readonly figures: () => Promise<Figures>;
  /** Each part by name, and whether it does its work. */
  readonly parts: () => Promise<Readonly<Record<string, boolean>>>;
}

export const langOf = (request: FastifyRequest, fallback: Lang): Lang =>
  preferredLang(request.headers['accept-language'], fallback);
