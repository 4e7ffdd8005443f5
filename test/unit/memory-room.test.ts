import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import type { MemoryRoom } from '../../bots/memory/memory-room.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { COORDINATOR, HQ, MASTER, MEMORY, MemoryScene } from './memory-scene.ts';

/** What the house remembers, over what a homeserver holds; homeserver and Redis are of scene.paper. */

let scene: MemoryScene;

beforeEach(async () => (scene = await MemoryScene.begin()));
afterEach(() => scene.end());

const open = (room = MEMORY) => scene.open(room);
const heard = (memory: MemoryRoom) => scene.hear(memory);
const say = (body: string, more = {}) => scene.say(MEMORY, body, more);
const remember = (memory: MemoryRoom, text: string, source: string) =>
  memory.remember({
    kind: 'fact',
    text,
    by: MASTER,
    origin: { room: HQ, event: EventId.parse(source) },
    id: `${source}.memory.0`,
  });
const texts = (memory: MemoryRoom) => memory.lines.map(({ number, text }) => `${number} ${text}`);

describe('the memory room', () => {
  it('is read whole at the start, over many pages, with numbers in order of time', async () => {
    for (let n = 1; n <= 2_500; n += 1) say(`사실 ${n}`);
    const { lines } = await open();
    expect(lines).toHaveLength(2_500);
    expect([lines.at(-1), lines[0]].map((line) => `${line?.number} ${line?.text}`)).toEqual([
      '1 사실 1',
      '2500 사실 2500',
    ]);
  });

  it('keeps what it hears, and the number of a line for good', async () => {
    const memory = await open();
    const first = say('앞으로 짧게');
    say('펫샵은 열 시에 연다');
    await heard(memory);
    expect(texts(memory)).toEqual(['2 펫샵은 열 시에 연다', '1 앞으로 짧게']);
    scene.delete(MEMORY, String(first));
    say('셋째');
    await heard(memory);
    expect(texts(memory)).toEqual(['3 셋째', '2 펫샵은 열 시에 연다']);
    expect(texts(await open())).toEqual(['3 셋째', '2 펫샵은 열 시에 연다']);
    expect(memory.wasForgotten(1)).toBe(true);
    expect(memory.wasForgotten(9)).toBe(false);
  });

  it('keeps numbers, and what went with forgotten lines, where Redis has lost them', async () => {
    const memory = await open();
    const source = scene.say(HQ, '펫샵은 열 시');
    await remember(memory, '펫샵은 열 시', source);
    for (let n = 2; n <= 205; n += 1) say(`사실 ${n}`);
    await heard(memory);
    await memory.forget(1);
    await memory.forget(205);
    scene.redis = new PaperRedis();
    const again = await open();
    expect([again.lines.length, texts(again)[0], texts(again).at(-1)]).toEqual([203, '204 사실 204', '2 사실 2']);
    expect([again.isLeftOut(EventId.parse(source)), again.wasForgotten(205)]).toEqual([true, true]);
    say('다음');
    await heard(again);
    expect(texts(again)[0]).toBe('206 다음');
  });

  it('gives no number again to a Redis that was emptied under the swarm', async () => {
    const memory = await open();
    say('하나');
    say('둘');
    await heard(memory);
    scene.redis.run('del', [swarmKey('memory-lines')]);
    say('셋');
    await heard(memory);
    expect(texts(memory)).toEqual(['3 셋', '2 둘', '1 하나']);
  });

  it.each([
    ['goes on', false],
    ['is lost once more', true],
  ])('keeps all numbers over a restart where Redis was emptied under the swarm, and %s', async (_what, isLostAgain) => {
    const memory = await open();
    const source = scene.say(HQ, '펫샵은 열 시');
    await remember(memory, '펫샵은 열 시', source);
    say('둘');
    await heard(memory);
    await memory.forget(1);
    scene.redis.run('del', [swarmKey('memory-lines')]);
    say('셋');
    await heard(memory);
    if (isLostAgain) scene.redis = new PaperRedis();
    const again = await open();
    expect([texts(again), again.isLeftOut(source), scene.cleared]).toEqual([['3 셋', '2 둘'], true, [source]]);
  });

  it('takes numbers over that were given before there was a copy of them', async () => {
    const memory = await open();
    say('하나');
    await heard(memory);
    scene.paper.accountData.clear();
    await open();
    scene.redis = new PaperRedis();
    say('둘');
    expect(texts(await open())).toEqual(['2 둘', '1 하나']);
  });

  it('gives numbers in order of time where the copy is lost as well', async () => {
    say('하나');
    say('둘');
    await open();
    scene.redis = new PaperRedis();
    scene.paper.accountData.clear();
    expect(texts(await open())).toEqual(['2 둘', '1 하나']);
  });

  it('writes a line once, whatever is killed in between, and reads it again as it was', async () => {
    const source = scene.say(HQ, '펫샵은 열 시에 열어 기억해');
    const line = await remember(await open(), '펫샵은 *열 시*에 열어', source);
    expect(line).toMatchObject({ number: 1, kind: 'fact', text: '펫샵은 *열 시*에 열어', by: MASTER });
    // Killed before its answer, it is done again.
    const memory = await open();
    await remember(memory, '펫샵은 *열 시*에 열어', source);
    expect(memory.lines).toEqual([{ ...line, at: expect.any(Number) }]);
    expect(scene.paper.events.filter(({ room_id }) => room_id === MEMORY)).toHaveLength(1);
    expect(scene.paper.events.at(-1)?.content.formatted_body).toBeUndefined();
  });

  it('forgets: out of the room, out of the lines at once, and its source out of what models are told', async () => {
    const source = scene.say(HQ, '펫샵은 열 시');
    const memory = await open();
    await remember(memory, '펫샵은 열 시', source);
    let changes = 0;
    memory.onChange(() => (changes += 1));
    expect(await memory.forget(1)).toMatchObject({ text: '펫샵은 열 시' });
    expect([memory.lines, changes]).toEqual([[], 1]);
    expect(scene.paper.events.find(({ room_id }) => room_id === MEMORY)?.content).toEqual({});
    expect([memory.isLeftOut(EventId.parse(source)), scene.cleared]).toEqual([true, [source]]);
    expect(await memory.forget(1)).toBeNull();
    // After a restart as well, and what was summed up is not made anew again.
    const again = await open();
    expect([again.isLeftOut(EventId.parse(source)), scene.cleared]).toEqual([true, [source]]);
  });

  it('leaves the source out also where the line was deleted while nobody listened', async () => {
    const source = scene.say(HQ, '펫샵은 열 시');
    const line = await remember(await open(), '펫샵은 열 시', source);
    scene.delete(MEMORY, String(line?.event));
    const memory = await open();
    expect([memory.lines, memory.isLeftOut(EventId.parse(source)), scene.cleared]).toEqual([[], true, [source]]);
  });

  it('takes a line away when the message it came from is deleted', async () => {
    const source = scene.say(HQ, '펫샵은 열 시');
    const memory = await open();
    await remember(memory, '펫샵은 열 시', source);
    scene.delete(HQ, String(source));
    await heard(memory);
    expect(memory.lines).toEqual([]);
    expect(scene.paper.events.find(({ room_id }) => room_id === MEMORY)?.content).toEqual({});
  });

  it('takes its own line away where a master’s reply stands in its place', async () => {
    const source = scene.say(HQ, '펫샵은 열 시');
    const memory = await open();
    const line = await remember(memory, '펫샵은 열 시', source);
    const reply = say('펫샵은 아홉 시', { 'm.relates_to': { 'm.in_reply_to': { event_id: line?.event } } });
    await heard(memory);
    expect(texts(memory)).toEqual(['2 펫샵은 아홉 시']);
    await memory.takeAwayReplaced(EventId.parse(reply));
    expect(scene.paper.events.find(({ event_id }) => event_id === line?.event)?.content).toEqual({});
  });

  it('goes on in the room after an upgrade, with what stood before it', async () => {
    say('앞으로 짧게');
    const next = RoomId.parse('!next:test');
    scene.paper.state(MEMORY, MASTER, 'm.room.tombstone', { replacement_room: next });
    scene.paper.state(next, MASTER, 'm.room.create', { predecessor: { room_id: MEMORY } });
    scene.say(next, '둘째');
    const memory = await open(next);
    expect(texts(memory)).toEqual(['2 둘째', '1 앞으로 짧게']);
    expect([memory.isRoom(MEMORY), memory.isRoom(HQ)]).toEqual([true, false]);
    expect(await memory.forget(1)).toMatchObject({ room: MEMORY });
    expect(texts(await open(next))).toEqual(['2 둘째']);
  });

  it('holds nothing while the coordinator is out of it, and everything when he is back', async () => {
    const memory = await open();
    const source = scene.say(HQ, '펫샵은 열 시');
    await remember(memory, '펫샵은 열 시', source);
    const member = async (membership: string) => {
      scene.paper.state(MEMORY, COORDINATOR, 'm.room.member', { membership }, COORDINATOR);
      const event = decodeEvent(scene.paper.events.at(-1), { isOwn: () => true }, MEMORY);
      if (event !== null) await memory.hear(event);
    };
    await member('leave');
    // What went with no line is still told of the room where it was said.
    expect([memory.lines, memory.isLeftOut(source), scene.cleared]).toEqual([[], false, []]);
    await member('join');
    expect(texts(memory)).toEqual(['1 펫샵은 열 시']);
  });

  it('finds after a gap what was said in it', async () => {
    const memory = await open();
    say('못 들은 것');
    await memory.again();
    expect(texts(memory)).toEqual(['1 못 들은 것']);
  });
});
