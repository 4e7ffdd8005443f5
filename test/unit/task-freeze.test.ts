import { describe, expect, it, vi } from 'vitest';
import { Asks } from '../../bots/tasks/asks.ts';
import { cardText } from '../../bots/tasks/messages/card.ts';
import { windUpAt } from '../../bots/tasks/state/draft.ts';
import { carryOutEffect } from '../../bots/tasks/effects.ts';
import { LONGEST_FREEZE_MS } from '../../bots/tasks/reducer/freeze.ts';
import { type Phase, TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect } from '../../bots/tasks/state/transitions.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { facts } from './task-scene.ts';
import {
  A,
  able,
  answerTo,
  B,
  C,
  command,
  HOUR,
  MASTER,
  plan,
  rulesFor,
  T0,
  taskFor,
  work,
  World,
} from './task-world.ts';

const three = [A, B, C];
const graph = plan('graph', [command('a'), work('text', 'ben', ['a']), command('b', ['a'])]);
/** Its first command fails once, so that every phase comes. */
const script = able({
  plans: Object.fromEntries(three.map((id) => [id, graph])),
  command: (step, attempt) => (step === 'a' && attempt === 1 ? { state: 'failed' } : {}),
});
const reach = (phase: Phase) => (state: TaskState) => state.phase === phase;
const world = (more: Parameters<typeof taskFor>[1] = {}) => new World(taskFor(three, more), rulesFor(three));
const kinds = (effects: readonly TaskEffect[]): readonly string[] => effects.map(({ kind }) => kind);

/** Whatever can still happen does, and the given time passes: old timers and all. */
function standStill(one: World, ms: number): void {
  const end = one.now + ms;
  for (let open = 0; open >= 0;) {
    open = one.pool.findIndex((effect) => effect.kind !== 'timer' || effect.at <= end);
    if (open < 0) break;
    const event = one.perform(one.take(open), script);
    if (event !== null) one.send({ ...event, at: Math.max(one.now, event.kind === 'timer' ? event.at : 0) });
  }
  one.now = end;
}

describe('a freeze', () => {
  it.each(['triage', 'proposing', 'critique', 'voting', 'executing', 'diagnosing', 'verifying', 'reporting'] as const)(
    'while %s: the task waits, however long, and goes on from where it was',
    (phase) => {
      const one = world().play(script, reach(phase));
      const { deadline } = one.state;
      one.now += 1_000;
      one.freeze();
      const asked = one.log.filter(({ kind }) => kind === 'ask').length;
      // Longer than the task had in all.
      standStill(one, 50 * HOUR);
      expect(one.log.filter(({ kind }) => kind === 'ask')).toHaveLength(asked);
      expect(one.state).toMatchObject({ frozenAt: T0 + 1_000, refusals: [], deadline });
      // A crash: all that is known is what is stored.
      one.state = TaskState.parse(JSON.parse(JSON.stringify(one.state)));
      one.thaw();
      expect(one.state).toMatchObject({ frozenAt: null, deadline: deadline + 50 * HOUR });
      one.play(script);
      expect(one.state).toMatchObject({ phase: 'done', refusals: [], electorate: three, gone: [], round: 0 });
      expect(one.dispatched().filter((sent, i, all) => all.indexOf(sent) === i)).toEqual(['a.1', 'a.2', 'b.1']);
    },
  );

  it('lets what runs end, and begins nothing new until it thaws', () => {
    const one = world().play(script, (state) => state.commands['a']?.attempt === 2);
    one.freeze();
    standStill(one, HOUR);
    expect(one.state).toMatchObject({ phase: 'executing', commands: { a: { state: 'done' } } });
    expect(
      one.log.some(
        (effect) =>
          (effect.kind === 'dispatch' && effect.step === 'b') || (effect.kind === 'ask' && effect.ask.kind === 'work'),
      ),
    ).toBe(false);
    const begun = one.log.length;
    one.thaw();
    expect(
      kinds(one.log.slice(begun))
        .filter((kind) => kind !== 'timer')
        .toSorted(),
    ).toEqual(['ask', 'dispatch']);
  });

  it('gives an open question the time that was left of its own', () => {
    const one = world().play(script, reach('triage'));
    const [ask] = one.state.asks;
    one.now += 20_000;
    one.freeze();
    one.now += HOUR;
    one.thaw();
    expect(one.state.asks).toEqual([{ ...ask, until: (ask?.until ?? 0) + HOUR }]);
    // The timer from before the freeze comes too early now.
    one.send({ kind: 'timer', at: one.now, id: `until.${ask?.id}` });
    expect(one.state.refusals).toEqual([]);
    one.send({ kind: 'timer', at: one.now + 41_000, id: `until.${ask?.id}` });
    expect(one.state.refusals).toMatchObject([{ code: 'provider.timeout' }]);
  });

  it('that a model hears of first holds the task, and nobody is absent by it', () => {
    const one = world().play(script, reach('proposing'));
    const asks = one.state.asks;
    one.send({ kind: 'refused', at: one.now, ask: asks[1]?.id ?? '', code: 'purse.frozen' });
    expect(one.state).toMatchObject({ frozenAt: one.now, asks, refusals: [] });
    one.send({ kind: 'refused', at: one.now, ask: asks[0]?.id ?? '', code: 'purse.frozen' });
    expect(one.state.freezes).toBe(1);
    one.thaw();
    expect(one.play(script).state).toMatchObject({ phase: 'done', refusals: [] });
  });

  it('takes an answer that was on its way, and asks nobody the next question', () => {
    const one = world().play(script, reach('triage'));
    const [ask] = one.state.asks;
    one.send({ kind: 'frozen', at: one.now });
    one.send({
      kind: 'answered',
      at: one.now + 5 * HOUR,
      ask: ask?.id ?? '',
      answer: answerTo(ask!, one.state, graph),
    });
    expect(one.state.phase).toBe('proposing');
    expect(one.log.filter((effect) => effect.kind === 'ask')).toHaveLength(1);
    one.now += 5 * HOUR;
    one.thaw();
    expect(one.state.asks.map(({ until }) => until - one.now)).toEqual([120_000, 120_000, 120_000]);
  });

  it.each(['triage', 'voting', 'executing', 'reporting'] as const)(
    'does not keep a master from cancelling (%s)',
    (phase) => {
      const one = world().play(script, reach(phase));
      one.freeze();
      one.now += 9 * HOUR;
      const begun = one.log.length;
      one.send({ kind: 'cancel', at: one.now, by: MASTER });
      expect(one.state).toMatchObject({ phase: 'cancelled', frozenAt: null, asks: [], timers: {} });
      expect(kinds(one.log.slice(begun))).not.toContain('ask');
      const ended = one.state;
      one.thaw();
      expect(one.state).toBe(ended);
    },
  );

  it('lets a choice count, which is carried out afterwards', () => {
    const one = world().play(script, reach('voting'));
    one.freeze();
    one.send({
      kind: 'chosen',
      at: one.now,
      by: MASTER,
      hash: one.state.proposals[0]!.hash,
      event: EventId.parse('$choice'),
    });
    standStill(one, HOUR);
    expect(one.state).toMatchObject({
      phase: 'executing',
      decision: { rule: 'choice' },
      commands: { a: { state: 'sent' } },
    });
    expect(one.dispatched()).toEqual([]);
    one.thaw();
    expect(one.dispatched()).toEqual(['a.1']);
    expect(one.play(script).state.phase).toBe('done');
  });

  it.each(['voting', 'executing'] as const)(
    'that is never taken back ends the task after seven days, by code alone (%s)',
    (phase) => {
      const one = world().play(script, reach(phase));
      one.freeze();
      standStill(one, 2 * HOUR);
      one.thaw();
      const asked = one.log.filter(({ kind }) => kind === 'ask').length;
      one.freeze();
      standStill(one, LONGEST_FREEZE_MS - 2 * HOUR - 1);
      expect(one.state.frozenAt).not.toBeNull();
      standStill(one, 1);
      expect(one.state).toMatchObject({
        phase: expect.stringMatching(/partial|failed/),
        ending: 'deadline',
        frozenAt: null,
        frozenMs: LONGEST_FREEZE_MS,
      });
      expect(one.state.since).toBeLessThanOrEqual(windUpAt(one.state));
      expect(one.log.filter(({ kind }) => kind === 'ask')).toHaveLength(asked);
    },
  );
});

describe('the house under a freeze', () => {
  const root = EventId.parse('$root');

  function house(
    one: World,
    frozen: () => boolean,
    askModel: ConstructorParameters<typeof Asks>[0]['askModel'] = () => Promise.reject(new Error('asked')),
  ) {
    const watchers = new Set<(state: TaskState, before: TaskState) => void>();
    const machine = {
      apply: (_root: EventId, event: Parameters<World['send']>[0]) => {
        const before = one.state;
        one.send(event);
        for (const watcher of watchers) watcher(one.state, before);
        return Promise.resolve(one.state);
      },
      watch: (watcher: (state: TaskState, before: TaskState) => void) => (
        watchers.add(watcher),
        () => watchers.delete(watcher)
      ),
    };
    const store = { load: () => Promise.resolve(one.state) };
    const add = vi.fn(() => Promise.resolve());
    const asks = new Asks({ store, machine, frozen, askModel });
    return {
      asks,
      add,
      machine,
      carryOut: (effect: TaskEffect) =>
        carryOutEffect(
          { root, effect },
          {
            store,
            machine,
            asks,
            outbox: { say: () => Promise.resolve() },
            orders: { add },
            abandon: add,
            frozen,
            isOwnerThere: async () => false,
          },
        ),
    };
  }

  it('asks no model and sends no command, and the task knows that it waits', async () => {
    const one = world().play(script, reach('triage'));
    const { asks, carryOut } = house(one, () => true);
    await carryOut(one.pool.find(({ kind }) => kind === 'ask')!);
    expect(one.state).toMatchObject({ frozenAt: expect.any(Number), asks: [{ kind: 'triage' }] });
    asks.close();

    const other = world().play(script, reach('executing'));
    const sending = house(other, () => true);
    await sending.carryOut(other.pool.find(({ kind }) => kind === 'dispatch')!);
    expect(sending.add).not.toHaveBeenCalled();
    expect(other.state).toMatchObject({ frozenAt: expect.any(Number), commands: { a: { state: 'sent' } } });
    sending.asks.close();
  });

  it('takes back a question that is being thought about', async () => {
    const one = world().play(script, reach('triage'));
    let signal: AbortSignal | null = null;
    const { asks, carryOut, machine } = house(
      one,
      () => false,
      (_state, _ask, given) => {
        signal = given;
        return new Promise((_resolve, reject) =>
          given.addEventListener('abort', () => reject(given.reason), { once: true }),
        );
      },
    );
    const asking = carryOut(one.pool.find(({ kind }) => kind === 'ask')!);
    await vi.waitFor(() => expect(signal).not.toBeNull());
    await machine.apply(root, { kind: 'frozen', at: one.now });
    await asking;
    expect(signal).toMatchObject({ aborted: true });
    expect(one.state.asks).toHaveLength(1);
    asks.close();
  });
});

describe('the card of a frozen task', () => {
  const one = world().play(script, reach('voting'));
  one.freeze();

  it.each([
    ['ko', '🧊 전체가 동결되어 하던 자리에서 기다립니다. 이어 하려면 `!해동`, 그만두려면 `!취소`'],
    ['en', '🧊 Everything is frozen: it waits where it is. To go on: `!thaw`. To stop: `!cancel`'],
  ] as const)('says what it waits for and what ends that (%s)', (lang, line) => {
    const text = cardText({ ...one.state, lang }, facts);
    expect(text.split('\n').at(-1)).toBe(line);
    expect(text).not.toMatch(/지금 하실 일은|Nothing for you|!선택|!choose/);
  });

  it('counts no time, and still says what the master was asked', () => {
    const at = (hours: number, more: Partial<TaskState> = {}) =>
      cardText({ ...one.state, ...more }, { ...facts, now: one.now + hours * HOUR });
    expect(at(1)).toBe(at(30));
    expect(at(1, { phase: 'asking', question: { kind: 'no-winner' } })).toContain('!retry');
  });
});
