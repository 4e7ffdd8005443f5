import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import { tapOn } from '../../bots/intake/proposals.ts';
import type { MemoryRoom } from '../../bots/memory/memory-room.ts';
import { COORDINATOR, HQ, MASTER, MEMORY, MemoryScene } from './memory-scene.ts';

/** What a master reads when he has something remembered, looks it up, and takes it back. */

let scene: MemoryScene;
let memory: MemoryRoom;

beforeEach(async () => {
  scene = await MemoryScene.begin();
  memory = await scene.open();
});
afterEach(() => scene.end());

const lines = () => memory.lines.map(({ kind, text }) => `${kind} ${text}`);
const inRoom = () => scene.paper.events.filter(({ room_id, type }) => room_id === MEMORY && type === 'm.room.message');

/** Says it in HQ, as intake hands it on, and gives back what the coordinator answers. */
async function remembered(...texts: readonly string[]): Promise<string | undefined> {
  const source = scene.say(HQ, texts.join('. '));
  return answered({ ...scene.job(source), lines: [...texts] });
}
async function answered(job: SwarmCommandJob): Promise<string | undefined> {
  const before = scene.notices.length;
  await scene.commands(memory).memory(job);
  return scene.notices.slice(before).at(-1)?.text;
}
const command = (words: string, more: Partial<SwarmCommandJob> = {}) =>
  answered(scene.job(scene.say(HQ, `!기억 ${words}`), { words, ...more }));
const forget = (words: string) =>
  scene.commands(memory).forget(scene.job(scene.say(HQ, `!잊어 ${words}`), { name: 'forget', words }));

describe('what is said elsewhere', () => {
  it('stands in the room as it was heard before it is answered, with its number and how to undo it', async () => {
    expect(await remembered('앞으로 항상 짧게 말해')).toBe(
      '기억했습니다.\n- 📌 **1** 앞으로 항상 짧게 말해\n\n지우려면 `!잊어 1`',
    );
    expect(inRoom()[0]).toMatchObject({
      sender: COORDINATOR,
      content: {
        body: '앞으로 항상 짧게 말해',
        'com.chavion': { v: 1, kind: 'memory', remembers: 'order', by: MASTER, sourceRoom: HQ },
      },
    });
  });

  it('is stored line by line, each for whom it is meant', async () => {
    expect(await remembered('클로드는 앞으로 표로 정리해', '펫샵은 열 시에 열어')).toBe(
      '기억했습니다.\n- 📌 **1** (클로드) 클로드는 앞으로 표로 정리해\n- 🗂 **2** 펫샵은 열 시에 열어\n\n지우려면 `!잊어 1 2`',
    );
    expect(memory.lines.map(({ agent }) => agent)).toEqual([undefined, 'claude']);
  });

  it('is one line and one answer, whatever is killed between', async () => {
    const source = scene.say(HQ, '펫샵은 열 시에 열어 기억해');
    const job = { ...scene.job(source), lines: ['펫샵은 열 시에 열어'] };
    const first = await answered(job);
    memory = await scene.open();
    expect(await answered(job)).toBe(first);
    expect(inRoom()).toHaveLength(1);
    expect(scene.notices.map(({ slot, source: of }) => `${of}.${slot}`)).toEqual([
      `${source}.memory`,
      `${source}.memory`,
    ]);
  });

  it('is not stored a second time where it stands already', async () => {
    await remembered('펫샵은 열 시에 열어');
    expect(await remembered('펫샵은  열 시에 열어.')).toBe('이미 기억하고 있습니다.\n- 🗂 **1** 펫샵은 열 시에 열어');
    expect(inRoom()).toHaveLength(1);
  });

  it('is not stored where the message was deleted meanwhile', async () => {
    const source = scene.say(HQ, '펫샵은 열 시에 열어 기억해');
    Object.assign(scene.paper.events.at(-1), { content: {}, unsigned: { redacted_because: {} } });
    expect(await answered({ ...scene.job(source), lines: ['펫샵은 열 시'] })).toMatch(/^기억하기 전에 글이 지워져/u);
    expect(lines()).toEqual([]);
  });

  it('does not stay where the message is deleted while it is written, or after its writer died', async () => {
    const source = scene.say(HQ, '펫샵은 열 시에 열어 기억해');
    const job = { ...scene.job(source), lines: ['펫샵은 열 시에 열어'] };
    const isGone = () => {
      const event = scene.paper.events.find(({ event_id }) => event_id === source);
      Object.assign(event ?? {}, { content: {}, unsigned: { redacted_because: {} } });
    };
    memory.onChange(isGone);
    expect(await answered(job)).toMatch(/^기억하기 전에 글이 지워져/u);
    expect([lines(), inRoom().map(({ content }) => content)]).toEqual([[], [{}]]);

    const second = scene.say(HQ, '사료는 목요일에 와 기억해');
    await answered({ ...scene.job(second), lines: ['사료는 목요일에 와'] });
    Object.assign(scene.paper.events.find(({ event_id }) => event_id === second) ?? {}, {
      content: {},
      unsigned: { redacted_because: {} },
    });
    memory = await scene.open();
    expect(lines()).toEqual(['fact 사료는 목요일에 와']);
    expect(await answered({ ...scene.job(second), lines: ['사료는 목요일에 와'] })).toMatch(/^기억하기 전에/u);
    expect(lines()).toEqual([]);
  });

  it('says which older orders say something else, and which agents see no more', async () => {
    await remembered('앞으로 짧게 말해');
    expect(await remembered('앞으로 길게 말해')).toMatch(
      /앞서 하신 말씀과 달라서 새 말씀을 따릅니다.*짧게 말해.*`!잊어 1`/su,
    );
    await remembered(`앞으로 ${'가나다라마 '.repeat(90)}라고 말해`);
    expect(await remembered(`앞으로 ${'바사아자차 '.repeat(90)}라고 말해`)).toMatch(
      /오래된 것은 에이전트가 보지 못합니다: 3번/u,
    );
  });

  it('is refused where it is longer than agents are told', async () => {
    expect(await remembered('가'.repeat(1_001))).toMatch(/^너무 길어/u);
    expect(lines()).toEqual([]);
  });
});

describe('a person’s number', () => {
  const LINE = '내 국민은행 계좌번호는 123456-04-123456';

  it('is asked about, and kept as said after a master’s ✅', async () => {
    const source = scene.say(HQ, `${LINE} 기억해`);
    expect(await answered({ ...scene.job(source), lines: [LINE] })).toBeUndefined();
    expect(lines()).toEqual([]);
    const proposal = scene.paper.events.find(({ content }) => content['com.chavion.proposal'] !== undefined);
    expect(proposal?.content.body).toBe(
      `💡 계좌번호가 들어 있습니다. 그대로 기억하려면 ✅, 아니면 ❌를 눌러 주세요.\n!기억 ${LINE}`,
    );
    const tap = {
      kind: 'reaction',
      eventId: EventId.parse('$tap'),
      roomId: HQ,
      sender: MASTER,
      at: Date.now(),
    } as const;
    const yes = await tapOn(
      { ...tap, target: EventId.parse(proposal?.event_id), key: '✅' },
      { userId: COORDINATOR, event: async () => proposal },
    );
    const order = yes?.kind === 'order' ? yes.message : undefined;
    expect(order?.body).toBe(`!기억 ${LINE}`);
    expect(await answered(scene.job(EventId.parse(order?.eventId), { words: LINE }))).toMatch(/^기억했습니다/u);
    expect(memory.lines).toMatchObject([{ text: LINE, origin: { event: source } }]);
    // The message that it was said in goes with it.
    await forget('1');
    expect(memory.isLeftOut(source)).toBe(true);
  });

  it('is asked about in a command as well', async () => {
    expect(await command(LINE)).toBeUndefined();
    expect(lines()).toEqual([]);
  });

  it('in the room itself holds only under a ✅', async () => {
    const source = scene.say(MEMORY, LINE);
    await scene.hear(memory);
    const job = { ...scene.job(source, { room: MEMORY }), lines: [LINE] };
    expect(await answered(job)).toMatch(/^계좌번호가 들어 있어 아직 기억하지 않습니다/u);
    expect(lines()).toEqual([]);
    scene.paper.react(MEMORY, MASTER, source, '✅');
    await scene.hear(memory);
    expect(lines()).toEqual([`fact ${LINE}`]);
  });
});

describe('what a master writes into the room himself', () => {
  const reactions = () =>
    scene.paper.events.flatMap(({ type, content }) => (type === 'm.reaction' ? [content['m.relates_to'].key] : []));
  const written = async (body: string, more = {}) => {
    const source = scene.say(MEMORY, body, more);
    await scene.hear(memory);
    return answered({ ...scene.job(source, { room: MEMORY }), lines: [body] });
  };

  it('is a line at once, and he sees how it was taken', async () => {
    expect(await written('앞으로 짧게 말해')).toBeUndefined();
    expect(await written('펫샵은 열 시에 연다')).toBeUndefined();
    expect(lines()).toEqual(['fact 펫샵은 열 시에 연다', 'order 앞으로 짧게 말해']);
    expect(reactions()).toEqual(['📌', '🗂']);
  });

  it('takes the place of the coordinator’s line that it replies to', async () => {
    await remembered('펫샵은 열 시에 열어');
    const [line] = memory.lines;
    await written('펫샵은 아홉 시에 연다', { 'm.relates_to': { 'm.in_reply_to': { event_id: line?.event } } });
    expect(lines()).toEqual(['fact 펫샵은 아홉 시에 연다']);
    expect(inRoom()[0]?.content).toEqual({});
  });
});

describe('!기억', () => {
  it('lists by kind what a phone shows, and says how many more there are', async () => {
    for (let n = 1; n <= 10; n += 1) await remembered(`앞으로 ${n}번 규칙을 지켜`);
    await remembered('펫샵은 열 시에 열어');
    const text = await command('');
    expect(text).toMatch(/^\*\*지시\*\*\n- 📌 \*\*10\*\* 앞으로 10번/u);
    expect(text).toContain('**사실**\n- 🗂 **11** 펫샵은 열 시에 열어');
    expect(text).toContain('…외 2개는 `!기억 검색 낱말`로 찾습니다. 지우려면 `!잊어 번호`');
  });

  it('shows the summary of the room beneath, to be taken out with it', async () => {
    scene.summary = { text: '사료는 목요일에 온다', by: '자비스' };
    expect(await command('')).toMatch(/아직 기억하는 것이 없습니다.*자비스.*사료는 목요일에 온다/su);
    expect(scene.notices.at(-1)?.memory).toBe(true);
  });

  it('shows facts only where everybody may read them', async () => {
    await remembered('앞으로 짧게 말해', '펫샵은 열 시에 열어');
    const room = RoomId.parse('!guests:test');
    scene.members.set(room, [MASTER, '@guest:test']);
    expect(await command('', { room })).toMatch(/짧게 말해/u);
    expect(await command('', { room })).not.toMatch(/펫샵/u);
    expect(await command('검색 펫샵', { room })).toMatch(/맞는 기억이 없습니다/u);
  });

  it('finds by words', async () => {
    await remembered('펫샵은 열 시에 열어', '사료는 목요일에 와', '앞으로 항상 사료 값을 표로 정리해줘');
    expect(await command('검색 사료 언제 와')).toMatch(/사료는 목요일에 와 \(\d{4}-\d\d-\d\d\)/u);
    expect(await command('검색 사료')).toMatch(/📌 \*\*3\*\*/u);
    expect(await command('검색')).toMatch(/낱말을 함께/u);
  });

  it('shows nothing of a line as a heading, a link or a table', async () => {
    await command('# [여기](https://x.example) | 표');
    expect(await command('')).toContain(String.raw`\[여기\](https://x.example) \| 표`);
  });

  it('speaks English', async () => {
    expect(await command('the shop opens at ten', { lang: 'en' })).toBe(
      'Remembered:\n- 🗂 **1** the shop opens at ten\n\nTo undo: `!forget 1`',
    );
    expect(await command('', { lang: 'en' })).toMatch(/^\*\*Facts\*\*/u);
  });
});

describe('!잊어', () => {
  it('takes lines out of the room and says what they said', async () => {
    await remembered('앞으로 짧게 말해', '펫샵은 열 시에 열어');
    expect(await forget('1, 2번')).toBe('잊었습니다.\n- 📌 **1** 앞으로 짧게 말해\n- 🗂 **2** 펫샵은 열 시에 열어');
    expect([lines(), inRoom().map(({ content }) => content)]).toEqual([[], [{}, {}]]);
    expect(await forget('1 7')).toBe('1번은 이미 지워졌습니다.\n\n7번은 없습니다. 번호는 `!기억`으로 봅니다.');
  });

  it('takes nothing where it is not clear which', async () => {
    await remembered('펫샵은 열 시에 열어');
    for (const words of ['다', '1번 빼고', '펫샵', '0x1']) expect(await forget(words)).toMatch(/번호를 보내 주세요/u);
    expect(lines()).toHaveLength(1);
  });
});

it('a line is decoded as the coordinator’s, and as nobody else’s', () => {
  const raw = (sender: string) => ({
    type: 'm.room.message',
    event_id: '$x',
    room_id: MEMORY,
    sender,
    origin_server_ts: 1,
    content: { msgtype: 'm.text', body: 'x', 'com.chavion': { v: 1, kind: 'memory', remembers: 'order' } },
  });
  const isOwn = (user: string) => user.startsWith('@agent_');
  expect(decodeEvent(raw(COORDINATOR), { isOwn })).toMatchObject({ chavion: { remembers: 'order' } });
  expect(decodeEvent(raw('@stranger:test'), { isOwn })).not.toHaveProperty('chavion');
});

describe('documents of the library', () => {
  const found = (name: string, text: string) => ({
    find: async () => [
      {
        document: {
          event: EventId.parse('$contract'),
          room: RoomId.parse(MEMORY),
          at: 1,
          by: MASTER,
          file: 'mxc://test/contract',
          name,
        },
        place: { unit: 'page', number: 3 } as const,
        text,
        score: 0.9,
      },
    ],
  });

  it('are shown with where they stand, beside lines and without any', async () => {
    scene.library = found('계약서.pdf', '제5조 위약금은 보증금의 10%로 한다.');
    expect(await command('검색 위약금')).toBe(
      '🔎 자료실\n- 📚 「계약서.pdf」 3쪽: 제5조 위약금은 보증금의 10%로 한다.',
    );
    await remembered('위약금은 깎아 준다고 했어');
    const both = await command('검색 위약금');
    expect(both).toContain('위약금은 깎아 준다고 했어');
    expect(both).toContain('「계약서.pdf」 3쪽');
  });

  it('are shown to nobody who may not read the memory room', async () => {
    scene.library = found('계약서.pdf', '위약금은 보증금의 10%');
    scene.members.set(HQ, [MASTER, '@guest:test']);
    expect(await command('검색 위약금')).not.toContain('계약서');
  });
});
