import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { installEnvironment } from '../../config/environment.ts';
import type { Environment } from '../../config/environment.ts';
import { loadConfiguration } from '../../config/load.ts';
import { findChromium } from '../../config/chromium.ts';
import type { Loaded } from '../../config/load.ts';
import { ConfigRefusal } from '../../config/refusal.ts';
import { locateSynapse } from '../../../synapse/install.ts';
import { findPython } from '../../../synapse/python.ts';
import { PRICES_READ_ON, staleDays } from '../../protocol/prices/price-table.ts';
import type { Phrase } from '../../text/say.ts';
import { latenessText } from '../../text/room/lateness.ts';
import { doctorText } from '../../text/terminal/verbs.ts';
import { watchedText } from '../../text/room/watched.ts';
import { chromiumMissing, chromiumThere } from '../../text/room/preview.ts';
import { askTroubles } from '../control.ts';
import { lowBytes } from '../disk/disk.ts';
import { readableBytes } from '../../text/readable-bytes.ts';
import { disksOf, instancePlaces } from '../disk/disks.ts';
import { RESERVE_BYTES, Reserve, reserveFile } from '../disk/reserve.ts';
import { versionOf } from '../instance/distribution.ts';
import { readJson } from '../instance/files.ts';
import { instanceFindings } from './doctor-house.ts';
import { executorHealth } from '../executor-part.ts';
import { type DataPaths, Instance, cacheFolder, dataPaths, isRoot, stateRoot } from '../instance/instance.ts';
import { holder } from '../instance/lock.ts';
import { allRehearse, answers200, keylessModels, providerKeys } from '../parts.ts';
import { portUses, takenPorts } from '../instance/ports.ts';
import { redisNumber } from '../instance/prerequisites.ts';
import { publicAddresses } from './public-addresses.ts';
import { redisAnswers } from '../redis.ts';
import { Secrets } from '../instance/secrets.ts';
import type { Terminal } from '../instance/terminal.ts';

/** Deaths of a part within ten minutes. */
const OFTEN = 3;

/** `false` is broken and makes the doctor's exit code 1; a note is not. */
interface Finding {
  readonly good: boolean | 'note';
  readonly said: Phrase;
}

const good = (said: Phrase): Finding => ({ good: true, said });
const bad = (said: Phrase): Finding => ({ good: false, said });
const note = (said: Phrase): Finding => ({ good: 'note', said });

/** `npm start -- doctor`: looks and changes nothing. Returns 1 when something is broken. */
export async function doctor(project: string, environment: Environment, terminal: Terminal): Promise<number> {
  terminal.say(doctorText.title);
  terminal.line();
  const findings: Finding[] = [];
  const tell = (...found: Finding[]) => {
    for (const { good, said } of found) terminal.mark(good, said[terminal.lang]());
    findings.push(...found);
  };
  tell(
    node(),
    ...(await python(environment)),
    await redis(environment),
    await sandbox(environment),
    chromium(environment),
  );
  try {
    const loaded = loadConfiguration(environment, project);
    const paths = dataPaths(project, loaded.settings);
    tell(
      good(doctorText.settings),
      keyFinding(environment, paths, loaded),
      ...priceFindings(Date.now()),
      ...(await disks(paths, environment)),
      clock(project, paths),
    );
    tell(
      ...(holder(paths.lock) === undefined
        ? [note(doctorText.notRunning), ...(await ports(loaded))]
        : [...(await running(paths, loaded)), ...(await addresses(loaded))]),
      ...modes(paths),
      separation(paths),
    );
  } catch (error) {
    if (!(error instanceof ConfigRefusal)) throw error;
    tell(bad({ ko: () => error.in('ko'), en: () => error.in('en') }));
  }
  terminal.line();
  const broken = findings.filter((finding) => finding.good === false).length;
  terminal.say(broken === 0 ? doctorText.good : doctorText.broken(broken));
  return broken === 0 ? 0 : 1;
}

/** Nothing to tell where it is young enough. */
export function priceFindings(now: number): Finding[] {
  const days = staleDays(now);
  return days === undefined ? [] : [note(doctorText.pricesOld(PRICES_READ_ON, days))];
}

function node(): Finding {
  const { version } = process;
  return Number(version.slice(1).split('.')[0]) >= 24
    ? good(doctorText.node(version))
    : bad(doctorText.nodeOld(version));
}

async function python(environment: Environment): Promise<Finding[]> {
  const env = installEnvironment(environment);
  const found = await findPython(env, isRoot());
  if (found.kind === 'none') return [bad(doctorText.pythonNone)];
  if (found.kind === 'no-venv') return [bad(doctorText.pythonNoVenv(found.version))];
  const { folder, whole } = await locateSynapse(cacheFolder(environment), found.python);
  const first = good(doctorText.python(found.python.version, found.python.executable));
  if (!whole) return [first, note(doctorText.synapseNone)];
  const starts = await versionOf(join(folder, 'bin', 'python'), env);
  return [first, starts === undefined ? bad(doctorText.synapseBroken(folder)) : good(doctorText.synapse(folder))];
}

async function redis(environment: Environment): Promise<Finding> {
  const version = await versionOf('redis-server', installEnvironment(environment));
  return version === undefined ? bad(doctorText.redisNone) : good(doctorText.redis(redisNumber(version)));
}

async function sandbox(environment: Environment): Promise<Finding> {
  return (await versionOf('bwrap', installEnvironment(environment))) === undefined
    ? bad(doctorText.bubblewrapNone)
    : good(doctorText.bubblewrap);
}

function chromium(environment: Environment): Finding {
  const path = findChromium(environment['PATH']);
  return path === undefined ? note(chromiumMissing) : good(chromiumThere(path));
}

async function addresses({ settings }: Loaded): Promise<Finding[]> {
  return (await publicAddresses(settings)).map(({ reached, said }) => (reached ? good(said) : note(said)));
}

/** Each disk once, whatever of the house lies on it. */
async function disks(paths: DataPaths, environment: Environment): Promise<Finding[]> {
  const instance = readJson(paths.instance, Instance);
  const found = await disksOf(instancePlaces(instance, paths, environment));
  // What was set aside for the house has been used where it is not there any more.
  const used = instance === undefined ? 0 : RESERVE_BYTES - new Reserve(reserveFile(instance, paths)).bytes();
  return found.map(({ folders, free, total }, index) =>
    free < lowBytes(total) + (index === 0 ? used : 0)
      ? bad(doctorText.diskFull(folders.join(', '), readableBytes(free)))
      : good(doctorText.disk(folders.join(', '), readableBytes(free))),
  );
}

/** A machine that woke up in the past would sort new messages before old ones. */
function clock(project: string, paths: DataPaths): Finding {
  const now = new Date();
  const seen = [join(project, 'package.json'), paths.secrets, paths.provision].map(
    (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  const said = now.toISOString();
  return now.getTime() + 60_000 < Math.max(...seen) ? bad(doctorText.clockWrong(said)) : good(doctorText.clock(said));
}

async function ports({ settings }: Loaded): Promise<Finding[]> {
  const uses = portUses(settings);
  const taken = await takenPorts(uses);
  if (taken.length === 0) return [good(doctorText.ports(uses.map(({ port }) => port).join(', ')))];
  return taken.map(({ port, variable, by }) => bad(doctorText.portTaken(port, variable, by)));
}

async function running(paths: DataPaths, loaded: Loaded): Promise<Finding[]> {
  const { settings } = loaded;
  const launcher = holder(paths.lock);
  const secrets = readJson(paths.secrets, Secrets);
  const answers = {
    redis: secrets !== undefined && (await redisAnswers(settings.CHAVION_REDIS_PORT, secrets.redis.launcher)),
    synapse: await answers200(`http://127.0.0.1:${settings.CHAVION_SYNAPSE_PORT}/health`),
    swarm: await answers200(`http://127.0.0.1:${settings.CHAVION_APPSERVICE_PORT}/health`),
  };
  const parts = Object.entries(answers).map(([part, up]) =>
    up ? good(doctorText.part(part)) : bad(doctorText.partSilent(part, join(paths.logs, `${part}.log`))),
  );
  return [
    good(doctorText.running(launcher?.pid ?? 0)),
    ...parts,
    ...(await executor(paths)),
    ...(await unsteady(paths)),
    ...(answers.synapse ? await instanceFindings(paths, loaded) : []),
  ];
}

/** One that answers now and dies every minute is not well. */
async function unsteady(paths: DataPaths): Promise<Finding[]> {
  const often = ((await askTroubles(paths)) ?? []).filter(({ deaths }) => deaths.length >= OFTEN);
  return often.map(({ part, deaths }) =>
    bad(latenessText.unsteady(part, deaths.length, join(paths.logs, `${part}.log`))),
  );
}

/** It may live and stand still: it says why in the room of records. */
async function executor(paths: DataPaths): Promise<Finding[]> {
  const instance = readJson(paths.instance, Instance);
  if (instance === undefined) return [];
  const folder = join(stateRoot(instance, paths), 'executor');
  const health = await executorHealth(folder);
  const watched = watchedText(health?.watched).map(note);
  if (health?.state === 'working') return [good(doctorText.part('executor')), ...watched];
  return [
    bad(
      health?.state === 'halted'
        ? doctorText.executorHalted
        : doctorText.partSilent('executor', join(paths.logs, 'executor.log')),
    ),
    ...watched,
  ];
}

function modes(paths: DataPaths): Finding[] {
  if (statSync(paths.data, { throwIfNoEntry: false }) === undefined) return [];
  const files = readdirSync(paths.data)
    .filter((name) => /\.(?:json|env)$/.test(name))
    .map((name) => join(paths.data, name));
  const open = [paths.data, ...files]
    .map((path) => ({ path, mode: statSync(path).mode & 0o777 }))
    .filter(({ mode }) => (mode & 0o077) !== 0);
  return open.length === 0
    ? [good(doctorText.modes)]
    : open.map(({ path, mode }) => bad(doctorText.modeOpen(path, mode.toString(8))));
}

function separation(paths: DataPaths): Finding {
  const separated = readJson(paths.instance, Instance)?.separated ?? isRoot();
  return separated ? good(doctorText.separated) : note(doctorText.notSeparated);
}

function keyFinding(environment: Environment, paths: DataPaths, loaded: Loaded): Finding {
  const keys = providerKeys({ environment, paths, loaded });
  if (allRehearse(loaded, keys)) return note(doctorText.noKeys);
  const names = Object.keys(keys).filter((name) => !name.endsWith('_BASE_URL'));
  return good(doctorText.keys([...names, ...new Set(keylessModels(loaded))].join(', ')));
}
