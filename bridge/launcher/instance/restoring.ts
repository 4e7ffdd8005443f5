import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigRefusal } from '../../config/refusal.ts';
import { operationsText } from '../../text/terminal/operations.ts';
import type { DataPaths } from './instance.ts';

/** There while a restore puts a house in its place; of that instance. */
export const Restoring = z.object({ id: z.string().regex(/^[0-9a-f]{12}$/) });
export type Restoring = z.infer<typeof Restoring>;

const UNPACKED = '.restoring-';
/** Begins the name of a folder that holds an unpacked backup, with all its secrets. */
export const unpackedPrefix = ({ data }: DataPaths): string => join(data, UNPACKED);

/** A killed restore's; the caller holds the lock. */
export function removeUnpacked({ data }: DataPaths): void {
  for (const name of readdirSync(data).filter((one) => one.startsWith(UNPACKED)))
    rmSync(join(data, name), { recursive: true, force: true });
}

/** Half a house is not to be taken for a new one. Throws a `Refusal`; the caller holds the lock. */
export function refuseUnfinished(paths: DataPaths): void {
  if (!existsSync(paths.instance) && existsSync(paths.restoring))
    throw new ConfigRefusal(operationsText.restoreUnfinished(paths.data));
  removeUnpacked(paths);
}
