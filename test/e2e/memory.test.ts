import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { pdfOfPages } from '../house/documents.ts';
import { inRoom } from '../house/matrix.ts';
import { heard, type Question } from '../house/providers.ts';
import { rosterOf, Scene } from '../house/scene.ts';
import { verb } from '../house/verb.ts';

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

/** The coordinator's signs that stand under a line. */
const signs = (to: string) => {
  const events = scene.master.events(memory);
  const gone = new Set(events.filter(({ type }) => type === 'm.room.redaction').map((one) => one.redacts));
  return events
    .filter(
      ({ type, event_id, content }) =>
        type === 'm.reaction' && !gone.has(event_id) && content['m.relates_to']?.event_id === to,
    )
    .map(({ content }) => content['m.relates_to'].key);
};

it('the sign under a line follows when an edit makes a fact of an order', async () => {
  const own = await scene.master.say(memory, '앞으로 말끝에 별을 붙여');
  await reaction('📌', own);
  await scene.master.edit(memory, own, '별이는 우리 집 고양이다');
  await reaction('🗂', own);
  await scene.master.until('one sign', memory, () => (signs(own).length === 1 ? true : undefined));
  expect(signs(own)).toEqual(['🗂']);
  expect(await whoHolds('말끝에 별을')).toEqual([]);
});

it('"이거 기억해" under a message: a master’s words at once, an agent’s by a tap, as a quoted fact', async () => {
  const mine = await scene.master.say(scene.hq, '클로드야 창고 열쇠는 화분 밑에 있어');
  await scene.master.answered(scene.hq, mine);
  const wish = await scene.master.reply(scene.hq, mine, '이거 기억해');
  expect((await scene.master.noticed(scene.hq, wish)).body).toMatch(
    /^기억했습니다\.\n- 🗂 \*\*\d+\*\* 클로드야 창고 열쇠는/u,
  );
  expect(scene.master.answers(scene.hq, wish)).toEqual([]);

  scene.providers.play('앞으로 사료는 목요일에 주문하세요', 'claude');
  const [said] = await scene.master.answered(scene.hq, await scene.master.say(scene.hq, '클로드야 사료 언제 주문해?'));
  await scene.master.reply(scene.hq, String(said?.id), '이거 외워둬');
  const asked = await scene.master.until('the question', scene.hq, () =>
    scene.master.shown(scene.hq).find(({ content }) => content['com.chavion.proposal'] !== undefined),
  );
  expect(asked.body).toContain('!기억 사실: 클로드의 말 "앞으로 사료는 목요일에 주문하세요"');
  expect(lines().join()).not.toContain('사료는 목요일');
  await scene.master.react(scene.hq, asked.id, '✅');
  expect(await line('클로드의 말 "앞으로 사료는 목요일에 주문하세요"')).toMatchObject({
    who: 'coordinator',
    chavion: { remembers: 'fact', quotes: scene.agent('claude'), source: said?.id },
  });
  expect(await whoHolds('목요일에 주문')).toEqual([]);
});

interface Exported {
  readonly lines: readonly { readonly number: number; readonly kind: string; readonly text: string }[];
}
async function exported(): Promise<Exported['lines']> {
  const file = join(scene.house.folder, `memory-${randomUUID()}.json`);
  const { code, said } = await verb(scene.house, ['memory', 'export', file, '--json']);
  expect([code, said]).toEqual([0, expect.any(String)]);
  const { lines: all }: Exported = JSON.parse(await readFile(file, 'utf8'));
  return all;
}

it('`memory export` writes every line that stands, with its number', async () => {
  const source = await scene.master.say(scene.hq, '트럭 보험은 11월에 끝난다 잊지 마');
  const number = Number(/\*\*(\d+)\*\*/u.exec((await scene.master.noticed(scene.hq, source)).body)?.[1]);
  const all = await exported();
  expect(all).toContainEqual(expect.objectContaining({ number, kind: 'fact', text: '트럭 보험은 11월에 끝난다' }));
  expect(all.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['별이는 우리 집 고양이다', '펫샵은 열 시에 문을 연다']),
  );
  expect(all.map(({ text }) => text).filter((text) => /짧게 말해|표로 정리해|그림으로/u.test(text))).toEqual([]);
  expect(new Set(all.map((one) => one.number)).size).toBe(all.length);
});

it('goes on with all lines and their numbers where a master upgrades the room', async () => {
  const before = await exported();
  const { status, body } = await scene.master.call('POST', inRoom(memory, 'upgrade'), { new_version: '12' });
  expect([status, typeof body['replacement_room']]).toEqual([200, 'string']);
  const old = memory;
  memory = String(body['replacement_room']);
  await scene.until(async () => (await scene.house.readyFile())?.rooms.memory === memory);
  const source = await scene.master.say(scene.hq, '냉장고는 주방 왼쪽에 있어 기억해');
  await scene.master.noticed(scene.hq, source);
  expect((await line('냉장고는 주방 왼쪽에 있어')).chavion).toMatchObject({ source });
  const after = await exported();
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after).toHaveLength(before.length + 1);
  // What stands in the room before is deleted there still.
  const number = before.find(({ text }) => text === '트럭 보험은 11월에 끝난다')?.number;
  const forget = await scene.master.say(scene.hq, `!잊어 ${number}`);
  expect((await scene.master.noticed(scene.hq, forget)).body).toContain('잊었습니다.');
  expect(scene.master.shown(old).map((one) => one.body)).not.toContain('트럭 보험은 11월에 끝난다');
});

it('deleted in Synapse Admin, it is said so, and made anew at the next start, with new numbers', async () => {
  const highest = Math.max(...(await exported()).map(({ number }) => number));
  const { delete_id: id } = await scene.asAdmin('DELETE', `/_synapse/admin/v2/rooms/${encodeURIComponent(memory)}`, {
    purge: true,
  });
  // While it goes on the homeserver answers nothing about that room, and a client may have to read anew afterwards.
  await scene.until(
    async () => (await scene.asAdmin('GET', `/_synapse/admin/v2/rooms/delete_status/${id}`)).status === 'complete',
  );
  await scene.until(async () => {
    const source = await scene.master.say(scene.hq, '현관 번호판은 파란색이야 기억해');
    return (await scene.master.noticed(scene.hq, source)).body.startsWith('지침 방에 쓸 수 없어');
  });
  await scene.house.stop();
  await scene.house.start();
  memory = String(scene.house.ready.rooms.memory);
  await scene.master.until('that it was lost', scene.hq, () =>
    scene.master.shown(scene.hq).find(({ body }) => body.startsWith('지침 방이 지워져 새로 만들었습니다')),
  );
  expect(await whoHolds('앞으로')).toEqual([]);
  const source = await scene.master.say(scene.hq, '뒷문은 초록색이야 기억해');
  const number = Number(/\*\*(\d+)\*\*/u.exec((await scene.master.noticed(scene.hq, source)).body)?.[1]);
  expect(number).toBeGreaterThan(highest);
  await line('뒷문은 초록색이야');
});
