import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { Secrets } from '../../bridge/launcher/instance/secrets.ts';
import { UserId } from '../../bridge/protocol/ids.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { HomeserverClient } from '../../synapse/client.ts';
import { logInOwnAccount } from '../../synapse/own-accounts.ts';
import { provisionAccount } from '../../synapse/provision-accounts.ts';
import { type House, startHouse } from '../house/house.ts';
import { isRoot } from '../../bridge/launcher/instance/instance.ts';
import { nodeProgram } from '../../bridge/launcher/parts.ts';
import { asUser, inRoom, request, signIn } from '../house/matrix.ts';
import { swarmRedis } from '../house/swarm-redis.ts';
import { cpuMs } from './figures.ts';

const COLLECT =
  'setInterval(() => { gc(); process.stdout.write(`live heap ${process.memoryUsage().heapUsed}\\n`); }, 5000).unref();';
const PROJECT = join(import.meta.dirname, '..', '..');

/** `count` agents that say back what they hear; the integrator streams nothing either. */
export function echoRoster(count: number, model: string): z.input<typeof Roster> {
  const agents = Array.from({ length: count }, (_, i) => ({
    id: `echo${i}`,
    name: `메아리${i}`,
    callsigns: [`메아리${i}`],
    role: '메아리',
    model,
    prompt: 'You say back what you hear.',
  }));
  return {
    coordinator: { name: '조율자', callsigns: ['조율자'] },
    executor: { name: '실행자', callsigns: ['실행자'] },
    integrator: 'echo0',
    agents,
  };
}

/**
 * A real house whose swarm can be swapped for something else on the same homeserver: the launcher, which would bring
 * the swarm back, is stopped meanwhile, and the bench starts what it measures itself.
 */
export class BenchHouse implements AsyncDisposable {
  readonly house: House;
  readonly #swarmEnvironment: Record<string, string>;
  readonly synapsePid: number;
  readonly #launcherPid: number;
  masterToken = '';
  /** From the homeserver's stamp on a master's message to its jobs being stored, as the running swarm logs it. */
  readonly heardAfterMs: number[] = [];
  /** What the running swarm still holds after each collection, megabytes; of `serveSwarmWatched`. */
  readonly liveHeapMb: number[] = [];
  #server: ChildProcess | null = null;

  private constructor(house: House, swarmEnvironment: Record<string, string>, synapsePid: number, launcherPid: number) {
    this.house = house;
    this.#swarmEnvironment = swarmEnvironment;
    this.synapsePid = synapsePid;
    this.#launcherPid = launcherPid;
  }

  static async start(roster: z.input<typeof Roster>): Promise<BenchHouse> {
    const house = await startHouse({ roster });
    const { launcher, swarm, synapse } = await house.pids();
    if (launcher === null || swarm === null || synapse === null) throw new Error('the house has no swarm');
    const environment = (await readFile(`/proc/${swarm}/environ`, 'utf8'))
      .split('\0')
      .filter((one) => one.includes('='));
    const split = environment.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)] as const);
    process.kill(launcher, 'SIGSTOP');
    process.kill(swarm, 'SIGKILL');
    const bench = new BenchHouse(house, Object.fromEntries(split), synapse, launcher);
    bench.masterToken = await signIn(bench.url, house.ready.master.userId, house.ready.master.password);
    return bench;
  }

  get url(): string {
    return this.house.ready.homeserver;
  }

  get appserviceToken(): string {
    return this.#swarmEnvironment['CHAVION_APPSERVICE_TOKEN'] ?? '';
  }

  agent(i: number): string {
    return `@agent_echo${i}:${this.house.ready.serverName}`;
  }

  /** The swarm as it ships. */
  async serveSwarm(roster?: z.input<typeof Roster>): Promise<number> {
    return this.#serve(
      'bots/main.ts',
      roster === undefined ? {} : { CHAVION_ROSTER_JSON: JSON.stringify(roster) },
      '/health',
    );
  }

  /** The same, with all garbage taken out every five seconds: what is left is what it holds. */
  async serveSwarmWatched(): Promise<number> {
    return this.#serve('bots/main.ts', {}, '/health', [
      '--expose-gc',
      `--import=data:text/javascript,${encodeURIComponent(COLLECT)}`,
    ]);
  }

  /** The bare script: the same sends and nothing else. */
  async serveFloor(agents: readonly number[]): Promise<number> {
    return this.#serve(
      'test/bench/floor.ts',
      { CHAVION_BENCH_AGENTS: agents.map((i) => this.agent(i)).join(',') },
      '/health',
    );
  }

  async #serve(
    file: string,
    more: Record<string, string>,
    health: string,
    flags: readonly string[] = [],
  ): Promise<number> {
    await this.endServer();
    await this.#forgetPosition();
    // It gives up root as the launcher's own part does, and loads modules after that: the clone may lie where only root goes.
    const { program, args, cwd } = nodeProgram({ separated: isRoot(), project: PROJECT }, file);
    const child = spawn(program, [...flags, ...args], {
      cwd,
      env: { ...this.#swarmEnvironment, ...more },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#server = child;
    this.heardAfterMs.length = 0;
    this.liveHeapMb.length = 0;
    createInterface(child.stdout).on('line', (line) => {
      const heard = /"afterMs":(\d+)/.exec(line)?.[1];
      if (heard !== undefined) this.heardAfterMs.push(Number(heard));
      const live = /^live heap (\d+)$/.exec(line)?.[1];
      if (live !== undefined) this.liveHeapMb.push(Number(live) / 2 ** 20);
    });
    const address = `http://127.0.0.1:${this.#swarmEnvironment['CHAVION_APPSERVICE_PORT']}${health}`;
    for (;;) {
      const up = await fetch(address).then(
        (answer) => answer.ok,
        () => false,
      );
      if (up) break;
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${file} ended`);
      await sleep(50);
    }
    // Wakes Synapse up should it have given up on the appservice meanwhile.
    await request(
      this.url,
      'POST',
      asUser('/_matrix/client/v1/appservice/chavion/ping', `@agent_coordinator:${this.house.ready.serverName}`),
      { token: this.appserviceToken, body: {} },
    );
    await sleep(500);
    return child.pid ?? 0;
  }

  /** What was said while something else was at work is history to the swarm, not what it missed. */
  async #forgetPosition(): Promise<void> {
    const redis = await swarmRedis(this.house);
    await redis.del(swarmKey('sync'), swarmKey('sync-elsewhere'));
    redis.disconnect();
  }

  /**
   * Until the homeserver is done with what many messages at once, or the start of a server, have left it to do: in the
   * first quarter of a minute the swarm looks for what may have been missed.
   */
  async settled(calmMs = 16_000): Promise<void> {
    const lookMs = 2_000;
    for (let calm = 0; calm < calmMs;) {
      const before = cpuMs(this.synapsePid);
      await sleep(lookMs);
      calm = cpuMs(this.synapsePid) - before < 100 ? calm + lookMs : 0;
    }
  }

  async endServer(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  /** A room of the master's with the first `count` agents in it. */
  room(count: number): Promise<string> {
    return this.roomOf(Array.from({ length: count }, (_, i) => i));
  }

  async roomOf(agents: readonly number[]): Promise<string> {
    const users = agents.map((i) => this.agent(i));
    const made = await request(this.url, 'POST', '/_matrix/client/v3/createRoom', {
      token: this.masterToken,
      body: { preset: 'private_chat', invite: users },
    });
    const room = String(made.body['room_id']);
    for (const user of users) {
      const joined = await request(this.url, 'POST', asUser(inRoom(room, 'join'), user), {
        token: this.appserviceToken,
        body: {},
      });
      if (joined.status !== 200) throw new Error(`${user} cannot join: ${joined.status}`);
    }
    return room;
  }

  /** What one would have without an appservice: ordinary accounts, each logged in, free of the limits for people. */
  async botsIn(count: number): Promise<{ readonly room: string; readonly tokens: readonly string[] }> {
    const { adminToken = '', synapse } = Secrets.parse(
      JSON.parse(await readFile(join(this.house.data, 'secrets.json'), 'utf8')),
    );
    const client = new HomeserverClient(this.url);
    const made = await request(this.url, 'POST', '/_matrix/client/v3/createRoom', {
      token: this.masterToken,
      body: { preset: 'private_chat' },
    });
    const room = String(made.body['room_id']);
    const tokens: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const bot = {
        userId: UserId.parse(`@bot${count}_${i}:${this.house.ready.serverName}`),
        password: randomUUID(),
        admin: false,
        name: `Bot ${i}`,
      };
      await provisionAccount(client, adminToken, bot, synapse.registration);
      const token = await logInOwnAccount(client, bot, 'BOT');
      await request(this.url, 'POST', inRoom(room, 'invite'), {
        token: this.masterToken,
        body: { user_id: bot.userId },
      });
      const joined = await request(this.url, 'POST', inRoom(room, 'join'), { token, body: {} });
      if (joined.status !== 200) throw new Error(`${bot.userId} cannot join: ${joined.status}`);
      tokens.push(token);
    }
    return { room, tokens };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endServer();
    process.kill(this.#launcherPid, 'SIGCONT');
    await this.house[Symbol.asyncDispose]();
  }
}
