import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CardKeeper } from '../../bots/tasks/card-keeper.ts';
import { cardText } from '../../bots/tasks/messages/card.ts';
import { TaskStore } from '../../bots/tasks/runtime/task-store.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import { roundOfRun, runText } from '../../bots/tasks/messages/run-text.ts';
import { Account } from '../../bridge/matrix/account.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { facts, hopeful, play, planOf } from './task-scene.ts';

const COORDINATOR = UserId.parse('@agent_coordinator:test');
const states: TaskState[] = [];
play({
  lang: 'ko',
  answer: hopeful([planOf('간단하게', ['ls; echo ok', 'du; echo ok', 'df; echo ok'])]),
  seen: (state) => states.push(state),
});
const [first, later] = [states[0], states.at(-1)];
if (first === undefined || later === undefined) throw new Error('nothing was played');
const text = (state: TaskState) => cardText(state, { ...facts, now: state.since });

let paper: PaperHomeserver;
let redis: PaperRedis;
let store: TaskStore;
beforeEach(async () => {
  paper = await PaperHomeserver.open({});
  redis = new PaperRedis();
  store = new TaskStore(redis.client());
});
afterEach(() => paper[Symbol.asyncDispose]());

const swarm = () =>
  new CardKeeper({
    store: new TaskStore(redis.client()),
    coordinator: new Account({
      homeserverUrl: paper.url,
      accessToken: COORDINATOR,
      userId: COORDINATOR,
      ghost: false,
      limiter: new RoomLimiter(),
    }),
    budget: { take: async () => undefined, interval: () => 1 },
    cardText: text,
    log: pino({ level: 'silent' }),
  });
const cards = () => paper.events.filter(({ content }) => content['m.relates_to']?.rel_type === 'm.thread');
const edits = () => paper.events.filter(({ content }) => content['m.relates_to']?.rel_type === 'm.replace');

/** The card of a task in its first phase, known to the task. */
async function posted(keeper: CardKeeper): Promise<TaskState> {
  const event = await keeper.post(first as TaskState);
  const state = { ...(first as TaskState), events: { ...first?.events, card: event } };
  await store.commit(null, state, []);
  return state;
}

it('is one message, however often it is posted, and grows by edits to how the task stands', async () => {
  const keeper = swarm();
  const state = await posted(keeper);
  await swarm().post(state);
  expect(cards()).toHaveLength(1);
  const end = { ...later, events: { card: state.events['card'] } } as TaskState;
  await store.commit(state, end, []);
  keeper.touch(state.root);
  await expect.poll(() => edits().length).toBe(1);
  expect(paper.shown(cards()[0].event_id).body).toBe(text(end));
  await expect.poll(() => store.owedCards()).toEqual([]);
});

it('is brought up to date by the next swarm where one died before it did', async () => {
  const state = await posted(swarm());
  await store.commit(state, { ...later, events: { card: state.events['card'] } } as TaskState, []);
  await swarm().touchAll();
  await expect.poll(() => store.owedCards()).toEqual([]);
  expect(edits()).toHaveLength(1);
});

it('is edited by one swarm at a time', async () => {
  const state = await posted(swarm());
  await using held = await store.leaseCard(state.root);
  expect(held).not.toBeNull();
  const keeper = swarm();
  keeper.touch(state.root);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(edits()).toHaveLength(0);
  await held?.[Symbol.asyncDispose]();
  await expect.poll(() => edits().length).toBe(1);
});

it('shows the commands of a run in one message that grows, an edit only where there is something new', async () => {
  const running = states.find(({ commands }) => Object.values(commands).some(({ state }) => state === 'done'));
  if (running === undefined) throw new Error('nothing ran');
  const keeper = swarm();
  const { events, root } = await posted(keeper);
  const run = EventId.parse('$run');
  const shows = (one: TaskState): TaskState => ({ ...one, events: { card: events['card'] as EventId, 'run.0': run } });
  // As the outbox said it.
  keeper.knows(root, 'run.0', runText(running, 0) ?? '');
  await store.commit({ ...first, events: { card: events['card'] as EventId } }, shows(running), []);
  keeper.touch(root);
  await expect.poll(() => store.owedCards()).toEqual([]);
  const ofRun = () => edits().filter(({ content }) => content['m.relates_to'].event_id === run);
  expect(ofRun()).toEqual([]);
  await store.commit(shows(running), shows(later), []);
  keeper.touch(root);
  await expect.poll(() => store.owedCards()).toEqual([]);
  expect(ofRun().map(({ content }) => content['m.new_content'])).toMatchObject([
    { msgtype: 'm.notice', body: runText(later, 0), 'm.mentions': {}, 'com.chavion': { run: true } },
  ]);
  // Its end stands before the card says that the task is over.
  expect(edits().at(-1)?.content['m.relates_to'].event_id).toBe(events['card']);
});

it('edits nothing of a task that has ended where nothing is new', async () => {
  const keeper = swarm();
  const state = await posted(keeper);
  const end = { ...later, events: { card: state.events['card'] } } as TaskState;
  await store.commit(state, end, []);
  keeper.touch(state.root);
  await expect.poll(() => store.owedCards()).toEqual([]);
  // Its report stands in the room now, say.
  await store.commit(end, { ...end, version: end.version + 1 }, []);
  expect(await store.owedCards()).toEqual([state.root]);
  keeper.touch(state.root);
  await expect.poll(() => store.owedCards()).toEqual([]);
  expect(edits()).toHaveLength(1);
});

it('knows which round a run is of', () => {
  expect(['run.0', 'run.12', 'run.', 'run.1.2', 'card', 'rerun.1'].map(roundOfRun)).toEqual([
    0,
    12,
    null,
    null,
    null,
    null,
  ]);
});
