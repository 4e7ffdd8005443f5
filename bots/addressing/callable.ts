import type { AgentId, UserId } from '../../bridge/protocol/ids.ts';

/** Somebody who can be called by name. */
export interface Callable {
  readonly id: AgentId;
  readonly userId: UserId;
  readonly callsigns: readonly string[];
}
