import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigRefusal } from '../config/refusal.ts';
import { runProgram } from '../processes/run-program.ts';
import type { Phrase } from '../text/say.ts';
import { upgradeText } from '../text/terminal/upgrade.ts';

/** A registry that answers at all says something within this; between two packages a large one may come in slowly. */
const SILENCE = { firstMs: 45_000, thenMs: 300_000 };
/** `npm http fetch GET 200 https://…`, for what is in its cache too. */
const FETCHED = /^npm http fetch [A-Z]+ [23]\d\d /;
const FAILED_FETCH = /^npm http fetch [A-Z]+ (\S+) attempt \d+ failed/;
const NO_WAY =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR|EIDLETIMEOUT)\b/;

const LockFile = z.object({
  packages: z.record(z.string(), z.object({ os: z.array(z.string()).optional(), link: z.boolean().optional() })),
});

/** `npm ci` in a folder of its own. Throws a `Refusal` that tells a registry that is away from a lock that does not fit. */
export async function installPackagesInto(
  folder: string,
  env: Record<string, string>,
  progress: (far: Phrase) => void,
  stop: AbortSignal,
): Promise<void> {
  const all = await countPackages(folder);
  let host = await registryOf(folder, env, stop);
  let fetched = 0;
  progress(upgradeText.waitingFor(host));
  const line = (text: string) => {
    const failed = FAILED_FETCH.exec(text)?.[1];
    if (failed !== undefined && URL.canParse(failed)) {
      ({ host } = new URL(failed));
      progress(upgradeText.waitingFor(host));
    }
    if (!FETCHED.test(text)) return;
    fetched = Math.min(fetched + 1, all);
    progress(upgradeText.fetched(fetched, all));
  };
  const args = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=http',
    '--fetch-retry-mintimeout=2000',
    '--fetch-retry-maxtimeout=8000',
  ];
  const { code, tail, silent } = await runProgram({
    program: 'npm',
    args,
    env,
    cwd: folder,
    stop,
    line,
    silence: { ...SILENCE, life: (text) => FETCHED.test(text) },
  });
  if (code === 0) return;
  const said = tail.filter((text) => /^npm (?:ERR!|error)/.test(text)).join('\n');
  if (silent || NO_WAY.test(said)) throw new ConfigRefusal(upgradeText.registryAway(host));
  if (/\bENOSPC\b/.test(said)) throw new ConfigRefusal(upgradeText.noRoom(folder));
  throw new ConfigRefusal(upgradeText.installFailed(said.split('\n').slice(0, 4).join('\n')));
}

/** Those for other systems are not fetched. */
async function countPackages(folder: string): Promise<number> {
  const lock = LockFile.safeParse(JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')));
  if (!lock.success) return 1;
  return Object.entries(lock.data.packages).filter(
    ([at, { os, link }]) =>
      at.includes('node_modules/') && link !== true && (os === undefined || os.includes(process.platform)),
  ).length;
}

async function registryOf(folder: string, env: Record<string, string>, stop: AbortSignal): Promise<string> {
  const { tail } = await runProgram({
    program: 'npm',
    args: ['config', 'get', 'registry'],
    env,
    cwd: folder,
    stop,
    silence: { firstMs: 10_000, thenMs: 10_000 },
  });
  const url = tail.find((text) => URL.canParse(text));
  return url === undefined ? 'npm registry' : new URL(url).host;
}
