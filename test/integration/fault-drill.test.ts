import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { inRoom } from '../house/matrix.ts';
import { Outsider } from '../house/outsider.ts';
import { Person } from '../house/person.ts';
import { PROVIDER_KEY, Providers } from '../house/providers.ts';
import type { Json } from '../house/provider-formats.ts';
import { houseState, removeHouse } from '../house/remains.ts';
import { Scene } from '../house/scene.ts';
import { lendFolder, startTask, takeBack, type TaskView } from '../house/task-scene.ts';
import { verb } from '../house/verb.ts';

/**
 * The fault drill: a house with something of everything in it is backed up, lost and restored; then each thing is
 * looked at by itself. Two models are real, of one provider; the other four rehearse, tasks too.
 */
const LAST = '가브리엘아, 이 말은 백업에 들어가야 해';
const PASSPHRASE = '열려라 참깨 참깨';
/** Whose provider is played here. */
const REAL = ['클로드', '미카엘'];
const SUMMING_UP = 'memory of a chat room';
const MODEL = 'anthropic/claude-opus-5';
/** A small window, so that a summary of the room is made soon; a roster of one's own lies outside the data folder. */
const roster = {
  ...defaultRoster,
  agents: defaultRoster.agents.map((agent) => ({ ...agent, contextTokens: 1_000 })),
  memory: { everyMessages: 4 },
};

let scene: Scene;
let providers: Providers;
let folder: string;
let site: string;
/** The master's client: another one after the restore. */
let master: Person;
let before: Awaited<ReturnType<typeof live>>;

const told = async (command: string, room = scene.hq): Promise<string> =>
  (await master.noticed(room, await master.say(room, command))).body;
const signIn = (): Promise<Person> =>
  Person.signIn(scene.house.ready.homeserver, scene.house.ready.master.userId, scene.house.ready.master.password);
const note = () => join(site, 'chavion-note.txt');

/** The whole room from its beginning, as a client that knows nothing yet reads it. */
async function history(room: string): Promise<readonly Json[]> {
  const all: Json[] = [];
  for (let from = ''; ;) {
    const { body }: Json = await master.call(
      'GET',
      inRoom(room, `messages?dir=f&limit=500${from === '' ? '' : `&from=${from}`}`),
    );
    all.push(
      ...body.chunk.map(({ event_id, type, sender, origin_server_ts, state_key, content }: Json) => ({
        event_id,
        type,
        sender,
        origin_server_ts,
        state_key,
        content,
      })),
    );
    if (body.end === undefined) return all;
    from = encodeURIComponent(body.end);
  }
}

async function waiting(task: TaskView): Promise<{ readonly no: string; readonly request: string }> {
  const request = await task.until('a request', () =>
    task.thread().find(({ who, body }) => who === 'executor' && body.startsWith('✋')),
  );
  await task.until('the card', () => (task.card()?.body.includes('✋') === true ? true : undefined));
  return { no: numberOf(task), request: request.id };
}
const numberOf = (task: TaskView): string => /#(\d+)/.exec(task.card()?.body ?? '')?.[1] ?? '';

/** As `!task` tells of it; not how long it has taken by now. */
const shownTask = async (no: string): Promise<string> => (await told(`!task ${no}`)).replace(/ · \d+분[^\n]*/u, '');

/** The next key of the outsider that has this one. */
async function keyAfter(old: string): Promise<string> {
  await told('!agent rotate scout');
  for (;;) {
    const { body }: Json = await master.call('GET', '/_matrix/client/v3/joined_rooms');
    const letters: Json[] = (
      await Promise.all(body.joined_rooms.filter((room: string) => room !== scene.hq).map(history))
    ).flat();
    const keys = letters
      .map(({ content }) => String(content.body))
      .filter((text) => text.includes('`scout`'))
      .map((text) => /chv_[A-Za-z0-9_-]{55}/.exec(text)?.[0]);
    const found = keys.find((key) => key !== undefined && key !== old);
    if (found !== undefined) return found;
    await sleep(100);
  }
}

/** State and model of each agent; not when they last said something, nor whether the executor has been heard from by now. */
async function models(): Promise<readonly string[]> {
  const entries = (await told('!에이전트')).split(/^- /m).filter((entry) => entry !== '' && !entry.includes('실행자'));
  return entries.map((entry) => {
    const [head = '', model = ''] = entry.split('\n');
    return [...head.split(' · ').slice(0, 2), model.trim()].join(' · ');
  });
}

const figures = async () => ({
  schedules: await told('!예약목록'),
  budget: await told('!예산'),
  models: await models(),
  floor: await told('!발언'),
});

/** What is done in the house until the moment of the backup. */
async function live() {
  const { house, hq } = scene;
  site = await lendFolder(house, 'site', 'rw', { 'index.html': '<p>open</p>\n' });
  const swarm = (await house.pids()).swarm ?? 0;
  expect((await verb(house, ['keys'], `\n\n${PROVIDER_KEY}\n`)).code).toBe(0);
  await house.reborn('swarm', swarm);

  providers.play(
    ({ system }) => (system.includes(SUMMING_UP) ? '사료는 목요일에 온다' : 'claude의 대답입니다.'),
    'claude',
  );
  const room = await scene.roomWith('claude');
  await told('!발언 호출', room);
  for (let i = 0; i < 8; i += 1) await master.say(room, `사료 이야기 ${i} ${'나'.repeat(150)}`);
  await master.answered(room, await master.say(room, '클로드, 듣고 있어?'));
  await scene.until(async () => (await told('!기억', room)).includes('사료는 목요일에 온다'));

  await told(`!모델 미카엘 ${MODEL}`);
  await master.answered(hq, await master.say(hq, '미카엘, 안녕'));
  for (const name of REAL) await told(`!예산 ${name} 한달 20토큰`);
  await told('!예약 매주 월요일 오후 3시 펫샵 예약 페이지 만들기');

  const { key: rotated } = await Outsider.invited(scene, '스카우트', 'scout');
  const scout = await keyAfter(rotated);
  const { key: guest } = await Outsider.invited(scene, '손님', 'guest');
  await told('!agent remove guest');

  const done = await startTask(master, hq, '//chavion_task: site 폴더의 파일 목록');
  expect((await done.ended()).body).toMatch(/^✅/u);
  const approved = await waiting(await startTask(master, hq, '//chavion_task: site 폴더에 메모를 남겨줘'));
  const cancelled = await waiting(await startTask(master, hq, '//chavion_task: site 폴더에 메모를 또 남겨줘'));
  const cards = await Promise.all(
    [numberOf(done), approved.no, cancelled.no].map(async (no) => [no, await shownTask(no)] as const),
  );

  await told('!발언 호출');
  const picture = await master.upload(Buffer.from('그림의 바이트'), 'image/png', 'a.png');
  const seen = await figures();
  await scene.settled();
  const rooms = await Promise.all([hq, scene.ops, room].map(async (id) => [id, await history(id)] as const));
  // Nobody has answered it when the copy begins.
  const last = await master.say(hq, LAST);
  return { room, rotated, scout, guest, approved, cancelled, cards, picture, seen, rooms, last };
}

/** Data folder, state, roster and all: gone. */
async function lose(): Promise<void> {
  await master[Symbol.asyncDispose]();
  await scene.house.stop();
  await removeHouse(scene.house.folder);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chavion-backups-'));
  providers = await Providers.start();
  scene = await Scene.open({
    keys: false,
    roster,
    env: { CHAVION_REHEARSAL: 'always', ANTHROPIC_BASE_URL: providers.env['ANTHROPIC_BASE_URL'] ?? '' },
  });
  ({ master } = scene);
  before = await live();
});
afterAll(async () => {
  await master[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
  await providers[Symbol.asyncDispose]();
  takeBack();
  await rm(folder, { recursive: true, force: true });
});

describe('backup, loss of everything, restore', () => {
  it('goes through, once, with the passphrase alone', async () => {
    const { house } = scene;
    const file = join(folder, 'house.tar.gz.age');
    const secrets = await readFile(join(house.data, 'secrets.json'), 'utf8');
    await writeFile(join(folder, 'passphrase'), `${PASSPHRASE}\n`);
    // What a command may leave behind.
    const direct = join((await houseState(house.folder))?.root ?? '', 'executor', 'workspaces', 'direct');
    await mkdir(direct, { recursive: true });
    execFileSync('mkfifo', [join(direct, 'pipe')]);
    await writeFile(join(direct, 'notes.sock'), 'a file');
    const made = await verb(house, ['backup', file, '--passphrase-file', join(folder, 'passphrase')]);
    expect(made).toMatchObject({ code: 0, said: expect.stringContaining(file) });
    expect(made.said).toMatch(/direct\/pipe: 파일이 아니라 파이프입니다/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await verb(house, ['backup', file])).said).toContain('덮어쓰지 않았습니다');
    // Nobody sleeps on after it.
    await master.answered(scene.hq, before.last);
    await lose();

    await writeFile(join(folder, 'wrong'), '닫혀라 참깨');
    const wrong = await verb(house, ['restore', file, '--passphrase-file', join(folder, 'wrong')]);
    expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining('암호가 틀리거나') });
    expect((await verb(house, ['restore', file], `${PASSPHRASE}\n`)).code).toBe(0);
    expect(await verb(house, ['restore', file], `${PASSPHRASE}\n`)).toMatchObject({
      code: 1,
      said: expect.stringContaining('덮어쓰지 않았습니다'),
    });
    await house.start();
    master = await signIn();
    expect(await readFile(join(house.data, 'secrets.json'), 'utf8')).toBe(secrets);
    const restored = join(
      (await houseState(house.folder))?.root ?? '',
      'executor',
      'workspaces',
      'direct',
      'notes.sock',
    );
    expect(await readFile(restored, 'utf8')).toBe('a file');
  });

  it('keeps every room from its first event, in its order', async () => {
    for (const [room, events] of before.rooms) expect((await history(room)).slice(0, events.length)).toEqual(events);
    expect(before.rooms[0]?.[1].length).toBeGreaterThan(100);
  });

  it('keeps the message of the moment before, which is answered once', async () => {
    const { hq } = scene;
    const answers = async () =>
      (await history(hq)).filter(
        ({ content }) =>
          content['com.chavion']?.source === before.last &&
          content['com.chavion'].kind === 'answer' &&
          content['m.new_content'] === undefined,
      );
    while ((await answers()).length === 0) await sleep(100);
    await scene.settled(master);
    expect(
      (await history(hq)).filter(({ event_id: id, content }) => id === before.last && content.body === LAST),
    ).toHaveLength(1);
    expect(await answers()).toHaveLength(1);
  });

  it('keeps schedules with their next run, budgets with what was spent, models, floor and memory', async () => {
    const { hq } = scene;
    expect(before.seen.schedules).toMatch(
      /\*\*[^*]*15:00\*\* · 매주 월요일 15:00 · `[a-z2-7]{4}`\n {2}펫샵 예약 페이지 만들기/,
    );
    expect(before.seen.budget).toMatch(/- \*\*클로드 💤\*\* · [^\n]*\n[^\n]*\d+t \/ 20t[^]*미카엘 💤/);
    expect(before.seen.models.join('\n')).toContain(MODEL);
    expect(await figures()).toEqual(before.seen);
    expect(await told('!기억', before.room)).toContain('사료는 목요일에 온다');
    const quiet = await master.say(hq, '아무도 안 부른 말');
    await scene.settled(master);
    expect(master.answers(hq, quiet)).toEqual([]);
    expect((await history(before.room)).some(({ content }) => content.body === '클로드, 듣고 있어?')).toBe(true);
  });

  it('keeps a spent budget shut; once it is lifted the keys are there, each for its model', async () => {
    const { hq } = scene;
    providers.questions.length = 0;
    const [answer] = await master.answered(hq, await master.say(hq, '클로드, 거기 있어?'));
    expect(answer).toMatchObject({ chavion: { kind: 'fault' }, body: expect.stringContaining('블랙아웃') });
    expect(providers.questions).toEqual([]);
    for (const name of REAL) await told(`!예산 ${name} 끔`);
    for (const name of REAL) await master.answered(hq, await master.say(hq, `${name}, 이제는?`));
    // Claude may be summing up the room beside.
    const [claude, michael] = providers.questions.filter(({ system }) => !system.includes(SUMMING_UP));
    expect(claude?.headers).toMatchObject({ 'x-api-key': PROVIDER_KEY });
    expect([claude, michael].map((question) => `anthropic/${JSON.parse(question?.body ?? '{}').model}`)).toEqual([
      defaultRoster.agents.find(({ id }) => id === 'claude')?.model,
      MODEL,
    ]);
    // Whoever is real from here on is not asked by the tasks below.
    for (const name of REAL) await told(`!예산 ${name} 한달 20토큰`);
  });

  it('lets in the key in force, and none that was changed or taken back', async () => {
    const status = async (key: string) =>
      (await fetch(`${scene.house.ready.api ?? ''}/api/status`, { headers: { authorization: `Bearer ${key}` } }))
        .status;
    expect(await Promise.all([before.scout, before.rotated, before.guest].map(status))).toEqual([200, 401, 401]);
  });

  it('keeps tasks: what ended, what waits for a tap, what is to be called off', async () => {
    const { hq } = scene;
    const { approved, cancelled } = before;
    for (const [no, card] of before.cards) expect(await shownTask(no)).toBe(card);
    const shows = async (no: string, sign: RegExp) => scene.until(async () => sign.test(await told(`!task ${no}`)));
    await told(`!cancel ${cancelled.no}`);
    await shows(cancelled.no, /^🚫/u);
    expect(existsSync(note())).toBe(false);
    await master.react(hq, approved.request, '✅');
    await shows(approved.no, /^✅/u);
    expect(existsSync(note())).toBe(true);
  });

  it('keeps media and lent folders', async () => {
    expect(await master.download(before.picture)).toContain('그림의 바이트');
    expect((await verb(scene.house, ['lend', '--list'])).said).toContain(site);
  });

  it('goes through again with a house that was restored once, and the frozen stay frozen', async () => {
    const { house, hq } = scene;
    expect(await told('!동결')).toContain('동결했습니다');
    const file = join(folder, 'frozen.tar.gz');
    expect((await verb(house, ['backup', file])).code).toBe(0);
    await lose();
    expect((await verb(house, ['restore', file])).code).toBe(0);
    await house.start();
    master = await signIn();
    expect(await told('가브리엘, 자고 있니?')).toContain('동결');
    expect(await told('!해동')).toContain('풀었습니다');
    await master.answered(hq, await master.say(hq, '가브리엘, 일어났니?'));
  });

  it('refuses what is no backup and changes nothing', async () => {
    const { house } = scene;
    await house.stop();
    const elsewhere = { CHAVION_DATA_DIR: join(house.folder, 'other') };
    const run = (args: readonly string[]) => verb(house, args, '', elsewhere);
    await writeFile(join(folder, 'broken.tar.gz'), 'not a backup');
    expect(await run(['restore', join(folder, 'broken.tar.gz')])).toMatchObject({ code: 1 });
    await cp(join(folder, 'house.tar.gz.age'), join(folder, 'cut.age'));
    await truncate(join(folder, 'cut.age'), 20_000);
    const cut = await run(['restore', join(folder, 'cut.age'), '--passphrase-file', join(folder, 'passphrase')]);
    expect(cut).toMatchObject({ code: 1, said: expect.stringContaining('바뀐 것은 없습니다') });
    expect(await run(['restore', join(folder, 'nothing')])).toMatchObject({ code: 1 });
    expect((await run(['restore'])).code).toBe(2);
    expect(existsSync(join(elsewhere.CHAVION_DATA_DIR, 'instance.json'))).toBe(false);
  });
});
