import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventId } from '../../bridge/protocol/ids.ts';
import { editedLine } from '../../bots/intake/memory-room-plan.ts';
import type { MemoryRoom } from '../../bots/memory/memory-room.ts';
import { COORDINATOR, HQ, MASTER, MEMORY, MemoryScene } from './memory-scene.ts';

/** The coordinator's sign under a master's line says how it is taken now. */

let scene: MemoryScene;
let memory: MemoryRoom;
beforeEach(async () => {
  scene = await MemoryScene.begin();
  memory = await scene.open();
});
afterEach(() => scene.end());

const signs = (line: string) =>
  scene.paper.events.flatMap(({ type, sender, content }) =>
    type === 'm.reaction' && sender === COORDINATOR && content['m.relates_to']?.event_id === line
      ? [content['m.relates_to'].key]
      : [],
  );

async function written(body: string): Promise<EventId> {
  const line = scene.say(MEMORY, body);
  await scene.hear(memory);
  await scene.commands(memory).memory({ ...scene.job(line, { room: MEMORY }), lines: [body] });
  return line;
}

/** Edits it, and hears what the coordinator says of that; undefined: nothing. */
async function edited(line: EventId, body: string, sender = MASTER): Promise<string | undefined> {
  const eventId = scene.say(
    MEMORY,
    `* ${body}`,
    { 'm.new_content': { msgtype: 'm.text', body }, 'm.relates_to': { rel_type: 'm.replace', event_id: line } },
    sender,
  );
  await scene.hear(memory);
  const event = { kind: 'edit', eventId, roomId: MEMORY, sender, at: Date.now(), target: line, body } as const;
  const before = scene.notices.length;
  for (const job of editedLine({ ...event, masked: false }, 'ko').jobs)
    if (job.type === 'command') await scene.commands(memory).memory(job);
  return scene.notices.slice(before).at(-1)?.text;
}

it('follows the line when an edit makes a fact of an order, and back', async () => {
  const line = await written('앞으로 짧게 말해');
  expect(signs(line)).toEqual(['📌']);
  expect(await edited(line, '펫샵은 열 시에 연다')).toBeUndefined();
  expect(signs(line)).toEqual(['🗂']);
  expect(await edited(line, '펫샵은 아홉 시에 연다')).toBeUndefined();
  expect(signs(line)).toEqual(['🗂']);
  await edited(line, '앞으로 짧게 말해');
  expect(signs(line)).toEqual(['📌']);
  expect(memory.lines).toMatchObject([{ kind: 'order', number: 1 }]);
});

it('goes where nothing is to be remembered any more, and asks where a person’s number has come in', async () => {
  const line = await written('펫샵은 열 시에 연다');
  expect(await edited(line, '내 국민은행 계좌번호는 123456-04-123456')).toMatch(/아직 기억하지 않습니다/u);
  expect(signs(line)).toEqual(['✅']);
  await edited(line, '!도움');
  expect([signs(line), memory.lines]).toEqual([[], []]);
});

it('says what an edited order contradicts', async () => {
  await written('앞으로 짧게 말해');
  const line = await written('펫샵은 열 시에 연다');
  expect(await edited(line, '앞으로 길게 말해')).toMatch(/앞서 하신 말씀과 달라서 새 말씀을 따릅니다/u);
});

it('stays off what the coordinator has written, and moves by nobody else’s edit', async () => {
  const source = scene.say(HQ, '펫샵은 열 시에 열어 기억해');
  await scene.commands(memory).memory({ ...scene.job(source), lines: ['펫샵은 열 시에 열어'] });
  const own = memory.lines[0]?.event ?? '';
  await edited(EventId.parse(own), '앞으로 짧게 말해');
  expect([signs(own), memory.lines[0]?.text]).toEqual([[], '펫샵은 열 시에 열어']);
});
