import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIT_FILE, AuditLine } from '../../bridge/protocol/audit.ts';
import { PROJECT } from '../house/house.ts';
import { inRoom } from '../house/matrix.ts';
import { checkOutOld, exportOf } from '../house/old-version.ts';
import { Outsider } from '../house/outsider.ts';
import { Person } from '../house/person.ts';
import { PROVIDER_KEY, Providers } from '../house/providers.ts';
import type { Json } from '../house/provider-formats.ts';
import { removeHouse } from '../house/remains.ts';
import { Scene } from '../house/scene.ts';
import { startTask, type TaskView } from '../house/task-scene.ts';
import { verb } from '../house/verb.ts';

/**
 * A house of the landed version, lived in by its master, is started on the code of now and goes on: with what Redis,
 * the ledger, the audit, the rooms and a backup hold from then. Whoever changes what is stored is told by this.
 */
const SUMMING_UP = 'memory of a chat room';
const REPLY = '어서 오세요, 멍멍상회입니다.';

let scene: Scene;
let providers: Providers;
let folder: string;
let site: string;
let backup: string;
let master: Person;
let before: Awaited<ReturnType<typeof live>>;

const told = async (command: string, room = scene.hq): Promise<string> =>
  (await master.noticed(room, await master.say(room, command))).body;
const signIn = (): Promise<Person> =>
  Person.signIn(scene.house.ready.homeserver, scene.house.ready.master.userId, scene.house.ready.master.password);
const note = () => join(site, 'chavion-note.txt');
const numberOf = (task: TaskView): string => /#(\d+)/.exec(task.card()?.body ?? '')?.[1] ?? '';
const status = async (key: string) =>
  (await fetch(`${scene.house.ready.api ?? ''}/api/status`, { headers: { authorization: `Bearer ${key}` } })).status;
const shows = (no: string, sign: RegExp) => scene.until(async () => sign.test(await told(`!task ${no}`)));

async function history(room: string): Promise<readonly Json[]> {
  const all: Json[] = [];
  for (let from = ''; ;) {
    const { body }: Json = await master.call(
      'GET',
      inRoom(room, `messages?dir=f&limit=500${from === '' ? '' : `&from=${from}`}`),
    );
    all.push(
      ...body.chunk.map(({ event_id, type, sender, state_key, content }: Json) => ({
        event_id,
        type,
        sender,
        state_key,
        content,
      })),
    );
    if (body.end === undefined) return all;
    from = encodeURIComponent(body.end);
  }
}

/** How often the command that leaves the note was started for a task, by the executor's own record. */
async function started({ root }: { readonly root: string }): Promise<number> {
  const state = await scene.house.state();
  const lines = readFileSync(join(state?.root ?? '', 'executor', AUDIT_FILE), 'utf8')
    .trim()
    .split('\n');
  return lines
    .map((line) => AuditLine.parse(JSON.parse(line)))
    .filter(
      ({ event, data }) =>
        event === 'job.started' && [root, 'leave-note'].every((word) => JSON.stringify(data).includes(word)),
    ).length;
}

async function waiting(
  task: TaskView,
): Promise<{ readonly no: string; readonly root: string; readonly request: string }> {
  const request = await task.until('a request', () =>
    task.thread().find(({ who, body }) => who === 'executor' && body.startsWith('✋')),
  );
  await task.until('the card', () => (task.card()?.body.includes('✋') === true ? true : undefined));
  return { no: numberOf(task), root: task.root, request: request.id };
}

/** Everything that was said so far is taken in. What a person is to carry stays a job until he has. */
const heard = (): Promise<string> => told('!에이전트', scene.ops);

/** The executor's report of one command. */
async function ran(word: string): Promise<void> {
  await master.say(scene.hq, `!실행 echo ${word}`);
  await master.until('the report', scene.hq, () =>
    master
      .shown(scene.hq)
      .find(({ who, body, growing }) => who === 'executor' && !growing && body.includes('끝') && body.includes(word)),
  );
}

/** A dozen things, as a master does them. */
async function live() {
  const { house, hq, ops } = scene;
  site = join(folder, 'site');
  mkdirSync(site);
  chmodSync(site, 0o777);
  expect((await verb(house, ['lend', site, 'rw'])).code).toBe(0);
  const hello = await master.say(hq, '얘들아 안녕');
  await master.answered(hq, hello, 6);

  providers.play(
    ({ system }) => (system.includes(SUMMING_UP) ? '사료는 목요일에 온다' : '클로드의 대답입니다.'),
    'claude',
  );
  const room = await scene.roomWith('claude');
  await told('!발언 호출', room);
  for (let i = 0; i < 8; i += 1) await master.say(room, `사료 이야기 ${i} ${'나'.repeat(150)}`);
  await master.answered(room, await master.say(room, '클로드, 듣고 있어?'));
  await scene.until(async () => (await told('!기억', room)).includes('사료는 목요일에 온다'));

  await told('!예산 클로드 하루 5달러');
  await told('!예약 매주 월요일 오후 3시 펫샵 예약 페이지 만들기');
  const schedule = /`([a-z2-7]{4,})`/.exec(await told('!예약목록'))?.[1] ?? '';
  expect(schedule).not.toBe('');
  const { key } = await Outsider.invited(scene, '스카우트', 'scout');

  const done = await startTask(master, hq, '//chavion_task: site 폴더의 파일 목록');
  expect((await done.ended()).body).toMatch(/^✅/u);
  const approved = await waiting(await startTask(master, hq, '//chavion_task: site 폴더에 메모를 남겨줘'));
  const cancelled = await waiting(await startTask(master, hq, '//chavion_task: site 폴더에 메모를 또 남겨줘'));
  await ran('안녕하세요');

  await told('!모델 미카엘 relay');
  const carried = await master.say(hq, '미카엘, 인사말 한 줄');
  const paste = await master.until('what to paste', ops, () =>
    master.shown(ops).find(({ chavion }) => chavion.kind === 'relay' && chavion.turn === `${carried}.michael`),
  );
  await told('!발언 호출');
  await heard();
  const rooms = await Promise.all([hq, ops, room].map(async (id) => [id, await history(id)] as const));
  return { room, hello, schedule, key, done: numberOf(done), approved, cancelled, carried, paste: paste.id, rooms };
}

/** A backup by the old code, an orderly end, and the code of now. */
async function takeOver(): Promise<void> {
  const { house } = scene;
  backup = join(folder, 'old.tar.gz');
  expect((await verb(house, ['backup', backup])).code).toBe(0);
  await master[Symbol.asyncDispose]();
  expect(await house.stop()).toBe(0);
  house.project = PROJECT;
  await house.start();
  master = await signIn();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chavion-old-'));
  chmodSync(folder, 0o755);
  providers = await Providers.start();
  const project = await checkOutOld(folder);
  const old: Json = await exportOf(project, 'bridge/protocol/default-roster.ts', 'defaultRoster');
  // A small window, so that a summary of the room is made soon.
  const roster: Json = {
    ...old,
    agents: old.agents.map((agent: Json) => ({ ...agent, contextTokens: 1_000 })),
    memory: { everyMessages: 4 },
  };
  scene = await Scene.open({
    keys: false,
    roster,
    project,
    env: {
      CHAVION_REHEARSAL: 'always',
      ANTHROPIC_API_KEY: PROVIDER_KEY,
      ANTHROPIC_BASE_URL: providers.env['ANTHROPIC_BASE_URL'] ?? '',
    },
  });
  ({ master } = scene);
  before = await live();
  await takeOver();
}, 600_000);
afterAll(async () => {
  await master[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
  await providers[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** What has to be there, whether the house was taken over or restored. */
async function hasItAll(): Promise<void> {
  for (const [room, events] of before.rooms) expect((await history(room)).slice(0, events.length)).toEqual(events);
  expect(await told('!예약목록')).toContain(before.schedule);
  expect(await told('!예약목록')).toContain('펫샵 예약 페이지 만들기');
  expect(await told('!예산')).toMatch(/클로드[^\n]*\$?5/u);
  expect(await told('!기억', before.room)).toContain('사료는 목요일에 온다');
  expect(await told('!에이전트')).toMatch(/미카엘\*\* · [^\n]*\n {2}relay/u);
  expect(await told(`!task ${before.done}`)).toMatch(/^✅/u);
  expect(await status(before.key)).toBe(200);
  expect(await verb(scene.house, ['audit', 'verify'])).toMatchObject({ code: 0 });
  expect((await verb(scene.house, ['lend', '--list'])).said).toContain(site);
  // Older versions had none.
  const memory = (await scene.house.readyFile())?.rooms.memory ?? '';
  const { body: inside }: Json = await master.call('GET', inRoom(memory, 'joined_members'));
  expect(Object.keys(inside.joined).toSorted()).toEqual([
    '@admin:house.test',
    '@agent_coordinator:house.test',
    '@master:house.test',
  ]);
  expect(await verb(scene.house, ['memory', 'export', '--json'])).toMatchObject({ code: 0 });
}

async function approvesOnce(): Promise<void> {
  const { hq } = scene;
  await told(`!cancel ${before.cancelled.no}`);
  await shows(before.cancelled.no, /^🚫/u);
  expect(existsSync(note())).toBe(false);
  await master.react(hq, before.approved.request, '✅');
  // What an older version has asked may be asked anew, as it is written now; then that is what a yes is for.
  const tapped = new Set([before.approved.request]);
  await scene.until(async () => {
    for (const { event_id: id, content } of await history(hq)) {
      if (
        content['m.relates_to']?.event_id !== before.approved.root ||
        content['com.chavion']?.hashes === undefined ||
        !String(content.body).startsWith('✋') ||
        tapped.has(id)
      )
        continue;
      tapped.add(id);
      await master.react(hq, id, '✅');
    }
    await sleep(300);
    return (await told(`!task ${before.approved.no}`)).startsWith('✅');
  });
  expect(existsSync(note())).toBe(true);
  await heard();
  expect(await Promise.all([before.approved, before.cancelled].map(started))).toEqual([1, 0]);
}

describe('a house of the landed version, started on the code of now', () => {
  it('has its rooms, schedules, budgets, memory, models, keys, record and lent folders', hasItAll);

  it('does not answer again what was answered, and answers what is new', async () => {
    const { hq } = scene;
    expect(
      (await history(hq)).filter(
        ({ content }) =>
          content['com.chavion']?.source === before.hello &&
          content['com.chavion'].kind === 'answer' &&
          content['m.new_content'] === undefined,
      ),
    ).toHaveLength(6);
    const quiet = await master.say(hq, '아무도 안 부른 말');
    const called = await master.say(hq, '클로드, 아직 있어?');
    expect((await master.answered(hq, called)).map(({ who }) => who)).toEqual(['claude']);
    await heard();
    expect(master.answers(hq, quiet)).toEqual([]);
  });

  it('runs the command that waited for a tap, exactly once, and not the one called off', approvesOnce);

  it('runs a new command, and takes what a person has carried meanwhile', async () => {
    const { hq, ops } = scene;
    await master.reply(ops, before.paste, REPLY);
    // It takes the place of what was said while it waited.
    const answers = async () =>
      (await history(hq)).filter(
        ({ content }) =>
          content['com.chavion']?.source === before.carried && (content['m.new_content'] ?? content).body === REPLY,
      );
    await scene.until(async () => (await answers()).length > 0);
    expect(await answers()).toHaveLength(1);
    await ran('다시');
  });
});

describe('a backup of the landed version, restored by the code of now', () => {
  it('has it all, and what waited for a tap waits still', async () => {
    await master[Symbol.asyncDispose]();
    await scene.house.stop();
    await removeHouse(scene.house.folder);
    await rm(note(), { force: true });
    expect(await verb(scene.house, ['restore', backup])).toMatchObject({ code: 0 });
    await scene.house.start();
    master = await signIn();
    await hasItAll();
    while ((await status(before.key)) !== 200) await sleep(100);
    await approvesOnce();
  });
});
