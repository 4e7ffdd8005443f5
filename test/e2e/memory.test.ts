import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { pdfOfPages } from '../house/documents.ts';
import { heard, type Question } from '../house/providers.ts';
import { rosterOf, Scene } from '../house/scene.ts';

/** Said once: in the room of the memory, in every prompt, and gone when it is deleted there. */

let scene: Scene;
let memory: string;
beforeAll(async () => {
  scene = await Scene.open({ env: { CHAVION_REHEARSAL: 'auto' }, roster: rosterOf('jarvis', 'claude') });
  memory = String(scene.house.ready.rooms.memory);
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(() => scene.providers.reset());

const ORDER = '앞으로 항상 짧게 말해';
const lines = () =>
  scene.master
    .shown(memory)
    .flatMap(({ chavion, who, body }) => (chavion.kind === 'notice' ? [] : [`${who}: ${body}`]));
const line = (body: string) =>
  scene.master.until(body, memory, () => scene.master.shown(memory).find((one) => one.body === body));
const reaction = (key: string, to: string) =>
  scene.master.until(key, memory, () =>
    scene.master
      .events(memory)
      .find(
        ({ type, content }) =>
          type === 'm.reaction' && content['m.relates_to'].event_id === to && content['m.relates_to'].key === key,
      ),
  );

/** What each agent is given for a greeting in a room that knows nothing of it. */
async function greeted(): Promise<readonly Question[]> {
  const room = await scene.roomWith('jarvis', 'claude');
  scene.providers.reset();
  await scene.master.answered(room, await scene.master.say(room, '얘들아 안녕'), 2);
  return [...scene.providers.asked('jarvis'), ...scene.providers.asked('claude')];
}
const whoHolds = async (words: string) =>
  (await greeted()).filter(({ body }) => body.includes(words)).map(({ agent }) => agent);

it('what is said in HQ stands in the memory room before it is answered, and wakes nobody', async () => {
  const source = await scene.master.say(scene.hq, ORDER);
  const answer = await scene.master.noticed(scene.hq, source);
  expect(answer.body).toBe(`기억했습니다.\n- 📌 **1** ${ORDER}\n\n지우려면 \`!잊어 1\``);
  const stored = await line(ORDER);
  expect(stored).toMatchObject({ who: 'coordinator', chavion: { kind: 'memory', remembers: 'order', source } });
  expect(stored.at).toBeLessThanOrEqual(answer.at);
  await scene.settled();
  expect(scene.providers.questions).toEqual([]);
});

it('is in the prompt of every agent, in other rooms as well, and after the swarm was killed', async () => {
  expect(await whoHolds(ORDER)).toEqual(['jarvis', 'claude']);
  await scene.house.reborn('swarm', await scene.house.kill('swarm'));
  expect(await whoHolds(ORDER)).toEqual(['jarvis', 'claude']);
});

it('a master’s own line there is read, answered with a sign alone, and holds as he edits it', async () => {
  const own = await scene.master.say(memory, '앞으로 존댓말로 해');
  await reaction('📌', own);
  await scene.master.edit(memory, own, '앞으로 반말로 해');
  await scene.settled();
  expect(await whoHolds('앞으로 반말로 해')).toEqual(['jarvis', 'claude']);
  expect(await whoHolds('앞으로 존댓말로 해')).toEqual([]);
  expect(scene.master.answers(memory, own)).toEqual([]);
});

it('a fact is told where it is asked for', async () => {
  const own = await scene.master.say(memory, '펫샵은 열 시에 문을 연다');
  await reaction('🗂', own);
  const room = await scene.roomWith('claude');
  await scene.master.answered(room, await scene.master.say(room, '펫샵 몇 시에 문 열지?'));
  expect(heard(scene.providers.asked('claude').at(-1)!)).toContain('펫샵은 열 시에 문을 연다');
  expect(await whoHolds('펫샵은 열 시에')).toEqual([]);
});

it('what is deleted there is gone from every prompt, with the message that it was said in', async () => {
  const stored = await line(ORDER);
  await scene.master.redact(memory, stored.id);
  await scene.settled();
  expect(await whoHolds(ORDER)).toEqual([]);
  scene.providers.reset();
  await scene.master.answered(scene.hq, await scene.master.say(scene.hq, '얘들아 잘 있었어?'), 2);
  for (const question of scene.providers.questions) expect(question.body).not.toContain('항상 짧게 말해');
});

it('`!잊어` takes a line out of the room, and a deleted message its line', async () => {
  const source = await scene.master.say(scene.hq, '앞으로 항상 표로 정리해');
  await scene.master.noticed(scene.hq, source);
  const number = /\*\*(\d+)\*\*/u.exec((await scene.master.noticed(scene.hq, source)).body)?.[1];
  const forget = await scene.master.say(scene.hq, `!잊어 ${number}`);
  expect((await scene.master.noticed(scene.hq, forget)).body).toBe(
    `잊었습니다.\n- 📌 **${number}** 앞으로 항상 표로 정리해`,
  );
  const again = await scene.master.say(scene.hq, '앞으로 항상 그림으로 설명해');
  await scene.master.noticed(scene.hq, again);
  await line('앞으로 항상 그림으로 설명해');
  await scene.master.redact(scene.hq, again);
  await scene.until(() => !lines().some((one) => /표로|그림으로/u.test(one)));
});

it('a document put there is found by what stands in it, cited with its page, and gone when it is deleted', async () => {
  const bytes = pdfOfPages(['임대차 계약서', '위약금은 십 퍼센트']);
  const posted = await scene.master.post(memory, { name: '계약서.pdf', mediaType: 'application/pdf', bytes });
  await reaction('📚', posted);
  const room = await scene.roomWith('claude');
  const asked = async () => {
    await scene.master.answered(room, await scene.master.say(room, '계약서에 위약금 얼마라고 되어 있지?'));
    return heard(scene.providers.asked('claude').at(-1)!);
  };
  expect(await asked()).toMatch(/\(「계약서\.pdf」 2쪽\) added [\d-]+: 위약금은 십 퍼센트/);
  await scene.house.reborn('swarm', await scene.house.kill('swarm'));
  await scene.until(async () => (await asked()).includes('십 퍼센트'));
  await scene.master.redact(memory, posted);
  await scene.settled();
  expect(await asked()).not.toContain('십 퍼센트');
});
