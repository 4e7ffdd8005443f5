import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { partsText } from '../../text/terminal/parts.ts';
import { writeSecretJson } from '../instance/files.ts';
import { type DataPaths, type Instance, stateRoot } from '../instance/instance.ts';
import { ProcessMark, end, isAlive, partsOf } from '../instance/processes.ts';
import type { Terminal } from '../instance/terminal.ts';

const Parts = z.record(z.string(), ProcessMark);

/** Which processes are ours, written down at every change, for the launcher that comes after a killed one. */
export function rememberParts(paths: DataPaths, parts: Readonly<Record<string, ProcessMark>>): void {
  writeSecretJson(paths.parts, parts);
}

function remembered(paths: DataPaths): readonly ProcessMark[] {
  try {
    return Object.values(Parts.parse(JSON.parse(readFileSync(paths.parts, 'utf8'))));
  } catch {
    return [];
  }
}

/** Ends what a killed launcher left running: those written down, and those that it had no time to write down. */
export async function endLeftovers(instance: Instance, paths: DataPaths, terminal: Terminal): Promise<void> {
  const all = [...remembered(paths), ...partsOf(instance.id, join(stateRoot(instance, paths), 'redis'))].filter(
    isAlive,
  );
  const once = all.filter((one, i) => all.findIndex((other) => other.pid === one.pid) === i);
  if (once.length === 0) return;
  terminal.say(partsText.leftovers(once.length));
  await end(once, 10_000);
}
