import { type FaultCode, ProviderFault } from '../../bridge/protocol/fault.ts';
import { faultPhrase } from '../../bridge/text/faults.ts';
import { clockTime, resting, restsUntil } from '../../bridge/text/room/budget.ts';
import { modelWayBack } from '../../bridge/text/room/models.ts';
import type { Turn, TurnDeps } from './turn.ts';

/**
 * The line in which an answer ends that a model did not give; null where silence is right: a blackout is told once.
 * @param spoken whether words of it stand in the room, where their end has to be too.
 */
export async function endInFault(
  { id, job, name, provider }: Turn,
  error: unknown,
  spoken: boolean,
  deps: TurnDeps,
): Promise<string | null> {
  const code: FaultCode = error instanceof ProviderFault ? error.code : 'turn.failed';
  // Names of errors only: a provider's message may hold the prompt or the key.
  deps.log.warn(
    {
      event: job.source,
      turn: id,
      model: provider.label,
      code,
      error: error instanceof Error ? error.name : 'unknown',
    },
    'turn ended in a fault',
  );
  const { retryAfterMs, rest, tries }: Partial<Pick<ProviderFault, 'retryAfterMs' | 'rest' | 'tries'>> =
    error instanceof ProviderFault ? error : {};
  const ours = code === 'purse.blackout' || code === 'purse.frozen';
  if (ours) deps.status.rested(job.agent, code);
  else deps.status.failed(job.agent, code);
  if (rest !== undefined && !(await deps.spending.tellsFirst(job.agent, rest, id)) && !spoken) return null;
  const until =
    rest?.until == null
      ? undefined
      : // What the provider said is told once, by the fault itself.
        (ours ? resting : restsUntil)[job.lang](
          rest.why,
          clockTime(rest.until, Date.now(), deps.timeZone, job.lang),
          name,
        );
  const said = faultPhrase[code][job.lang]({ model: provider.label, agent: name, retryAfterMs, tries, rest: until });
  const chosen = code.startsWith('provider.') && deps.bindings.isChosen(job.agent);
  return chosen ? `${said} ${modelWayBack[job.lang](name)}` : said;
}
