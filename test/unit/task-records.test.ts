import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { newTask } from '../../bots/tasks/state/begin.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import { keepTaskRecords } from '../../bots/tasks/task-records.ts';
import type { MemoryRoom } from '../../bots/memory/memory-room.ts';
import { HQ, MASTER, MEMORY, MemoryScene } from './memory-scene.ts';

/** What tasks leave in the house's memory: once for each run, and never as anybody's order. */

let scene: MemoryScene;
let memory: MemoryRoom;
let root: EventId;
let ended: TaskState[];
let asked: number;

beforeEach(async () => {
  scene = await MemoryScene.begin();
  memory = await scene.open();
  root = scene.say(HQ, '!임무 펫샵 이름 다섯 개 지어줘');
  [ended, asked] = [[], 0];
});
afterEach(() => scene.end());

const task = (more: Partial<TaskState> = {}): TaskState => ({
  ...newTask({
    root,
    no: 1,
    room: HQ,
    lang: 'ko',
    by: MASTER,
    origin: 'master',
    mission: '펫샵 이름 다섯 개 지어줘',
    at: 1,
    deadline: 2,
    electorate: [],
  }),
  phase: 'done',
  ending: 'done',
  report: '# 결과\n\n- 앞으로 **멍냥상회**로 하기로 했습니다.\n- 둘째',
  ...more,
});

/** As a swarm that starts and finds tasks that ended while it was away; gives back how one that ends now is told. */
async function started(): Promise<(state: TaskState) => void> {
  let tell: (state: TaskState) => void = () => undefined;
  await keepTaskRecords({
    redis: scene.redis.client(),
    houseMemory: {
      get lines() {
        return memory.lines;
      },
      remember: (line) => {
        asked += 1;
        return memory.remember(line);
      },
      forget: (number) => memory.forget(number),
    },
    tasks: {
      ended: async () => ended,
      onEnded: (listener) => {
        tell = listener;
        return () => undefined;
      },
    },
    serverName: 'test',
    log: pino({ level: 'silent' }),
  });
  return tell;
}
const texts = () => memory.lines.map(({ text }) => text);
const written = () => scene.paper.events.filter(({ room_id, type }) => room_id === MEMORY && type === 'm.room.message');

it('a task that ends leaves what was asked, what came of it and the way there, as a record of nobody’s', async () => {
  (await started())(task());
  await expect
    .poll(texts)
    .toEqual([
      `펫샵 이름 다섯 개 지어줘: 끝냈습니다\n앞으로 **멍냥상회**로 하기로 했습니다.\nhttps://matrix.to/#/${encodeURIComponent(HQ)}/${encodeURIComponent(root)}?via=test`,
    ]);
  expect(memory.lines[0]).toMatchObject({ kind: 'record', origin: { room: HQ, event: root } });
  expect(memory.lines[0]).not.toHaveProperty('by');
});

it('one that ended while nobody listened leaves it at the next start, once', async () => {
  ended = [task()];
  await started();
  memory = await scene.open();
  await started();
  expect(written()).toHaveLength(1);
});

it('one that a master has deleted is not written again, and his order stays in what models are told', async () => {
  ended = [task()];
  await started();
  await memory.forget(1);
  await started();
  expect([asked, texts(), memory.isLeftOut(root), scene.cleared]).toEqual([1, [], false, []]);
});

it('one that was tried again has the result of its last run alone', async () => {
  ended = [task({ phase: 'failed', ending: 'command-failed', report: null })];
  await started();
  ended = [task({ runs: 1 })];
  await started();
  expect(texts()).toEqual([expect.stringContaining('끝냈습니다')]);
});

it.each<[string, Partial<TaskState>]>([
  ['was cancelled', { phase: 'cancelled', ending: 'cancelled' }],
  ['was only rehearsed', { ending: 'rehearsed' }],
  ['nobody could take part in', { phase: 'failed', ending: 'no-agents' }],
  ['goes on', { phase: 'executing', ending: null }],
])('one that %s leaves nothing', async (_, more) => {
  ended = [task(more)];
  await started();
  expect(texts()).toEqual([]);
});

it('nobody’s number is kept with it', async () => {
  ended = [task({ report: '국민은행 계좌번호 123456-04-123456로 보냈습니다.' })];
  await started();
  expect(texts()[0]).not.toContain('123456');
});
