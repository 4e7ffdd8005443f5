import { describe, expect, it } from 'vitest';
import { CardKeeper } from '../../bots/tasks/card-keeper.ts';
import { cardText } from '../../bots/tasks/messages/card.ts';
import { TaskOutcome, Phase, type TaskState } from '../../bots/tasks/state/task-state.ts';
import { fits, messageContent } from '../../bridge/matrix/content.ts';
import { AgentId, EventId, EXECUTOR_ID, type Lang, Lang as Langs } from '../../bridge/protocol/ids.ts';
import { duration, spent } from '../../bridge/text/tasks/task-words.ts';
import { agents, facts, hopeful, play, planOf } from './task-scene.ts';

const plans = [
  planOf('간단하게', ['ls; echo ok', 'du; echo ok', 'df; echo ok']),
  planOf('자세하게', ['find .; echo ok']),
];

function cards(lang: Lang = 'ko'): {
  readonly states: readonly TaskState[];
  readonly of: (phase: Phase) => readonly string[];
} {
  const states: TaskState[] = [];
  play({ lang, answer: hopeful(plans), seen: (state) => states.push(state) });
  return {
    states,
    of: (phase) =>
      states
        .filter((state) => state.phase === phase)
        .map((state) => cardText(state, { ...facts, now: state.since + 90_000 })),
  };
}
const { states, of } = cards();
const lines = (text: string | undefined): readonly string[] => (text ?? '').split('\n');
const last = states.at(-1);
if (last === undefined) throw new Error('nothing was played');
const card = (state: Partial<TaskState>): string => cardText({ ...last, ...state }, facts);

describe('the card', () => {
  it('says the phase, the mission and how long it has been', () => {
    expect(lines(of('triage')[0]).slice(0, 2)).toEqual(['🔎 **임무 #12 · 할 일 파악** · 1분', '서버 파일 목록 조회']);
    expect(lines(of('done').at(-1))[0]).toMatch(/^✅ \*\*임무 #12 · 끝\*\* · /);
  });

  it('says who has spoken, who has not and who will not', () => {
    const [first] = of('proposing');
    expect(first).toContain('가브리엘 … · 자비스 … · 클로드 …');
    expect(of('proposing').some((text) => text.includes('가브리엘 ✓ · 자비스 … · 클로드 …'))).toBe(true);
    const seen: string[] = [];
    const without = play({
      answer: (ask, state) => (ask.agent === agents[2] && ask.kind === 'propose' ? null : hopeful(plans)(ask, state)),
      seen: (state) => seen.push(cardText(state, facts)),
    });
    expect(without.state.phase).toBe('done');
    expect(seen.some((text) => text.includes('클로드 ✗'))).toBe(true);
  });

  it('counts votes, and shows none before the vote is over', () => {
    const open = states.filter(
      ({ phase, published, ballots }) => phase === 'voting' && !published && ballots.length > 0,
    );
    expect(open.length).toBeGreaterThan(0);
    for (const state of open) {
      const text = cardText(state, facts);
      expect(text).toContain(`3명 중 ${state.ballots.length}명`);
      expect(text).not.toMatch(/간단하게|자세하게|[AB]안|A >/);
    }
  });

  it('draws how far the commands have come', () => {
    const bars = [...new Set(of('executing').flatMap((text) => /[▓░]{10} \d\/3단계/.exec(text)?.[0] ?? []))];
    expect(bars).toEqual(['░░░░░░░░░░ 0/3단계', '▓▓▓░░░░░░░ 1/3단계', '▓▓▓▓▓▓▓░░░ 2/3단계']);
    expect(of('done').at(-1)).toContain('▓▓▓▓▓▓▓▓▓▓ 3/3단계');
  });

  it('names the next thing awaited from the master', () => {
    expect(of('executing')[0]).toContain('지금 하실 일은 없습니다');
    expect(of('voting')[0]).toContain('!선택 A');
    const asked = { ...last.commands, s1: { state: 'asked' as const, attempt: 1, retries: 0 } };
    // On whose message to tap, by the name that stands over it in the room.
    const named = { ...facts, nameOf: (id: AgentId) => (id === EXECUTOR_ID ? '손발' : facts.nameOf(id)) };
    expect(cardText({ ...last, phase: 'executing', commands: asked }, named)).toContain(
      '허락이 필요합니다: **간단하게 2**. 손발의 글에 ✅',
    );
    expect(card({ phase: 'asking', question: { kind: 'no-winner' } })).toContain(
      '`!선택 A` · `!선택 B` · `!재시도` · `!취소`',
    );
    expect(card({ phase: 'asking', question: { kind: 'unknown-command' } })).not.toContain('!선택');
    expect(card({ phase: 'failed', ending: 'command-failed' })).toContain('!재시도');
    expect(lines(card({ phase: 'done', ending: 'done' })).at(-1)).toMatch(/^쓴 것: \$0\.\d\d · 토큰 /);
  });

  it('changes with the minutes and not with the seconds, so that nobody’s phone is kept awake', () => {
    const [state] = states;
    if (state === undefined) throw new Error('no state');
    const at = (seconds: number) => cardText(state, { ...facts, now: state.began + seconds * 1_000 });
    expect(at(1)).toBe(at(59));
    expect(at(61)).toBe(at(119));
    expect(at(61)).not.toBe(at(121));
    expect(at(-5)).toBe(at(1));
  });

  it.each(Langs.options)('fits a phone in every phase, without codes (%s)', (lang) => {
    const long = {
      mission: '아주 긴 임무 '.repeat(600),
      electorate: Array.from({ length: 60 }, (_, i) => AgentId.parse(`agent${i}`)),
    };
    for (const phase of Phase.options) {
      for (const ending of [null, ...TaskOutcome.options]) {
        const frozenAt = ending === null ? last.began : null;
        const text = card({
          ...long,
          lang,
          phase,
          ending,
          frozenAt,
          question: phase === 'asking' ? { kind: 'no-plan' } : null,
        });
        expect(lines(text).length).toBeLessThanOrEqual(10);
        expect(text.length).toBeLessThan(700);
        expect(text).not.toMatch(/no-plan|plan-unfit|command-|undefined|NaN|null/);
        expect(fits(messageContent({ text, chavion: { v: 1, kind: 'card' } }))).toBe(true);
      }
    }
  });
});

describe('amounts', () => {
  it.each([
    [0, '0초', '0 s'],
    [59_400, '59초', '59 s'],
    [60_000, '1분', '1 min'],
    [3_599_000, '59분', '59 min'],
    [3_600_000, '1시간', '1 h'],
    [5_400_000, '1시간 30분', '1 h 30 min'],
    [259_200_000, '3일', '3 d'],
  ])('%i ms is %s', (ms, ko, en) => expect([duration.ko(ms), duration.en(ms)]).toEqual([ko, en]));

  it.each([
    [0, 900, '900 tokens'],
    [1_000, 12_345, '< $0.01 · 12.3k tokens'],
    [1_234_567, 2_500_000, '$1.23 · 2.5M tokens'],
  ])('%i micro-dollars and %i tokens', (cost, tokens, en) => expect(spent.en(cost, tokens)).toBe(en));
});

it('a card a minute later is another edit, however long its words are', async () => {
  const sent = new Map<string, string>();
  const state = { ...last, phase: 'executing' as const, events: { card: EventId.parse('$card') } };
  const now = { minute: 1 };
  const lease = { isHeld: () => Promise.resolve(true), [Symbol.asyncDispose]: () => Promise.resolve() };
  const shown = Promise.withResolvers<void>();
  const keeper = new CardKeeper({
    store: {
      load: () => Promise.resolve(state),
      leaseCard: () => Promise.resolve(lease as never),
      cardShown: () => Promise.resolve(),
      owedCards: () => Promise.resolve([]),
      live: () => Promise.resolve([]),
    },
    coordinator: {
      send: (_room, _type, content, txn) => {
        sent.set(txn, String(content['body']));
        if (sent.size === 2) shown.resolve();
        else {
          now.minute = 2;
          keeper.touch(state.root);
        }
        return Promise.resolve(EventId.parse('$card'));
      },
    },
    budget: { take: () => Promise.resolve(), interval: () => 1 },
    cardText: (one) => cardText(one, { ...facts, now: one.began + now.minute * 60_000 }),
    log: { warn: () => undefined } as never,
  });
  keeper.touch(state.root);
  await shown.promise;
  const texts = [...sent.values()];
  expect(new Set(texts).size).toBe(2);
  expect(texts[0]?.length).toBe(texts[1]?.length);
});
