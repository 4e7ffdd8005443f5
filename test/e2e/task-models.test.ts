import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isThere, type PresenceQuestion } from '../../bridge/appservice/presence.ts';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { AskKind } from '../../bots/tasks/state/ask.ts';
import { inRoom } from '../house/matrix.ts';
import type { Json } from '../house/provider-formats.ts';
import { type ScriptedAgent, type Question, type Reply, type Script, heard } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';
import { startTask, TaskView } from '../house/task-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ env: { CHAVION_REHEARSAL: 'auto' } });
});
afterAll(() => scene[Symbol.asyncDispose]());

/** By which words the question of each phase is known. */
const OPENING: readonly (readonly [AskKind, RegExp])[] = [
  ['triage', /^The mission has just come in/m],
  ['propose', /^Propose a plan/m],
  ['critique', /^Criticise/m],
  ['vote', /^Vote\./m],
  ['verify', /^Verify/m],
  ['diagnose', /^A command of the plan failed/m],
  ['report', /^Write the one deliverable/m],
];
/** The shared material comes first, so the words that stand furthest behind are the phase's. */
const kindOf = (question: Question): AskKind => {
  const text = question.said.at(-1)?.text ?? '';
  const found = OPENING.map(([kind, pattern]) => ({ kind, at: text.search(pattern) })).filter(({ at }) => at !== -1);
  return found.toSorted((a, b) => b.at - a.at)[0]?.kind ?? 'work';
};

/** Two plans; each agent proposes one of them and ranks its own first. */
const COMMANDS: Readonly<Record<string, string>> = { gabriel: 'one', jarvis: 'one', claude: 'two', perplexity: 'two' };
const planOf = (word: string): Json => ({
  goal: `say ${word}`,
  steps: [
    {
      kind: 'command',
      title: `say ${word}`,
      command: {
        type: 'run',
        id: 'say',
        argv: ['echo', `word-${word}`],
        workspace: 'ro',
        reason: 'to see it',
        success: { exitCode: 0, outputContains: word },
      },
    },
  ],
});
/** Under which letter this agent was shown the plan that says the word. */
const labelOf = (question: Question, word: string): string => {
  const shown = heard(question)
    .split(/(?=^Proposal [A-Z]:)/m)
    .find((part) => part.includes(`word-${word}`));
  return /^Proposal ([A-Z]):/.exec(shown ?? '')?.[1] ?? 'A';
};

function sensible(question: Question): string {
  const word = COMMANDS[question.agent] ?? 'one';
  const other = word === 'one' ? 'two' : 'one';
  switch (kindOf(question)) {
    case 'triage':
      return JSON.stringify({ goal: 'say a word', checks: ['the word is there'], plain: false });
    case 'propose':
      return JSON.stringify(planOf(word));
    case 'critique':
      return JSON.stringify({ objections: [] });
    case 'vote':
      return JSON.stringify({ ranking: [labelOf(question, word), labelOf(question, other)], reason: 'mine' });
    case 'verify': {
      const said = /word-(?:one|two)/.exec(heard(question).split('It ended')[1] ?? '')?.[0] ?? 'word-one';
      return JSON.stringify({ holds: true, why: 'it is there', quotes: [{ step: 'say', quote: said }] });
    }
    case 'diagnose':
      return JSON.stringify({ cause: 'unknown', command: null });
    case 'work':
    case 'report':
      return 'The word was said.';
  }
}

/** Everybody is sensible; in some phases an agent does something else. */
function play(
  otherwise: (kind: AskKind, question: Question) => Reply | string | null,
  ...agents: readonly ScriptedAgent[]
): void {
  const script: Script = (question) => otherwise(kindOf(question), question) ?? sensible(question);
  scene.providers.play(script, ...agents);
}

beforeEach(() => {
  scene.providers.reset();
  play(() => null);
});

function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

const begin = () => startTask(scene.master, scene.hq, '!task say a word');
const decision = (task: TaskView): Json => task.acts('decision')[0]?.content['com.chavion'].act.content;
const hashOf = (task: TaskView, word: string): string =>
  task
    .acts('proposal')
    .map(({ content }) => content['com.chavion'].act.content)
    .find(({ plan }) => String(plan).includes(`word-${word}`)).hash;
const answersOf = (task: TaskView): readonly Json[] =>
  task.poll()?.content['org.matrix.msc3381.poll.start'].answers ?? [];
const output = (task: TaskView): string =>
  task
    .runs()
    .map(({ body }) => body)
    .join('\n');

describe('a file that comes with a task', () => {
  it('is read by every agent and lies where its commands run', async () => {
    play((kind) =>
      kind === 'propose'
        ? JSON.stringify({
            goal: 'add up',
            steps: [
              {
                kind: 'command',
                title: 'add up',
                command: {
                  type: 'shell',
                  id: 'say',
                  script: `awk -F, 'NR>1{s+=$2} END{print "word-one", s}' 점수.csv`,
                  workspace: 'ro',
                  reason: 'to see it',
                  success: { exitCode: 0, outputContains: 'word' },
                },
              },
            ],
          })
        : null,
    );
    // 이름,점수 and two rows, as Korean spreadsheets still write them.
    const bytes = Buffer.from('c0ccb8a72cc1a1bcf60ac8abb1e6b5bf2c39300ab1e8bfb5c8f12c38300a', 'hex');
    const root = await scene.master.post(scene.hq, {
      name: '점수.csv',
      bytes,
      mediaType: 'text/csv',
      caption: '//chavion_task: 이 표의 합계를 구해줘',
    });
    const task = new TaskView(scene.master, scene.hq, root);
    expect((await task.ended()).body).toMatch(/^✅/u);
    expect(output(task)).toContain('word-one 170');
    const asked = scene.providers.questions.filter((question) =>
      ['triage', 'propose', 'vote', 'verify', 'report'].includes(kindOf(question)),
    );
    expect(asked.length).toBeGreaterThan(9);
    for (const question of asked)
      expect(heard(question)).toMatch(/<<<BEGIN file 점수\.csv [0-9a-f]{16}>>>\n이름,점수\n홍길동,90\n김영희,80/);
  });
});

describe('the vote', () => {
  it('counts the tap of a master, and of nobody else', async () => {
    const late = gate();
    play((kind, question) =>
      kind === 'vote' && question.agent === 'claude' ? { after: late.opened, pieces: [sensible(question)] } : null,
    );
    const task = await begin();
    await task.until('the poll', () => task.poll());
    const poll = String(task.poll()?.event_id);
    await task.until('the votes of the others', () =>
      /3/.test(/(?:Votes|투표): .*/.exec(task.card()?.body ?? '')?.[0] ?? '') ? true : undefined,
    );
    const answerFor = (word: string) => {
      const at = [hashOf(task, 'one'), hashOf(task, 'two')].toSorted().indexOf(hashOf(task, word));
      return String(answersOf(task)[at]?.id);
    };
    const stranger = await scene.newcomer('voter');
    await scene.bringIn(stranger, scene.hq);
    await task.tap(poll, answerFor('one'), stranger);
    const tapped = await task.tap(poll, answerFor('two'));
    await scene.settled();
    late.open();
    expect((await task.ended()).body).toMatch(/^✅/u);
    expect(decision(task)).toMatchObject({ rule: 'vote', winner: hashOf(task, 'two'), tap: tapped });
    expect(output(task)).toContain('word-two');
    expect(output(task)).not.toContain('word-one');
    // Too late changes nothing.
    await task.tap(poll, answerFor('one'));
    await scene.settled();
    expect(task.acts('decision')).toHaveLength(1);
  });

  it('waits for a master who is there, says how long, and ends with his tap', async () => {
    const { master, hq } = scene;
    const say = async (words: string) => master.noticed(hq, await master.say(hq, words));
    await say('!judge 120s');
    const task = await begin();
    const waits = await task.until(
      'the card that waits',
      () => /투표가 \d+초쯤|stays open for about \d+ s/u.exec(task.card()?.body ?? '')?.[0],
    );
    expect(waits).toMatch(/1[12]0/u);
    expect(task.acts('decision')).toEqual([]);
    const at = [hashOf(task, 'one'), hashOf(task, 'two')].toSorted().indexOf(hashOf(task, 'two'));
    const tapped = await task.tap(String(task.poll()?.event_id), String(answersOf(task)[at]?.id));
    // Two against two but for the tap, long before the time is up.
    expect((await task.ended()).body).toMatch(/^✅/u);
    expect(decision(task)).toMatchObject({ rule: 'vote', winner: hashOf(task, 'two'), tap: tapped });
    await say('!judge off');
  });

  it('goes on with what is left of its time when the swarm is killed in it', async () => {
    const { master, hq } = scene;
    const say = async (words: string) => master.noticed(hq, await master.say(hq, words));
    await say('!judge 15s');
    const task = await begin();
    await task.until('the card that waits', () =>
      /초쯤|stays open for about/u.test(task.card()?.body ?? '') ? true : undefined,
    );
    await scene.house.kill('swarm');
    expect((await task.ended()).body).toMatch(/^✅/u);
    const decided = Number(task.acts('decision')[0]?.origin_server_ts);
    const open = decided - Number(task.poll()?.origin_server_ts);
    expect(open).toBeGreaterThan(14_000);
    expect(open).toBeLessThan(25_000);
    expect(task.acts('decision')).toHaveLength(1);
    await say('!judge off');
  });

  it('sees by the homeserver that somebody types or reads, and not that he did long ago', async () => {
    const { hq, house } = scene;
    await using guest = await scene.newcomer('reader');
    await scene.bringIn(guest, hq);
    const reader: PresenceQuestion['reader'] = {
      call: async (_method, path, call) => {
        const query = new URLSearchParams(
          Object.entries(call?.query ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
        );
        return (await scene.master.call('GET', `${path}?${query.toString()}`)).body;
      },
    };
    const people = new Set([UserId.parse(guest.userId)]);
    const there = (since: number) => isThere({ reader, room: RoomId.parse(hq), people, since });
    const later = Date.now() + 3_600_000;
    expect(await there(later)).toBe(false);
    await guest.call('PUT', inRoom(hq, `typing/${encodeURIComponent(guest.userId)}`), {
      typing: true,
      timeout: 30_000,
    });
    expect(await there(later)).toBe(true);
    await guest.call('PUT', inRoom(hq, `typing/${encodeURIComponent(guest.userId)}`), { typing: false });
    const before = Date.now();
    const said = await scene.master.say(hq, '클로드야 안녕');
    expect(await there(before)).toBe(false);
    await guest.call('POST', inRoom(hq, `receipt/m.read/${encodeURIComponent(said)}`), {});
    expect(await there(before)).toBe(true);
    expect([house.ready.rooms.hq, await there(later)]).toEqual([hq, false]);
  });

  it('is overruled by the choice of the master', async () => {
    const never = gate();
    play((kind, question) => (kind === 'vote' ? { after: never.opened, pieces: [sensible(question)] } : null));
    const task = await begin();
    await task.until('the poll', () => task.poll());
    const at = [hashOf(task, 'one'), hashOf(task, 'two')].toSorted().indexOf(hashOf(task, 'one'));
    // Not in its thread: it is the only task with plans to choose from.
    const choice = await scene.master.say(scene.hq, `!choose ${String.fromCharCode(65 + at)}`);
    expect((await task.ended()).body).toMatch(/^✅/u);
    expect(decision(task)).toMatchObject({ rule: 'choice', winner: hashOf(task, 'one'), choice });
    expect(output(task)).toContain('word-one');
    never.open();
    await scene.settled();
    expect(task.acts('ballot')).toHaveLength(0);
  });
});

describe('agents that fail', () => {
  it('are left out, in whatever way they fail, and the others go on', async () => {
    const failing: readonly Reply[] = [
      { status: 500, body: '{}', headers: { 'retry-after': '90' } },
      { pieces: ['no JSON at all'] },
      { pieces: ['{"goal": "cut off', ''], ending: 'drop' },
    ];
    play(
      (kind) =>
        kind === 'propose'
          ? (failing[0] ?? null)
          : kind === 'vote'
            ? (failing[1] ?? null)
            : kind === 'critique'
              ? (failing[2] ?? null)
              : null,
      'perplexity',
    );
    const task = await begin();
    expect((await task.ended(120_000)).body).toMatch(/^✅/u);
    expect(task.acts('proposal')).toHaveLength(3);
    expect(output(task)).toMatch(/word-(?:one|two)/);
  }, 180_000);

  it('all of them: the task says so, asks, and runs nothing', async () => {
    play((kind) => (kind === 'propose' ? { pieces: ['I had rather not.'] } : null));
    const task = await begin();
    await task.until('the question', () =>
      task
        .thread()
        .find(({ body, mentions }) => body.includes('❓') && mentions?.user_ids?.includes(scene.master.userId)),
    );
    expect(output(task)).toBe('');
    await task.say('!cancel');
    expect((await task.ended()).body).toMatch(/^🚫/u);
  });
});

describe('a question that is taken back', () => {
  it('ends with the task: no provider goes on for nobody', async () => {
    const never = gate();
    play((kind, question) => (kind === 'propose' ? { after: never.opened, pieces: [sensible(question)] } : null));
    const task = await begin();
    await scene.until(
      () => scene.providers.questions.filter((question) => kindOf(question) === 'propose').length === 4,
    );
    await task.say('!cancel');
    await task.ended();
    const asked = scene.providers.questions.filter((question) => kindOf(question) === 'propose');
    await scene.until(() => asked.every(({ abandonedAt }) => abandonedAt !== undefined));
    expect(asked).toHaveLength(4);
    never.open();
  });

  it('is asked once more after a crash where no answer is known, and the task ends once', async () => {
    const first = gate();
    let asked = 0;
    play((kind, question) => {
      if (kind !== 'propose' || question.agent !== 'claude') return null;
      asked += 1;
      return asked === 1 ? { after: first.opened, pieces: [] } : null;
    });
    const task = await begin();
    await task.until('the others', () => (asked === 1 ? true : undefined));
    const pid = await scene.house.kill('swarm');
    await scene.house.reborn('swarm', pid);
    expect((await task.ended(120_000)).body).toMatch(/^✅/u);
    first.open();
    expect(asked).toBe(2);
    expect(task.acts('proposal')).toHaveLength(4);
    for (const agent of ['gabriel', 'jarvis', 'perplexity'] as const)
      expect(
        scene.providers.asked(agent).filter((question) => kindOf(question) === 'propose').length,
      ).toBeLessThanOrEqual(2);
  }, 180_000);
});
