import type { AgentId } from '../../../bridge/protocol/ids.ts';
import type { AgentConfig } from '../../../bridge/protocol/roster.ts';
import type { Provider } from '../../models/providers/provider.ts';
import type { TaskRules } from '../state/transitions.ts';

const MINUTE = 60_000;

/** How long the house waits, milliseconds. */
export const PATIENCE: TaskRules['patience'] = {
  triage: MINUTE,
  propose: 2 * MINUTE,
  critique: 2 * MINUTE,
  vote: 2 * MINUTE,
  work: 10 * MINUTE,
  verify: 3 * MINUTE,
  diagnose: 3 * MINUTE,
  report: 4 * MINUTE,
  /** A master sleeps, drives and works. */
  question: 24 * 60 * MINUTE,
  /** Beyond a command's own time: for the queue, and an executor that has to come back. */
  command: 15 * MINUTE,
};

interface SharedModel {
  readonly config: Pick<AgentConfig, 'id' | 'patience'>;
  readonly provider: Pick<Provider, 'queue'>;
}
/** Seconds, where the roster does not say. */
const USUAL_PATIENCE = 60;

/**
 * How many times as long as others an agent is waited for: everybody who shares its server may come before it, and it
 * may be a slow one by itself. Pure.
 */
export function slowness(models: readonly SharedModel[]): ReadonlyMap<AgentId, number> {
  const sharing = Map.groupBy(models, ({ provider }) => provider.queue);
  return new Map(
    models.map(({ config, provider: { queue } }) => {
      const rounds = queue === undefined ? 1 : Math.ceil((sharing.get(queue)?.length ?? 1) / queue.limit);
      return [config.id, rounds * Math.max(1, (config.patience ?? USUAL_PATIENCE) / USUAL_PATIENCE)];
    }),
  );
}
