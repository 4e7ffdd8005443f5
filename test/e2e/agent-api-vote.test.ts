import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import { Outsider, Voter } from '../house/outsider.ts';
import type { Json } from '../house/provider-formats.ts';
import { rosterOf, Scene } from '../house/scene.ts';
import { startTask, type TaskView } from '../house/task-scene.ts';

const FOUR = ['gabriel', 'jarvis', 'claude', 'manus'];

let scene: Scene;
let scout: Outsider;
beforeAll(async () => {
  scene = await Scene.open({ keys: false, roster: rosterOf(...FOUR) });
  scout = await Outsider.invited(scene, '스카우트', 'scout');
});
afterAll(() => scene[Symbol.asyncDispose]());

const begin = (words: string) => startTask(scene.master, scene.hq, words);
const by =
  (id: string) =>
  (event: Json): boolean =>
    event.sender === scene.agent(id);
const contentOf = (task: TaskView, kind: string): Json => task.acts(kind)[0]?.content['com.chavion'].act.content;
const results = (task: TaskView): readonly Json[] => task.results();

/** `!choose` in the thread: the plan of which every step is such a one, under the letter that the poll gives it. */
async function choose(task: TaskView, wanted: (step: Json) => boolean): Promise<void> {
  const letter = await task.until('such a plan in the poll', () => {
    const proposals = task.acts('proposal').map(({ content }) => content['com.chavion'].act.content);
    const hash: string | undefined = proposals.find(({ plan }) => JSON.parse(plan).steps.every(wanted))?.hash;
    const answers: Json[] = task.poll()?.content['org.matrix.msc3381.poll.start'].answers ?? [];
    const place = answers.findIndex(({ id }) => hash?.startsWith(id) === true);
    return place < 0 ? undefined : String.fromCharCode(65 + place);
  });
  await task.say(`!선택 ${letter}`);
}

describe('an agent that lives elsewhere', () => {
  it('proposes, criticises and votes like the others, from its own account, and the executor counts it', async () => {
    const voter = await Voter.start(scout);
    await using _ = voter;
    const task = await begin('//chavion_task: 서버 파일 목록 조회');
    expect((await task.ended()).body).toMatch(/^✅/u);

    expect(contentOf(task, 'electorate').agents).toEqual(expect.arrayContaining([...FOUR, 'scout']));
    const [proposal] = task.acts('proposal').filter(by('scout'));
    expect(JSON.parse(proposal.content['com.chavion'].act.content.plan)).toMatchObject({
      steps: [{ command: { id: 'outside-date' } }],
    });
    const [ballot] = task.acts('ballot').filter(by('scout'));
    expect(ballot.content['com.chavion'].act.content.ranking).toHaveLength(
      new Set(task.acts('proposal').map(({ content }) => content['com.chavion'].act.content.hash)).size,
    );
    expect(ballot.content['com.chavion'].act.content.ranking[0]).toBe(proposal.content['com.chavion'].act.content.hash);
    expect(
      task
        .events()
        .filter(({ type }) => type === 'org.matrix.msc3381.poll.response')
        .filter(by('scout')),
    ).toHaveLength(1);
    const decision = contentOf(task, 'decision');
    expect(decision).toMatchObject({ rule: 'vote' });
    expect(decision.ballots).toContain(ballot.event_id);
    expect(decision.ballots).toHaveLength(FOUR.length + 1);
    expect(decision.proposals).toContain(proposal.event_id);
    expect(results(task).length).toBeGreaterThan(0);
    expect(results(task).map(({ state }) => state)).toEqual(results(task).map(() => 'done'));

    const phases = voter.told.map(({ phase }) => phase);
    expect(phases).toEqual(expect.arrayContaining(['propose', 'critique', 'vote']));
    expect(voter.told.map(({ answer }) => answer)).toEqual(voter.told.map(() => 'taken'));
    // Each letter says until when: what the phase grants, not what a chat does.
    const vote = voter.told.find(({ phase }) => phase === 'vote');
    expect(vote?.ms).toBeGreaterThan(PATIENCE.vote - 60_000);
    expect(vote?.ms).toBeLessThanOrEqual(PATIENCE.vote);
    const { body } = await scout.call(`/api/tasks/${vote?.task ?? ''}/results`);
    expect(body).toMatchObject({ state: 'done', result: expect.any(String) as string });
  });

  it('whose plan a master chooses has it run, and is not asked to verify it', async () => {
    const voter = await Voter.start(scout, 'vote');
    await using _ = voter;
    const task = await begin('//chavion_task: site 폴더에 메모를 남겨줘');
    await choose(task, (step) => step.command?.id === 'outside-date');
    const card = await task.ended();
    expect(results(task)).toEqual(
      expect.arrayContaining([expect.objectContaining({ step: 'outside-date', state: 'done' })]),
    );
    // What it ran is not what was asked for, and a stand-in cannot judge another's plan: nobody calls that done.
    expect(card.body).toMatch(/^🟡[^]*확인할 에이전트가 없었습니다/u);
    expect(voter.told.map(({ phase }) => phase)).not.toContain('verify');
  });

  it('and is put out while plans are proposed is out of the electorate, and nobody proposes twice', async () => {
    const guest = await Outsider.invited(scene, '손님', 'guest');
    await using _silent = await Voter.start(guest, 'propose');
    await using _other = await Voter.start(scout);
    const all = [...FOUR, 'scout'];
    const task = await begin('//chavion_task: 서버 파일 목록 조회');
    await task.until('the plans of the others', () => (task.acts('proposal').length === all.length ? true : undefined));
    expect(contentOf(task, 'electorate').agents).toContain('guest');
    await scene.master.noticed(scene.hq, await scene.master.say(scene.hq, '!agent remove guest'));
    expect((await task.ended()).body).toMatch(/^✅/u);
    const electorates = task.acts('electorate');
    expect(electorates.map(({ content }) => content['com.chavion'].act.content.round)).toEqual([0, 0]);
    expect(electorates[1].content['com.chavion'].act.content.agents).not.toContain('guest');
    expect(contentOf(task, 'decision').electorate).toBe(electorates[1].event_id);
    expect(
      task
        .acts('proposal')
        .map(({ sender }) => String(sender))
        .toSorted(),
    ).toEqual(all.map((id) => scene.agent(id)).toSorted());
    expect(results(task).map(({ state }) => state)).toEqual(results(task).map(() => 'done'));
  });

  it('that only looks in is in no electorate; that listens and answers nothing holds nobody up and outvotes nobody', async () => {
    const silent = await Promise.all(
      [
        ['하나', 'one'],
        ['둘', 'two'],
        ['셋', 'three'],
        ['넷', 'four'],
      ].map(([name = '', id = '']) => Outsider.invited(scene, name, id)),
    );
    const reader = await Outsider.invited(scene, '보는이', 'reader');
    const { master, hq } = scene;
    await master.noticed(hq, await master.say(hq, '!agent scope reader read'));
    const looker = await Outsider.invited(scene, '들르는이', 'looker');
    await looker.checkin();
    const over = new AbortController();
    const listens = async (one: Outsider): Promise<void> => {
      for (let since = ''; !over.signal.aborted;)
        since = (await one.call(`/api/messages?wait=2${since === '' ? '' : `&since=${since}`}`)).body.next ?? since;
    };
    const waits = [...silent, reader].map(listens);
    // Whoever wants to know whether something has come looks in without waiting.
    await Promise.all(Array.from({ length: 3 }, () => looker.call('/api/messages')));
    await scene.until(
      async () =>
        (await reader.call('/api/status')).body.agents.filter((one: Json) => one.outside && one.online).length >= 6,
    );
    const task = await begin('//chavion_task: 서버 파일 목록 조회');
    await task.until('who votes', () => contentOf(task, 'electorate'));
    // The scout's last wait ended only seconds ago: it may be one of them.
    expect(
      contentOf(task, 'electorate')
        .agents.filter((id: string) => id !== 'scout')
        .toSorted(),
    ).toEqual([...FOUR, 'one', 'two', 'three', 'four'].toSorted());

    expect((await task.ended(180_000)).body).toMatch(/^✅/u);
    over.abort();
    await Promise.all(waits);
    const electorates = task
      .acts('electorate')
      .map(({ content }) => content['com.chavion'].act.content.agents.toSorted());
    expect(electorates.at(-1)).toEqual(FOUR.toSorted());
    expect(contentOf(task, 'decision')).toMatchObject({ rule: 'vote' });
    expect(contentOf(task, 'decision').ballots).toHaveLength(4);
    expect(results(task).map(({ state }) => state)).toEqual(results(task).map(() => 'done'));
    expect(results(task).length).toBeGreaterThan(0);
  });
});
