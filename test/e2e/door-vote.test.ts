import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE } from '../../bots/tasks/patience.ts';
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
const by = (id: string) => (event: Json): boolean => event.sender === scene.agent(id);
const contentOf = (task: TaskView, kind: string): Json => task.acts(kind)[0]?.content['com.chavion'].act.content;
const results = (task: TaskView): readonly Json[] => task.thread().filter(({ who, chavion }) => who === 'executor' && chavion.result !== undefined).map(({ chavion }) => chavion.result);

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
    expect(JSON.parse(proposal.content['com.chavion'].act.content.plan)).toMatchObject({ steps: [{ command: { id: 'outside-date' } }] });
    const [ballot] = task.acts('ballot').filter(by('scout'));
    expect(ballot.content['com.chavion'].act.content.ranking).toHaveLength(new Set(task.acts('proposal').map(({ content }) => content['com.chavion'].act.content.hash)).size);
    expect(ballot.content['com.chavion'].act.content.ranking[0]).toBe(proposal.content['com.chavion'].act.content.hash);
    expect(task.events().filter(({ type }) => type === 'org.matrix.msc3381.poll.response').filter(by('scout'))).toHaveLength(1);
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
    expect(results(task)).toEqual(expect.arrayContaining([expect.objectContaining({ step: 'outside-date', state: 'done' })]));
    expect(card.body).toMatch(/^✅/u);
    expect(voter.told.map(({ phase }) => phase)).not.toContain('verify');
  });

  it('that falls silent is counted absent: with a quorum the task goes on, without one the master is asked', async () => {
    const one = await Outsider.invited(scene, '하나', 'one');
    const two = await Outsider.invited(scene, '둘', 'two');
    const three = await Outsider.invited(scene, '셋', 'three');
    const observer = await Outsider.invited(scene, '보는이', 'observer');
    await scout.checkin();
    const quorate = await begin('//chavion_task: 서버 파일 목록 조회');
    await quorate.until('who votes', () => contentOf(quorate, 'electorate'));
    await Promise.all([one.checkin(), two.checkin(), three.checkin()]);
    const inquorate = await begin('//chavion_task: 서버 파일 목록을 다시 조회');

    expect((await quorate.ended(180_000)).body).toMatch(/^✅/u);
    expect(contentOf(quorate, 'electorate').agents).toEqual(expect.arrayContaining([...FOUR, 'scout']));
    expect(contentOf(quorate, 'electorate').agents).toHaveLength(5);
    expect(contentOf(quorate, 'decision')).toMatchObject({ rule: 'vote' });
    expect(contentOf(quorate, 'decision').ballots).toHaveLength(4);
    expect(quorate.events().filter(by('scout'))).toEqual([]);
    expect(results(quorate).map(({ state }) => state)).toEqual(results(quorate).map(() => 'done'));

    // Four of eight are not more than half.
    const asking = async () => (await observer.call('/api/tasks?state=asking')).body.tasks.length === 1;
    await scene.until(asking);
    expect(contentOf(inquorate, 'electorate').agents).toHaveLength(8);
    expect(contentOf(inquorate, 'decision')).toBeUndefined();
    expect(results(inquorate)).toEqual([]);
    // A plan that leans on somebody who has gone would be turned down.
    await choose(inquorate, (step) => step.kind === 'command');
    expect((await inquorate.ended()).body).toMatch(/^✅/u);
    expect(contentOf(inquorate, 'decision')).toMatchObject({ rule: 'choice' });
  });
});
