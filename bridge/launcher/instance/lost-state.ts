import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigRefusal } from '../../config/refusal.ts';
import { startFaultText } from '../../text/terminal/start-faults.ts';
import { type DataPaths, type Instance, stateRoot } from './instance.ts';

/** Before Redis 7 it was one file. */
const KEPT = [
  ['synapse', ['homeserver.db']],
  ['redis', ['appendonlydir', 'appendonly.aof']],
] as const;

/**
 * A house that was furnished once and whose messages or memory are gone would open as an empty one, without a word.
 * Throws a `Refusal`: the data folder was moved without what lies elsewhere, or something was deleted.
 */
export function refuseLostState(instance: Instance, paths: DataPaths): void {
  if (!existsSync(paths.provision)) return;
  const root = stateRoot(instance, paths);
  const lost = KEPT.flatMap(([part, names]) =>
    names.some((name) => existsSync(join(root, part, name))) ? [] : [join(root, part, names[0])],
  );
  if (lost.length > 0) throw new ConfigRefusal(startFaultText.stateLost(lost, paths.data));
}
