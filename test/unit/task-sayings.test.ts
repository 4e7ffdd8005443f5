import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sayingOf } from '../../bots/tasks/messages/saying.ts';
import { PlanFault, AskRefusal } from '../../bots/tasks/state/ask.ts';
import { TaskOutcome, type Say, type TaskState } from '../../bots/tasks/state/task-state.ts';
import { EVENT_LIMIT_BYTES, fits, messageContent } from '../../bridge/matrix/content.ts';
import { Act, type ActContent } from '../../bridge/protocol/act.ts';
import { CHAVION_KEY } from '../../bridge/protocol/content.ts';
import { type AgentId, EventId, Lang } from '../../bridge/protocol/ids.ts';
import { commandCount, Plan, planRisk } from '../../bridge/protocol/plan.ts';
import { countVotes } from '../../bridge/protocol/tasks/voting.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import { agents, facts, hashOf, hopeful, play, planOf } from './task-scene.ts';

const simple = planOf('simple', ['ls; echo ok']);
const thorough = planOf('thorough', ['find .\necho ok', 'du; echo ok']);
const english = { ...facts, nameOf: (agent: AgentId) => agent.toUpperCase(), ownerTitle: 'boss' };
const whole = play({ answer: hopeful([simple, thorough]) });
const ids = (what: Say['what']) => whole.said.filter(({ say }) => say.what === what);

/** Words that only programs know. */
const CODES =
  /\b(?:no-quorum|no-winner|no-plan|plan-unfit|run-off|off-schema|unknown-command|not-verified|lent-read-only|double-id|too-many-steps|waits-for-itself)\b|provider\.|purse\.|undefined|null|\[object|NaN/;

const sent = (state: TaskState, say: Say, as = facts) => {
  const { text, act, msgtype, mentions } = sayingOf(state, say, as);
  return messageContent({
    text,
    msgtype,
    mentions,
    thread: state.root,
    chavion: { v: 1, kind: 'act', root: state.root, act },
  });
};
const htmlOf = (content: Record<string, unknown>): string => String(content['formatted_body'] ?? content['body']);

describe('a task that goes well', () => {
  it('says every step of its way, in order', () => {
    expect(whole.state.phase).toBe('done');
    expect(whole.said.map(({ say }) => say.what).filter((what, i, all) => what !== all[i - 1])).toEqual([
      'electorate',
      'proposal',
      'poll',
      'critique',
      'ballot',
      'poll-end',
      'ballots',
      'decision',
      'plan',
      'run',
      'verdict',
      'report',
    ]);
  });

  it.each(Lang.options)('fits into events, speaks FIPA and shows no codes (%s)', (lang) => {
    const { said } = play({
      lang,
      mission: 'list files',
      answer: hopeful([simple, thorough], {
        critique: () => ({ kind: 'critique', objections: [] }),
        vote: (_ask, { proposals }) => ({ kind: 'vote', ranking: proposals.map(({ hash }) => hash), reason: 'short' }),
        verify: () => ({ kind: 'verify', holds: true, why: 'it is there', quotes: [] }),
        report: () => ({ kind: 'report', markdown: 'three files' }),
      }),
    });
    for (const { say, state } of said) {
      const saying = sayingOf(state, say, english);
      expect(Act.parse(saying.act)).toEqual(saying.act);
      expect(fits(sent(state, say))).toBe(true);
      expect(saying.text).not.toMatch(CODES);
      expect(/\p{Script=Hangul}/u.test(saying.text)).toBe(lang === 'ko' && say.what !== 'ballot');
    }
  });

  it('says the same when it says it again', () => {
    for (const { say, saying, state } of whole.said)
      expect(JSON.stringify(sayingOf(state, say, facts))).toBe(JSON.stringify(saying));
  });

  it('rings for the end alone', () => {
    const rung = whole.said.filter(({ saying }) => saying.mentions.length > 0);
    expect(rung.map(({ say }) => say.what)).toEqual(['report']);
    expect(rung.map(({ saying }) => saying.msgtype)).toEqual(['m.text']);
    expect(whole.said.filter(({ saying }) => saying.msgtype === 'm.text')).toHaveLength(1);
  });

  it('leads from the message to the output, link by link', async () => {
    const [report] = ids('report');
    const text = report?.saying.text ?? '';
    const events = new Set(['$root', ...whole.said.map(({ say }) => `$${say.id}`), '$report.s0.1']);
    const links = [...text.matchAll(/matrix\.to\/#\/[^/]+\/([^?]+)\?via=house/g)].map(([, event = '']) =>
      decodeURIComponent(event),
    );
    for (const event of links) expect(events).toContain(event);
    for (const event of ['$root', '$electorate.0', '$poll.0', '$decision.0', '$report.s0.1', '$verdict.0'])
      expect(links).toContain(event);
    expect(links.filter((event) => event.startsWith('$proposal'))).toHaveLength(2);
    expect(links.filter((event) => event.startsWith('$ballot'))).toEqual(['$ballots.0']);
    expect(htmlOf(sent(whole.state, report?.say ?? ({} as Say)))).toContain('href="https://matrix.to/#/');
    const file = new TextDecoder().decode(await report?.saying.attachments[0]?.read());
    expect(file).toContain('파일이 3개 있습니다.');
    expect(file).toContain('%24decision.0');
  });
});

describe('the poll', () => {
  const [poll] = ids('poll');
  const Start = z.object({
    kind: z.string(),
    max_selections: z.int(),
    answers: z.array(z.object({ id: z.string(), 'org.matrix.msc1767.text': z.string() })),
  });
  const start = Start.parse(poll?.saying.poll?.content['org.matrix.msc3381.poll.start']);

  it('is one that clients show, and tells nobody how it stands or who proposed', () => {
    expect(poll?.saying.poll?.type).toBe('org.matrix.msc3381.poll.start');
    expect(start.kind).toBe('org.matrix.msc3381.poll.undisclosed');
    expect(start.max_selections).toBe(1);
    expect(start.answers.map((answer) => answer['org.matrix.msc1767.text'].slice(0, 2))).toEqual(['A.', 'B.']);
    expect(JSON.stringify(poll?.saying.poll)).not.toMatch(/가브리엘|자비스|클로드|gabriel|jarvis|claude/);
  });

  it('gets a vote for one of its answers from each who ranked, and ends', () => {
    const known = start.answers.map(({ id }) => id);
    for (const { saying } of ids('ballot')) {
      const ranked = saying.act.content.kind === 'ballot' && saying.act.content.ranking.length > 0 ? 1 : 0;
      const response = z.object({ answers: z.array(z.enum(known)).length(ranked) });
      expect(response.safeParse(saying.poll?.content['org.matrix.msc3381.poll.response']).success).toBe(true);
      expect(saying.poll?.content['m.relates_to']).toEqual({ rel_type: 'm.reference', event_id: '$poll.0' });
    }
    expect(ids('ballot')).toHaveLength(3);
    expect(ids('poll-end')[0]?.saying.poll?.type).toBe('org.matrix.msc3381.poll.end');
  });

  it('takes twenty answers at most, each short', () => {
    const state = ids('poll')[0]?.state;
    if (state === undefined) throw new Error('no poll');
    const proposals = Array.from({ length: 20 }, (_, i) => planOf(`${'긴 목표 '.repeat(60)}${i}`, ['echo ok'])).map(
      (plan) => ({ hash: hashOf(plan), plan, authors: [...agents], events: [] }),
    );
    const many = sayingOf({ ...state, proposals }, { id: 'poll.0', as: null, what: 'poll' }, facts);
    const { answers } = Start.parse(many.poll?.content['org.matrix.msc3381.poll.start']);
    expect(answers).toHaveLength(20);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(20);
    expect(Math.max(...answers.map((answer) => answer['org.matrix.msc1767.text'].length))).toBeLessThanOrEqual(120);
    expect(JSON.stringify(many.poll).length).toBeLessThan(EVENT_LIMIT_BYTES);
  });
});

describe('the decision', () => {
  it('names all with which everybody can count again', () => {
    const acts = new Map(whole.said.map(({ say, saying }) => [`$${say.id}`, saying]));
    const content = (event: string): ActContent => acts.get(event)?.act.content ?? { kind: 'words' };
    const decision = content('$decision.0');
    if (decision.kind !== 'decision') throw new Error('no decision');
    const electorate = content(decision.electorate);
    const candidates = decision.proposals.map(content).flatMap((one) => {
      if (one.kind !== 'proposal') return [];
      const plan = Plan.parse(JSON.parse(one.plan));
      expect(canonicalHash(plan)).toBe(one.hash);
      return [{ hash: one.hash, risk: planRisk(plan), commands: commandCount(plan) }];
    });
    const ballots = decision.ballots.flatMap((event) => {
      const ballot = content(event);
      const by = acts.get(event)?.as ?? null;
      return ballot.kind === 'ballot' && by !== null ? [{ by, ranking: ballot.ranking }] : [];
    });
    expect(ballots).toHaveLength(3);
    expect(
      electorate.kind === 'electorate' && countVotes({ electorate: electorate.agents, candidates, ballots }),
    ).toMatchObject({ kind: 'won', winner: decision.winner });
    // Lettered for the master in this order.
    expect(decision.proposals.map((event) => acts.get(event)?.as)).toEqual(
      [simple, thorough]
        .toSorted((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1))
        .map((plan) => (plan === simple ? 'gabriel' : 'jarvis')),
    );
  });
});

describe('a task that goes wrong', () => {
  const state = whole.state;
  const plan = state.plan;

  it.each(Lang.options)('tells of every refusal and every fault of a plan in words (%s)', (lang) => {
    for (const code of [...AskRefusal.shape.code.options].flatMap((union) => union.options)) {
      for (const kind of AskRefusal.shape.kind.options) {
        const faults =
          code === 'plan'
            ? PlanFault.shape.problem.options.map((problem) => ({ field: 'steps', problem, detail: 'x*y' }))
            : [];
        const refusals = [{ ask: 'a', round: 0, agent: agents[0] as AgentId, kind, code, faults }];
        const { text, act } = sayingOf(
          { ...state, lang, refusals },
          { id: 'refusal.a', as: null, what: 'refusal', about: 'a' },
          english,
        );
        expect(text).not.toMatch(CODES);
        expect(/\p{Script=Hangul}/u.test(text)).toBe(lang === 'ko');
        expect(act.performative).toBe('refuse');
      }
    }
  });

  it.each([
    ['provider.model', true, /처음 모델로 되돌리려면 `!모델 .+ 기본`$/],
    ['provider.model', false, /빠집니다 \([^`]+\)\.$/],
    ['off-schema', true, /빠집니다 \([^`]+\)\.$/],
  ] as const)('a failure (%s) of a model that a master has chosen (%s) names the way back', (code, chosen, line) => {
    const refusals = [{ ask: 'a', round: 0, agent: agents[0] as AgentId, kind: 'propose' as const, code, faults: [] }];
    const refusal = { id: 'refusal.a', as: null, what: 'refusal' as const, about: 'a' };
    expect(sayingOf({ ...state, refusals }, refusal, { ...facts, isChosen: () => chosen }).text).toMatch(line);
  });

  it.each(Lang.options)('tells how it ended, what was kept and what to do (%s)', (lang) => {
    const seen = new Set<string>();
    for (const ending of TaskOutcome.options) {
      const phase = ending === 'done' ? 'done' : ending === 'cancelled' ? 'cancelled' : 'failed';
      const { text } = sayingOf(
        { ...state, lang, phase, ending },
        { id: 'ended.0', as: null, what: 'ended', rings: true },
        facts,
      );
      expect(text).not.toMatch(CODES);
      expect(/\p{Script=Hangul}/u.test(text)).toBe(lang === 'ko');
      seen.add(text);
      const setback = sayingOf(
        { ...state, lang, setback: { why: ending } },
        { id: 'failure.0', as: null, what: 'failure' },
        facts,
      );
      expect(setback.text).not.toMatch(CODES);
    }
    expect(seen.size).toBe(TaskOutcome.options.length);
  });

  it.each(Lang.options)('asks the master, ringing, with what can be answered (%s)', (lang) => {
    for (const kind of ['no-quorum', 'no-winner', 'no-plan', 'unknown-command'] as const) {
      const { text, mentions, act } = sayingOf(
        { ...state, lang, question: { kind } },
        { id: 'question.0', as: null, what: 'question', rings: true },
        english,
      );
      expect(text).not.toMatch(CODES);
      expect(mentions).toEqual([facts.master]);
      expect(act.performative).toBe('query-ref');
      expect(text).toMatch(lang === 'ko' ? /!재시도/ : /!retry/);
      expect(/!(?:선택|choose) A/.test(text)).toBe(kind !== 'unknown-command');
    }
  });

  it('is diagnosed and patched, and says so in a form that can be checked', () => {
    const one = planOf('only', ['lss; echo ok']);
    const mended = {
      ...(one.steps[0]?.kind === 'command' ? one.steps[0].command : ({} as never)),
      script: 'ls; echo ok',
    };
    const { said, state: end } = play({
      answer: hopeful([one], {
        diagnose: () => ({ kind: 'diagnose', cause: '명령 이름이 `틀림`', command: mended as never }),
        critique: () => ({ kind: 'critique', objections: [] }),
      }),
      result: (_step, attempt) =>
        attempt === 1 ? { state: 'failed', why: 'exit', exitCode: 127, output: 'lss: not found' } : {},
    });
    expect(end.phase).toBe('done');
    const patches = said.filter(({ say }) => say.what === 'patch');
    expect(patches.map(({ saying }) => saying.act.performative)).toEqual(['agree', 'agree']);
    const patched = said.find(({ say }) => say.what === 'patched')?.saying.act;
    const patch = patches[0]?.saying.act.content;
    expect(patched?.content).toMatchObject({
      kind: 'patched',
      base: '$decision.0',
      patches: patches.map(({ say }) => `$${say.id}`),
      hash: patch?.kind === 'patch' ? patch.hash : '',
    });
    expect(patch?.kind === 'patch' && canonicalHash(Plan.parse(JSON.parse(patch.plan)))).toBe(
      patch?.kind === 'patch' ? patch.hash : '',
    );
    for (const { saying } of patches) expect(saying.text).toContain('ls; echo ok');
  });

  it('where nobody can write the report, code shows what the steps brought', () => {
    const { said, state: end } = play({
      answer: hopeful([simple], { report: () => null, critique: () => ({ kind: 'critique', objections: [] }) }),
      result: () => ({ output: 'a.txt ``` b.txt' }),
    });
    const report = said.find(({ say }) => say.what === 'report')?.saying;
    expect(end.report).toBeNull();
    expect(report?.text).toContain('a.txt');
    expect(report?.mentions).toHaveLength(1);
  });

  it('says something harmless where what it was about is over', () => {
    const gone: TaskState = {
      ...state,
      proposals: [],
      plan: null,
      decision: null,
      patch: null,
      question: null,
      verdict: null,
      refusals: [],
      ballots: [],
      setback: null,
    };
    for (const what of [
      'proposal',
      'plan',
      'decision',
      'question',
      'patch',
      'patched',
      'failure',
      'verdict',
      'refusal',
      'notice',
      'work',
      'report',
      'ended',
      'ballot',
      'ballots',
      'poll',
    ] as const) {
      const saying = sayingOf(
        gone,
        { id: `${what}.9`, as: what === 'proposal' ? (agents[0] as AgentId) : null, what },
        facts,
      );
      expect(saying.text.trim()).not.toBe('');
      expect(saying.text).not.toMatch(CODES);
      expect(Act.parse(saying.act)).toEqual(saying.act);
    }
    expect(plan).not.toBeNull();
  });
});

describe('hostile words of agents', () => {
  const evil = '# 제목 <script>alert(1)</script> [눌러](https://evil.example) **굵게** @마스터 | 칸 |\n\n1. 목록\u202E';
  const hostile = planOf('x', ['echo "```"; echo ok']);
  const plan = { ...hostile, goal: evil, steps: hostile.steps.map((step) => ({ ...step, title: evil })) };
  const { said } = play({
    answer: hopeful([Plan.parse(plan), thorough], {
      critique: (_ask, { proposals }) => ({
        kind: 'critique',
        objections: proposals.slice(0, 1).map(({ hash, plan: of }) => ({
          of: hash,
          step: of.steps[0]?.kind === 'command' ? of.steps[0].command.id : ('s0' as never),
          text: evil,
        })),
      }),
      vote: (_ask, { proposals }) => ({ kind: 'vote', ranking: proposals.map(({ hash }) => hash), reason: evil }),
    }),
  });

  it('make no heading, no link, no pill, no table and no entry of a list', () => {
    for (const { say, state } of said.filter(({ say: { what } }) => what !== 'report')) {
      const html = htmlOf(sent(state, say));
      // An address in plain sight may be a link; another name for one may not.
      expect(html).not.toMatch(/<h[1-6]|<a href="([^"]*)"(?!>\1<)|<script|\u202E/);
      expect(html).not.toMatch(/<t(?:able|r|d|h)\b/);
    }
    const ballots = said.find(({ say: { what } }) => what === 'ballots');
    expect(htmlOf(sent(ballots?.state ?? whole.state, ballots?.say ?? ({} as Say))).match(/<li>/g)).toHaveLength(5);
  });

  it('a plan as large as may be still fits, with the rest in a file', () => {
    const large = planOf(
      '큰 계획',
      Array.from({ length: 40 }, (_, i) => `echo ${'가나다 '.repeat(50)}${i}\necho ok`),
    );
    const state: TaskState = {
      ...whole.state,
      proposals: [{ hash: hashOf(large), plan: large, authors: [agents[0] as AgentId], events: [EventId.parse('$p')] }],
      plan: { hash: hashOf(large), plan: large, authors: [agents[0] as AgentId] },
    };
    const proposal: Say = {
      id: 'proposal.0.gabriel',
      as: agents[0] as AgentId,
      what: 'proposal',
      about: hashOf(large),
    };
    expect(fits(sent(state, proposal))).toBe(true);
    expect(sent(state, proposal)[CHAVION_KEY]).toMatchObject({ act: { content: { kind: 'proposal' } } });
    const shown: Say = { id: 'plan.0', as: null, what: 'plan' };
    expect(fits(sent(state, shown))).toBe(true);
    expect(sayingOf(state, shown, facts).attachments.map(({ mediaType }) => mediaType)).toEqual([
      'image/png',
      'text/markdown',
    ]);
  });
});
