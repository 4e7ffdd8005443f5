import { once } from 'node:events';
import { loadConfiguration } from '../config/load.ts';
import type { Environment } from '../config/environment.ts';
import { HomeserverClient } from '../../synapse/client.ts';
import { opens } from '../../synapse/own-accounts.ts';
import { sayAsAdmin } from '../../synapse/say.ts';
import { Remembered, provision } from '../../synapse/provision.ts';
import { localAddress } from '../../synapse/homeserver-config.ts';
import type { HouseRooms, OpenRooms } from '../../synapse/house-rooms.ts';
import { people } from '../../synapse/residents.ts';
import { dormantText } from '../text/room/admin.ts';
import { memoryRoomText } from '../text/terminal/house.ts';
import { furnishingText } from '../text/terminal/furnishing.ts';
import { launcherText } from '../text/terminal/launcher.ts';
import { partsText } from '../text/terminal/parts.ts';
import { settingsText } from '../text/terminal/settings.ts';
import { ensureAccounts, type Part } from './instance/accounts.ts';
import { serveControl } from './control.ts';
import type { DiskNews } from './disk/disk.ts';
import { disksOf, instancePlaces } from './disk/disks.ts';
import { readJson, writeSecretJson } from './instance/files.ts';
import { beginInstance, dataPaths, isRoot, keptInstance, partFolders, stateRoot } from './instance/instance.ts';
import { endLeftovers } from './supervision/leftovers.ts';
import { refuseLostState } from './instance/lost-state.ts';
import { executorExists, executorPlan } from './executor-part.ts';
import {
  type LaunchContext,
  homeserverUrl,
  allRehearse,
  providerKeys,
  redisPlan,
  swarmExists,
  swarmPlan,
  synapsePlan,
} from './parts.ts';
import { checkPorts } from './instance/ports.ts';
import { hasChannelRights, hasReadRights, prerequisites } from './instance/prerequisites.ts';
import { Reserve, reserveFile } from './disk/reserve.ts';
import { loadSecrets } from './instance/secrets.ts';
import { takeHouse } from './supervision/take-house.ts';
import type { Terminal } from './instance/terminal.ts';
import type { PartTrouble } from './supervision/troubles.ts';
import { welcome } from './welcome.ts';

export interface Start {
  readonly project: string;
  readonly environment: Environment;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly stop: AbortSignal;
  /** Who answers masters in the rooms on the launcher's behalf. */
  readonly admin?: (house: OpenInstance) => Disposable;
}

/** Every part has answered. */
export interface OpenInstance extends LaunchContext {
  /** As they are now. */
  readonly rooms: () => OpenRooms;
  /** A room goes on elsewhere: remembered, told, and taken up by the parts. */
  readonly moved: (rooms: HouseRooms) => Promise<void>;
  /** Whether a part does its work now. */
  readonly answers: (part: Part) => Promise<boolean>;
  /** Who is away, or was. */
  readonly troubles: () => readonly PartTrouble[];
  /** How full each disk of the house is. */
  readonly disks: () => readonly DiskNews[];
}

/** `npm start`: everything is started, watched over, and stopped when asked. Returns when it has stopped. */
export async function start(begin: Start): Promise<void> {
  for (;;) {
    const end = await openHouse(begin);
    // Also where he said so while the parts were being ended for the other reason: a new process would not know.
    if (end === 'stopped' || begin.stop.aborted) return;
    begin.terminal.say(partsText.startingAnew);
    if (end === 'afresh') replaceProcess(begin);
  }
}

/** Until it is stopped, or asked by another verb to start anew with what that has changed. */
async function openHouse({
  project,
  environment,
  terminal,
  stop,
  admin,
}: Start): Promise<'stopped' | 'anew' | 'afresh'> {
  const loaded = loadConfiguration(environment, project);
  for (const { name, nearest } of loaded.unknown) terminal.say(settingsText.unknownSetting(name, nearest));
  const paths = dataPaths(project, loaded.settings);
  const kept = keptInstance(paths, loaded.settings);
  await using supervision = takeHouse(paths, terminal);
  if (kept !== undefined) refuseLostState(kept, paths);
  const { synapsePython, redisVersion } = await prerequisites(environment, `${paths.logs}/install.log`, terminal, stop);
  stop.throwIfAborted();
  const instance = kept ?? beginInstance(paths, loaded.settings);
  if (kept === undefined) terminal.say(launcherText.firstStart(instance.serverName, paths.data));
  await endLeftovers(instance, paths, terminal);
  await checkPorts(loaded.settings);

  process.umask(0o077);
  const accounts = isRoot() ? await ensureAccounts() : undefined;
  const secrets = loadSecrets(paths.secrets);
  const house: LaunchContext = {
    project,
    environment,
    loaded,
    paths,
    instance,
    secrets,
    accounts,
    folder: partFolders(instance, paths, accounts),
  };

  const root = stateRoot(instance, paths);
  // Where Redis and the homeserver write comes first: the reserve is theirs.
  const places = (await disksOf(instancePlaces(instance, paths, environment))).map(({ folders }) => folders[0] ?? root);
  const disks = supervision.watchDisk(places, new Reserve(reserveFile(instance, paths)));
  await Promise.all([
    supervision.run(
      redisPlan(house, { channelRights: hasChannelRights(redisVersion), readRights: hasReadRights(redisVersion) }),
      'Redis',
      stop,
    ),
    supervision.run(synapsePlan(house, synapsePython), 'Synapse', stop),
  ]);
  let rooms = await unlessStopped(furnish(house, terminal), stop);
  const now = () => rooms;
  await Promise.all([
    swarmExists(house) ? supervision.run(swarmPlan(house, now), 'Chavion', stop) : undefined,
    executorExists(house) ? supervision.run(executorPlan(house, now), 'Executor', stop) : undefined,
  ]);
  const master = { userId: people(instance.serverName).master, password: secrets.passwords.master };
  let published = '';
  const publish = (password: string) => {
    published = password;
    supervision.ready.publish({
      homeserver: localAddress(loaded.settings),
      serverName: instance.serverName,
      master: { ...master, password },
      rooms: { hq: rooms.hq, ops: rooms.ops, memory: rooms.memory },
      space: rooms.space,
      api: `http://127.0.0.1:${loaded.settings.CHAVION_API_PORT}`,
    });
  };
  // Somebody may have given him another one in Ketesa: what does not open the door is not shown as if it did.
  const known = await opens(new HomeserverClient(homeserverUrl(house)), master);
  publish(known ? master.password : '');
  await welcome({
    terminal,
    settings: loaded.settings,
    master: { ...master, password: known ? master.password : null },
    rehearsal: allRehearse(loaded, providerKeys(house)),
    separated: instance.separated,
  });
  const anew = new AbortController();
  let end: 'anew' | 'afresh' = 'anew';
  const startAfresh = () => {
    end = 'afresh';
    anew.abort();
  };
  const troubles = () => supervision.troubles.list();
  await using _control = await serveControl(paths, {
    pause: (parts) => supervision.pause(parts),
    startAnew: () => anew.abort(),
    startAfresh,
    newPassword: () => publish(loadSecrets(paths.secrets).passwords.master),
    troubles,
  });
  const moved = async (next: HouseRooms) => {
    rooms = { ...next, memory: next.memory ?? rooms.memory };
    writeSecretJson(paths.provision, { ...(readJson(paths.provision, Remembered) ?? { avatars: {} }), rooms });
    publish(published);
    terminal.mark('note', furnishingText.roomsMoved[terminal.lang]());
    // The executor follows by itself: what it runs goes on.
    await supervision.part('swarm')?.restart();
  };
  using _admin = admin?.({
    ...house,
    secrets: loadSecrets(paths.secrets),
    rooms: now,
    moved,
    answers: async (part) => (await supervision.part(part)?.plan.answers()) ?? false,
    troubles,
    disks: () => disks.states(),
  });
  await supervision.untilStopped(AbortSignal.any([stop, anew.signal]));
  return stop.aborted ? 'stopped' : end;
}

/** Whoever wants it to stop need not wait for the homeserver. */
async function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  const done = new AbortController();
  const stopped = once(stop, 'abort', { signal: done.signal }).then(
    () => null,
    () => null,
  );
  const result = await Promise.race([work.then((value) => ({ value })), stopped]).finally(() => done.abort());
  if (result !== null) return result.value;
  work.catch(() => undefined);
  stop.throwIfAborted();
  return work;
}

/** The same process goes on as the new version, so that whoever watches over it sees no end. */
function replaceProcess({ project, environment }: Start): void {
  process.chdir(project);
  process.execve?.(
    '/bin/sh',
    ['sh', '.node/run', 'chavion.ts'],
    Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  );
}

/** Accounts, rooms and residents; what was found or made is written down at once. */
async function furnish(house: LaunchContext, terminal: Terminal): Promise<OpenRooms> {
  const { loaded, paths, secrets, instance } = house;
  using step = terminal.step(launcherText.stepRooms);
  const done = await provision({
    homeserver: homeserverUrl(house),
    serverName: instance.serverName,
    roster: loaded.roster,
    lang: loaded.settings.CHAVION_LANG,
    passwords: secrets.passwords,
    adminToken: secrets.adminToken,
    appserviceToken: secrets.appservice.appservice,
    registrationSecret: secrets.synapse.registration,
    remembered: readJson(paths.provision, Remembered) ?? { avatars: {} },
    progress: (finished, all) => step.progress(`${finished}/${all}`),
  });
  if (done.adminToken !== secrets.adminToken)
    writeSecretJson(paths.secrets, { ...secrets, adminToken: done.adminToken });
  writeSecretJson(paths.provision, done.remembered);
  step.done(launcherText.roomsReady(loaded.roster.agents.length)[terminal.lang]());
  if (done.fates.hq === 'lost' || done.fates.ops === 'lost') {
    terminal.mark(false, furnishingText.roomsLost[terminal.lang]());
    await sayAsAdmin(
      { client: new HomeserverClient(homeserverUrl(house)), token: done.adminToken },
      done.rooms.hq,
      furnishingText.roomsLost[loaded.settings.CHAVION_LANG](),
    );
  }
  // HQ is told of it where it is made.
  if (done.fates.memory === 'lost') terminal.mark(false, memoryRoomText.lost[terminal.lang]());
  if (done.outside.length > 0) terminal.mark('note', furnishingText.keptOutside(done.outside)[terminal.lang]());
  if (done.dormant.length > 0) terminal.mark('note', dormantText[terminal.lang](done.dormant));
  return done.rooms;
}
