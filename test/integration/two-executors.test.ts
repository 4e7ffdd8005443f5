import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkChain } from '../../bridge/digest/audit-chain.ts';
import { executorAnswers } from '../../bridge/launcher/executor-part.ts';
import { MAX_CHAT_COMMANDS } from '../../bridge/protocol/command-job.ts';
import {
  COMMAND_REQUEST_TYPE,
  COMMAND_RESULT_TYPE,
  CommandResultContent,
} from '../../bridge/protocol/orders/command-request.ts';
import { executorKey } from '../../bridge/queue/executor-queue.ts';
import { asUser, inRoom, request } from '../house/matrix.ts';
import type { Json } from '../house/provider-formats.ts';
import { ExecutorScene } from './executor-scene.ts';

const ORDERS = 12;

/** The program of the house's executor once more, with a folder of its own: what another machine would run. */
class SecondExecutor implements AsyncDisposable {
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
  }

  static async start(first: number, beside: string): Promise<SecondExecutor> {
    const [program = '', ...args] = strings(`/proc/${first}/cmdline`);
    const environment = Object.fromEntries(
      strings(`/proc/${first}/environ`).map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    );
    const folder = join(dirname(beside), 'executor-2');
    const { uid, gid } = statSync(beside);
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, uid, gid);
    const child = spawn(program, args, {
      cwd: readlinkSync(`/proc/${first}/cwd`),
      env: { ...environment, CHAVION_EXECUTOR_FOLDER: folder },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const executor = new SecondExecutor(folder, child);
    while (!(await executorAnswers(folder, '/health'))) {
      if (child.exitCode !== null) throw new Error('the second executor ended');
      await sleep(50);
    }
    return executor;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const strings = (file: string): readonly string[] => readFileSync(file, 'utf8').split('\0').filter(Boolean);

let scene: ExecutorScene;
let second: SecondExecutor;
beforeAll(async () => {
  scene = await ExecutorScene.open();
  const { executor } = await scene.scene.house.pids();
  if (executor === null) throw new Error('no executor');
  second = await SecondExecutor.start(executor, scene.folder);
});
afterAll(async () => {
  await second?.[Symbol.asyncDispose]();
  await scene?.[Symbol.asyncDispose]();
});

const auditOf = (folder: string): { readonly kind: string; readonly started: readonly string[] } => {
  const lines = readFileSync(join(folder, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
  const events: readonly Json[] = lines.map((line) => JSON.parse(line));
  return {
    kind: checkChain(lines).kind,
    started: events.filter(({ event }) => event === 'job.started').map(({ data }) => String(data.root)),
  };
};

describe('two executors at one box', () => {
  it('are both listed by !agents', async () => {
    let table = '';
    while ((table.match(/^ {2}`ex[0-9a-f]{12}`$/gm) ?? []).length < 2)
      table = (await scene.master.noticed(scene.ops, await scene.master.say(scene.ops, '!agents'))).body;
    expect(new Set(table.match(/^ {2}`ex[0-9a-f]{12}`$/gm)).size).toBe(2);
  });

  it('share the orders: each is run by exactly one of them, and both audits hold', async () => {
    const roots: string[] = [];
    for (let i = 0; i < ORDERS; i += 1)
      roots.push(await scene.master.say(scene.hq, `!run echo ran >> once-${i}; sleep 1; cat once-${i}`));
    const ends = await Promise.all(roots.map((root) => scene.ended(scene.hq, root)));
    for (const { body } of ends) expect(body).toMatch(/^✓[^]*ran/);
    const [one, other] = [auditOf(scene.folder), auditOf(second.folder)];
    expect([one.kind, other.kind]).toEqual(['whole', 'whole']);
    expect([...one.started, ...other.started].toSorted()).toEqual(roots.toSorted());
    expect([one.started.length > 0, other.started.length > 0]).toEqual([true, true]);
    // No line of either was doubled by the other's workspace.
    for (const { body } of ends) expect(body.match(/^ran$/gm)?.length).toBe(1);
  });

  it('count the commands of one message together, though Redis loses the count', async () => {
    const { scene: house } = scene;
    const root = await scene.master.say(scene.hq, `!ping ${randomUUID()}`);
    const wishes: string[] = [];
    const wish = async (script: string) => {
      const path = asUser(inRoom(scene.hq, `send/${COMMAND_REQUEST_TYPE}/${randomUUID()}`), house.agent('claude'));
      const { body } = await request(house.house.ready.homeserver, 'PUT', path, {
        token: house.secrets.appservice.appservice,
        body: {
          body: script,
          'com.chavion': { v: 1, kind: 'request', source: root, root },
          'com.chavion.command': { type: 'shell', id: 'c', reason: 'to count', script },
          'm.relates_to': { 'm.in_reply_to': { event_id: root } },
        },
      });
      const event = String(body['event_id']);
      wishes.push(event);
      await scene.inject(await scene.jobFor(scene.hq, root, { type: 'chat', request: event }));
    };
    const ends = () =>
      scene.master.events(scene.ops).flatMap(({ type, content }) => {
        if (type !== COMMAND_RESULT_TYPE || !wishes.includes(content?.['com.chavion'].source)) return [];
        const { state, why } = CommandResultContent.parse(content)['com.chavion'].result;
        return state === 'asked' || state === 'running' ? [] : [why ?? state];
      });
    for (let i = 0; i < MAX_CHAT_COMMANDS - 2; i += 1) await wish(`sleep 0.3; echo ${i}`);
    await scene.master.until('the first ones', scene.ops, () => ends().length === MAX_CHAT_COMMANDS - 2 || undefined);
    expect(await scene.redis.del(executorKey('chats', root))).toBe(1);
    for (let i = 0; i < 6; i += 1) await wish(`sleep 0.3; echo late ${i}`);
    await scene.master.until('all', scene.ops, () => ends().length === MAX_CHAT_COMMANDS + 4 || undefined);
    expect(ends().filter((end) => end === 'done')).toHaveLength(MAX_CHAT_COMMANDS);
    expect(ends().filter((end) => end === 'too-many')).toHaveLength(4);
    const shares = [scene.folder, second.folder].map((folder) => auditOf(folder).started.filter((one) => one === root));
    expect(shares.map(({ length }) => length > 0)).toEqual([true, true]);
    expect(shares.flat()).toHaveLength(MAX_CHAT_COMMANDS);
  });

  it('when one dies the other goes on, and runs nothing of what the dead one had begun', async () => {
    // Whoever is quick takes the first ones all: so many are sent that the other has its share.
    const begun: string[] = [];
    const heldBySecond = () => begun.filter((root) => auditOf(second.folder).started.includes(root));
    while (heldBySecond().length === 0) {
      begun.push(await scene.master.say(scene.hq, `!run echo ran >> cut-${begun.length}; sleep 4; echo through`));
      await sleep(50);
    }
    const dead = heldBySecond();
    await second.kill();
    const after = await scene.run('echo still here');
    expect(after.body).toMatch(/^✓[^]*still here/);
    await Promise.all(begun.filter((root) => !dead.includes(root)).map((root) => scene.ended(scene.hq, root)));
    await scene.settled();
    expect(auditOf(scene.folder).started.filter((root) => dead.includes(root))).toEqual([]);
  });
});
