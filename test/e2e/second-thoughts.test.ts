import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { heard } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';

let scene: Scene;
let room: string;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(async () => {
  scene.providers.reset();
  room = await scene.roomWith('gabriel', 'claude');
});

/** How people type: a second or so for each piece. */
const TYPING_MS = 1_200;

async function inPieces(...pieces: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const piece of pieces) {
    if (ids.length > 0) await sleep(TYPING_MS);
    ids.push(await scene.master.say(room, piece));
  }
  return ids;
}

/** Everything said by agents since, whole. */
const answers = () =>
  scene.master.shown(room).filter(({ chavion }) => chavion.kind === 'answer' || chavion.kind === 'fault');
const who = () =>
  answers()
    .map((one) => one.who)
    .toSorted();

/** Agents think until this is called. */
function thinking(): () => void {
  let done = (): void => undefined;
  const after = new Promise<void>((resolve) => (done = resolve));
  scene.providers.play(({ agent }) => ({ after, pieces: [`${agent}의 대답입니다.`] }));
  return done;
}

const allAsked = (count: number) =>
  scene.until(
    () => scene.providers.questions.length >= count,
    () => `asked ${scene.providers.questions.length}`,
  );

describe('a thought in pieces', () => {
  it('gets one answer, from whom it calls, to all of it', async () => {
    const ids = await inPieces('클로드야', '내일 부산 가는데', '비 오나?');
    await scene.master.answered(room, ids[2]!);
    await scene.settled();
    expect(who()).toEqual(['claude']);
    expect(answers()[0]).toMatchObject({ source: ids[2], growing: false, chavion: { burst: ids.slice(0, 2) } });
    expect(heard(scene.providers.asked('claude').at(-1)!)).toBe(
      '[마스터] 클로드야\n[마스터] 내일 부산 가는데\n[마스터] 비 오나?',
    );
    expect(scene.providers.asked('gabriel')).toEqual([]);
  });

  it('begins anew with what comes before a word of the answer was seen', async () => {
    const done = thinking();
    const [first, second] = await inPieces('오늘 날씨 어때?', '우산 챙길까?');
    await allAsked(4);
    done();
    await scene.master.answered(room, second!, 2);
    await scene.settled();
    expect(who()).toEqual(['claude', 'gabriel']);
    expect(scene.master.answers(room, first!)).toEqual([]);
    expect(scene.providers.questions.filter(({ abandonedAt }) => abandonedAt !== undefined)).toHaveLength(2);
  });

  it('is one also for a swarm that died in between', async () => {
    const { master, house } = scene;
    const call = await master.say(room, '클로드야');
    await scene.until(async () => (await scene.redis.exists(`chavion:swarm:decision:${call}`)) === 1);
    const dead = await house.kill('swarm');
    const question = await master.say(room, '비 오나?');
    await house.reborn('swarm', dead);
    await master.answered(room, question);
    await scene.settled();
    expect(who()).toEqual(['claude']);
  });

  it('a call alone is answered, too', async () => {
    const call = await scene.master.say(room, '클로드야');
    await scene.master.answered(room, call);
    await scene.settled();
    expect(who()).toEqual(['claude']);
  });

  it('commands, and messages that call somebody, stand for themselves', async () => {
    const { master } = scene;
    const [call, command, other] = [
      await master.say(room, '클로드야'),
      await master.say(room, '!에이전트'),
      await master.say(room, '가브리엘아 뭐 해?'),
    ];
    await Promise.all([master.answered(room, call), master.noticed(room, command), master.answered(room, other)]);
    await scene.settled();
    expect(who()).toEqual(['claude', 'gabriel']);
  });
});

describe('an edit', () => {
  it('of a name that was mistyped is heard as it reads now', async () => {
    const done = thinking();
    const id = await scene.master.say(room, '글로드야 비 와?');
    await allAsked(2);
    await scene.master.edit(room, id, '클로드야 비 와?');
    await allAsked(3);
    done();
    await scene.master.answered(room, id);
    await scene.settled();
    expect(who()).toEqual(['claude']);
    expect(heard(scene.providers.asked('claude').at(-1)!)).toBe('[마스터] 클로드야 비 와?');
  });

  it('of a mistyped command carries it out, once', async () => {
    const { master } = scene;
    const id = await master.say(room, '!에이젼트들');
    await master.noticed(room, id);
    const edit = await master.edit(room, id, '!에이전트');
    expect((await master.noticed(room, edit)).body).toContain('클로드');
    await master.edit(room, id, '!에이전트');
    await scene.settled();
    expect(master.shown(room).filter(({ chavion }) => chavion.kind === 'notice')).toHaveLength(2);
  });

  it('into an order is asked for anew, and nothing runs', async () => {
    const { master, hq } = scene;
    const id = await master.say(hq, '!실헹 touch by-edit');
    await master.noticed(hq, id);
    const edit = await master.edit(hq, id, '!실행 touch by-edit');
    expect((await master.noticed(hq, edit)).body).toContain('새 메시지로');
    await scene.settled();
    expect(master.notices(hq, id)).toHaveLength(1);
  });

  it('of what was answered already gets one line; one without a change none', async () => {
    const { master } = scene;
    const id = await master.say(room, '클로드야 비 와?');
    await master.answered(room, id);
    const same = await master.edit(room, id, '클로드야  비 와?');
    const edit = await master.edit(room, id, '클로드야 눈 와?');
    expect((await master.noticed(room, edit)).body).toContain('새 메시지로');
    await scene.settled();
    expect([who(), master.notices(room, same)]).toEqual([['claude'], []]);
  });
});

describe('a message that was deleted', () => {
  it('before a word of an answer was seen is not answered', async () => {
    const done = thinking();
    const id = await scene.master.say(room, '다들 어디야?');
    await allAsked(2);
    await scene.master.redact(room, id);
    await scene.until(() => scene.providers.questions.every(({ abandonedAt }) => abandonedAt !== undefined));
    done();
    await scene.settled();
    expect(answers()).toEqual([]);
  });

  it('as one of several pieces leaves the others to be answered', async () => {
    const done = thinking();
    const [first, last] = await inPieces('내일 부산 가도 돼?', '모레 말이야?');
    await allAsked(4);
    await scene.master.redact(room, last!);
    await allAsked(6);
    done();
    await scene.master.answered(room, first!, 2);
    await scene.settled();
    expect(who()).toEqual(['claude', 'gabriel']);
    expect(heard(scene.providers.asked('claude').at(-1)!)).toBe('[마스터] 내일 부산 가도 돼?');
  });
});
