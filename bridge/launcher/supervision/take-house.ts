import { ConfigRefusal } from '../../config/refusal.ts';
import { startFaultText } from '../../text/terminal/start-faults.ts';
import { type DataPaths, openDataFolder } from '../instance/instance.ts';
import { takeLock } from '../instance/lock.ts';
import { refuseUnfinished } from '../instance/restoring.ts';
import type { Terminal } from '../instance/terminal.ts';
import { Supervision } from './supervision.ts';

/**
 * The data folder for this process alone, until the supervision is disposed of. Throws a `ConfigRefusal` where another
 * process has it, or where a restore was cut short.
 */
export function takeHouse(paths: DataPaths, terminal: Terminal): Supervision {
  openDataFolder(paths);
  const lock = takeLock(paths.lock);
  if (lock.kind === 'taken') throw new ConfigRefusal(startFaultText.alreadyRunning(lock.by, paths.data));
  try {
    refuseUnfinished(paths);
    const supervision = new Supervision(paths, terminal);
    supervision.defer(lock.release);
    return supervision;
  } catch (error) {
    lock.release();
    throw error;
  }
}
