import { sha256 } from '../../bridge/digest/canonical.ts';
import type { JobKey } from '../ledger/ledger-entry.ts';

/** By which people name what a command has changed in a folder. */
export const undoCode = (key: JobKey): string => sha256(key).slice(0, 8);
