import { describe, expect, it } from 'vitest';
import { cardText, statusOfTask } from '../../bots/tasks/messages/card.ts';
import { taskCommands } from '../../bots/tasks/task-commands.ts';
import { labelOf } from '../../bots/tasks/plan/plan-labels.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import { A, able, B, C, MASTER, rulesFor, taskFor, World } from './task-world.ts';

/** What masters say to a task at the wrong time, twice, or in the wrong thread. */
const three = [A, B, C];
const HQ = RoomId.parse('!hq');

function house(reached: (state: TaskState) => boolean, script = able()) {
  const one = new World(taskFor(three), rulesFor(three)).play(script, reached);
  const other = new World(taskFor(three, { root: EventId.parse('$other'), no: 2 }), rulesFor(three)).play(
    able(),
    (state) => state.phase === 'voting',
  );
  const worlds = new Map([
    [one.state.root, one],
    [other.state.root, other],
  ]);
  const at = (root: EventId) => worlds.get(root);
  const send = (root: EventId, event: Parameters<World['send']>[0]) => {
    at(root)?.send(event);
    return Promise.resolve(at(root)?.state ?? null);
  };
  const tasks = {
    get: (which: number | EventId) =>
      Promise.resolve(
        [...worlds.values()].find(({ state }) => state.root === which || state.no === which)?.state ?? null,
      ),
    live: () => Promise.resolve([...worlds.values()].map(({ state }) => state)),
    ended: () => Promise.resolve([]),
    cancel: (root: EventId) => send(root, { kind: 'cancel', at: one.now, by: MASTER }),
    choose: (root: EventId, choice: { hash: TaskState['proposals'][number]['hash']; event: EventId }) =>
      send(root, { kind: 'chosen', at: one.now, by: MASTER, ...choice }),
    retry: (root: EventId, _by: unknown, event: EventId) =>
      send(root, { kind: 'retry', at: one.now, by: MASTER, ready: three, event }),
    readyIn: () => Promise.resolve(three),
    statusOfTask: (state: TaskState) => statusOfTask(state, { now: one.now, nameOf: String }),
  };
  const commands = taskCommands({ tasks: tasks as never, hq: HQ, hqName: 'hq', lang: 'ko', serverName: 'house' });
  let events = 0;
  const say = (name: 'choose' | 'cancel' | 'retry' | 'status', words: string, thread?: string, room: RoomId = HQ) =>
    commands[name]({
      type: 'command',
      name,
      room,
      source: EventId.parse(`$said${(events += 1)}`),
      at: 1,
      by: MASTER,
      lang: 'ko',
      words,
      ...(thread === undefined ? {} : { thread: EventId.parse(thread) }),
    } as unknown as SwarmCommandJob);
  return { one, other, say };
}

const voting = (state: TaskState) => state.phase === 'voting';

describe('!choose', () => {
  it('means the task of the thread it is said in, and no other without its number', async () => {
    const { one, other, say } = house(voting);
    const before = one.state;
    await say('choose', 'A', '$other');
    expect(one.state).toBe(before);
    expect(other.state.decision).toMatchObject({ rule: 'choice' });
    await say('choose', '1 B', '$other');
    expect(labelOf(one.state, one.state.decision!.winner)).toBe('B');
  });

  it('of a plan that is not there, or after the decision is made by choice, changes nothing', async () => {
    const { one, say } = house(voting);
    const before = one.state;
    for (const words of ['Z', '', '99', 'A B']) await say('choose', words, '$root');
    expect(one.state).toBe(before);
    await say('choose', 'B', '$root');
    const chosen = one.state;
    expect(await say('choose', 'A', '$root')).toContain('1');
    expect(one.state).toBe(chosen);
  });
});

describe('outside of threads', () => {
  it('the only task with plans to choose from is meant, as with !cancel', async () => {
    const { one, other, say } = house((state) => state.phase === 'executing', able({ command: () => null }));
    const before = one.state;
    expect(await say('choose', 'B')).toContain('2번 임무는 B안');
    expect(labelOf(other.state, other.state.decision!.winner)).toBe('B');
    expect(one.state).toBe(before);
    await say('cancel', '2');
    expect(other.state.phase).toBe('cancelled');
    expect(await say('cancel', '')).toContain('1번 임무를 취소');
    expect(one.state.phase).toBe('cancelled');
  });

  it('of several, the line names each as it would be typed', async () => {
    const { one, other, say } = house(voting);
    const before = [one.state, other.state];
    expect(await say('choose', 'B')).toMatch(/`!선택 1 B`.*`!선택 2 B`/);
    expect(await say('choose', '아무거나')).toMatch(/`!선택 1 A`.*`!선택 2 A`/);
    expect(await say('cancel', '')).toMatch(/`!취소 1`.*`!취소 2`/);
    expect([one.state, other.state]).toEqual(before);
  });

  it('of none, the line says so', async () => {
    const { say } = house((state) => state.phase === 'executing', able({ command: () => null }));
    await say('choose', 'A', '$other');
    expect(await say('choose', 'A')).toContain('고를 임무가 없습니다');
    for (const no of ['1', '2']) await say('cancel', no);
    expect(await say('cancel', '')).toContain('없습니다');
  });

  it('in another room nothing is decided that the executor would not find', async () => {
    const { one, other, say } = house(voting);
    const before = [one.state, other.state];
    for (const words of ['1 B', 'B']) await say('choose', words, undefined, RoomId.parse('!ops'));
    expect(await say('choose', '1 B', undefined, RoomId.parse('!ops'))).toContain('다른 방');
    expect([one.state, other.state]).toEqual(before);
    await say('cancel', '1', undefined, RoomId.parse('!ops'));
    const ended = one.state;
    expect(ended.phase).toBe('cancelled');
    expect(await say('retry', '1', undefined, RoomId.parse('!ops'))).toContain('다른 방');
    expect(one.state).toBe(ended);
  });
});

describe('!status', () => {
  it('of a task that could be tried again says what to type: a tap on its own message would order nothing', async () => {
    const { one, say } = house((state) => state.phase === 'executing', able({ command: () => null }));
    await say('cancel', '', '$root');
    expect(cardText(one.state, { now: one.now, nameOf: String })).toContain('🔁');
    for (const shown of [await say('status', '', '$root'), await say('status', '1')]) {
      expect(shown).toContain('`!retry 1`');
      expect(shown).not.toContain('🔁');
    }
    await say('retry', '1');
    expect(one.state).toMatchObject({ phase: 'proposing', runs: 1 });
  });
});

describe('!cancel and !retry', () => {
  it('twice are once', async () => {
    const { one, say } = house((state) => state.phase === 'executing', able({ command: () => null }));
    const running = one.state;
    expect(await say('retry', '', '$root')).not.toBeNull();
    expect(one.state).toBe(running);
    await say('cancel', '', '$root');
    const ended = one.state;
    expect(ended.phase).toBe('cancelled');
    expect(await say('cancel', '', '$root')).not.toBeNull();
    expect(one.state).toBe(ended);
    await say('retry', '', '$root');
    const again = one.state;
    expect(again).toMatchObject({ phase: 'proposing', runs: 1, round: 1 });
    await say('retry', '', '$root');
    expect(one.state).toBe(again);
  });
});
