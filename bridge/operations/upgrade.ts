import { existsSync, rmSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { z } from 'zod';
import { loadSettings } from '../config/load.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import { tellLauncher } from '../launcher/control.ts';
import { readJson, writeSecretJson } from '../launcher/instance/files.ts';
import { type DataPaths, dataPaths, openDataFolder } from '../launcher/instance/instance.ts';
import { holder } from '../launcher/instance/lock.ts';
import { prerequisites } from '../launcher/instance/prerequisites.ts';
import { runProgram } from '../processes/run-program.ts';
import { upgradeText } from '../text/terminal/upgrade.ts';
import { backUpInstance } from './backup.ts';
import { putInPlace, stagePackages } from './new-packages.ts';
import type { VerbRequest } from './verbs.ts';
import { git, gitEnvironment, projectVersion, synapsePin } from './versions.ts';

/** git says something all the time while it fetches. */
const UPSTREAM_SILENT_MS = 45_000;

/** There while the new version is in the folder and the house does not have it yet. */
const Unfinished = z.object({ from: z.string() });

/** `npm start -- upgrade`: a backup, the upstream's version, what it needs, and the house anew. Returns the exit code. */
export async function upgrade(asked: VerbRequest, stop: AbortSignal): Promise<number> {
  const { project, environment, args, terminal } = asked;
  if (args.length > 0) {
    terminal.say(upgradeText.usage);
    return 2;
  }
  const paths = dataPaths(project, loadSettings(environment));
  const house = existsSync(paths.instance);
  const unfinished = house ? readJson(paths.upgrade, Unfinished) : undefined;
  const before = unfinished?.from ?? (await version(asked));
  const news = await look(asked, stop);
  if (unfinished !== undefined) terminal.say(upgradeText.goingOn);
  if (news === 0 && unfinished === undefined) {
    terminal.mark(true, upgradeText.newest(before)[terminal.lang]());
    return 0;
  }
  if (news > 0) {
    if (house) await backUpInstance(project, environment, {}, terminal, stop);
    await bringUp(asked, paths, house ? before : undefined, stop);
  }
  if (house) {
    openDataFolder(paths);
    await prerequisites(environment, `${paths.logs}/install.log`, terminal, stop);
    rmSync(paths.upgrade, { force: true });
  }
  terminal.mark(true, upgradeText.done(before, await version(asked))[terminal.lang]());
  if (holder(paths.lock) === undefined) terminal.say(upgradeText.startYourself);
  else terminal.say((await tellLauncher(paths, 'start-afresh')) ? upgradeText.restarting : upgradeText.restartYourself);
  return 0;
}

const version = async ({ project, environment }: VerbRequest): Promise<string> =>
  `Chavion ${await projectVersion(project, environment)}, Synapse ${synapsePin(project)}`;

/** How many changes there are upstream. Throws a `Refusal` where they could not simply follow. */
async function look({ project, environment, terminal }: VerbRequest, stop: AbortSignal): Promise<number> {
  const ask = (...args: readonly string[]) => git(project, environment, args, stop);
  const top = await ask('rev-parse', '--show-toplevel');
  if (top === null || (await realpath(top)) !== (await realpath(project)))
    throw new ConfigRefusal(upgradeText.notClone(project));
  const changed = ((await ask('status', '--porcelain', '--untracked-files=no')) ?? '?')
    .split('\n')
    .filter((line) => line !== '');
  if (changed.length > 0) throw new ConfigRefusal(upgradeText.localChanges(changed.slice(0, 8)));
  if ((await ask('rev-parse', '--abbrev-ref', '@{upstream}')) === null) throw new ConfigRefusal(upgradeText.noUpstream);
  using step = terminal.step(upgradeText.fetching);
  step.progress(upgradeText.asking(hostOf(await ask('ls-remote', '--get-url')))[terminal.lang]());
  const { code } = await runProgram({
    program: 'git',
    args: ['-C', project, 'fetch', '--progress'],
    env: gitEnvironment(environment),
    stop,
    silence: { firstMs: UPSTREAM_SILENT_MS, thenMs: UPSTREAM_SILENT_MS },
  });
  if (code !== 0) throw new ConfigRefusal(upgradeText.unreachable);
  const count = async (range: string) => Number((await ask('rev-list', '--count', range)) ?? Number.NaN);
  const [behind, ahead] = [await count('HEAD..@{upstream}'), await count('@{upstream}..HEAD')];
  if (behind > 0 && ahead > 0) throw new ConfigRefusal(upgradeText.diverged);
  step.done(upgradeText.found(behind)[terminal.lang]());
  return behind;
}

/** Its packages first, beside their place: where they cannot be had, nothing has changed. */
async function bringUp(
  { project, environment, terminal }: VerbRequest,
  paths: DataPaths,
  from: string | undefined,
  stop: AbortSignal,
): Promise<void> {
  using step = terminal.step(upgradeText.installing);
  const staged = await stagePackages(project, environment, (far) => step.progress(far[terminal.lang]()), stop);
  try {
    // From here on it is a matter of a second, and goes through.
    stop.throwIfAborted();
    if (from !== undefined) writeSecretJson(paths.upgrade, { from });
    if ((await git(project, environment, ['merge', '--ff-only', '--quiet', '@{upstream}'])) === null) {
      rmSync(paths.upgrade, { force: true });
      throw new ConfigRefusal(upgradeText.notMerged);
    }
    if (staged !== null) await putInPlace(project, staged);
    step.done(upgradeText.installed[terminal.lang]());
  } finally {
    if (staged !== null) rmSync(staged, { recursive: true, force: true });
  }
}

/** `git@example.org:x/y`, `https://name:secret@example.org/x/y`, or a folder. */
const hostOf = (url: string | null): string =>
  /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^/:]+)/.exec(url ?? '')?.[1] ?? url ?? '?';
