import { once } from 'node:events';
import type { House } from './house.ts';

/** One verb of `npm start` on this house, to its end; `input` stands in for what is typed. */
export async function verb(
  house: House,
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  const up = await house.readyFile();
  const process = house.launch(args, env, input);
  await once(process, 'close');
  const said = house.output;
  if (up !== undefined) house.adopt(up.pids.launcher);
  return { code: process.exitCode, said };
}
