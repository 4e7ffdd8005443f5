import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Library, type LibraryDeps } from '../../bots/memory/library/library.ts';
import { libraryReading } from '../../bots/memory/library/library-reading.ts';
import { Shelf } from '../../bots/memory/library/shelf.ts';
import type { RoomDocument } from '../../bots/memory/passage.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { LibraryDocument, LibraryJob } from '../../bridge/protocol/orders/library-document.ts';
import { libraryKey } from '../../bridge/queue/executor-queue.ts';
import { BareRedis } from '../house/bare-redis.ts';

const KEY = 'sk-house-9Qx7Zr2LmV4tKp8WcN3bT6yD';
const CONTRACT: LibraryDocument = {
  v: 1,
  unit: 'page',
  pages: ['임대차 계약서\n임대인 박영수', '', `위약금은 보증금의 10퍼센트로 한다. 비밀은 ${KEY}`],
};
const MANUAL: LibraryDocument = { v: 1, pages: ['정수기 필터는 여섯 달마다 갈아 끼운다.'] };

const documentOf = (name: string, at: number, more: Partial<RoomDocument> = {}): RoomDocument => ({
  event: EventId.parse(`$${name}`),
  room: RoomId.parse('!memory:test'),
  at,
  by: UserId.parse('@owner:test'),
  file: `mxc://test/${at}`,
  name,
  ...more,
});
const contract = documentOf('계약서.pdf', 1);
const manual = documentOf('설명서.txt', 2);

let bare: BareRedis;
let redis: Redis;
beforeAll(async () => {
  bare = await BareRedis.start();
  redis = bare.client();
});
afterAll(() => bare[Symbol.asyncDispose]());
beforeEach(async () => void (await redis.flushall()));

/** The house around the library: a room, and an executor that reads what it knows. */
class Scene {
  documents: readonly RoomDocument[] = [];
  isWhole = true;
  readonly asked: string[] = [];
  readonly told: string[] = [];
  readonly texts = new Map<string, LibraryDocument>([
    [contract.file, CONTRACT],
    [manual.file, MANUAL],
  ]);
  waitMs = 2_000;
  #listeners: (() => void)[] = [];

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  stand(...documents: readonly RoomDocument[]): void {
    this.documents = documents.toSorted((a, b) => b.at - a.at);
    for (const listener of this.#listeners) listener();
  }

  library(more: Partial<LibraryDeps> = {}): Library {
    const add = async (job: unknown) => {
      const { file, name } = job as LibraryJob;
      this.asked.push(name);
      const text = this.texts.get(file);
      if (text !== undefined) await redis.set(libraryKey(file), JSON.stringify(text));
    };
    return new Library({
      room: this,
      shelf: new Shelf(redis),
      read: libraryReading({ redis, orders: { add }, waitMs: this.waitMs }),
      tell: (document, word) => Promise.resolve(void this.told.push(`${document.name}: ${word ?? 'read'}`)),
      log: { warn: (...said: unknown[]) => expect.fail(JSON.stringify(said)) } as never,
      ...more,
    });
  }
}

const place = async (library: Library, question: string) =>
  (await library.find(question, 8)).map(
    ({ document, place: at }) => `${document.name} ${at?.unit ?? ''}${at?.number ?? ''}`,
  );

describe('the library', () => {
  it('finds the page on which it stands, by what is asked and by the name of the document', async () => {
    const scene = new Scene();
    const library = scene.library();
    scene.stand(contract, manual);
    await library.settled();
    expect((await place(library, '계약서에 위약금 얼마라고 되어 있지?'))[0]).toBe('계약서.pdf page3');
    expect(await place(library, '정수기 필터 언제 갈아?')).toEqual(['설명서.txt ']);
    expect(await place(library, '오늘 날씨 어때')).toEqual([]);
    expect(scene.told).toEqual(['계약서.pdf: read', '설명서.txt: read']);
  });

  it('keeps no secret that stands in a document, neither in what it tells nor in its store', async () => {
    const scene = new Scene();
    const library = scene.library();
    scene.stand(contract);
    await library.settled();
    expect((await library.find('위약금 보증금', 8))[0]?.text).toMatch(/위약금은 보증금의 10퍼센트/);
    expect(JSON.stringify(await library.find('위약금 비밀', 8))).not.toContain(KEY);
    for (const key of await redis.keys('*')) expect(JSON.stringify(await dumped(key))).not.toContain(KEY);
  });

  it('reads nothing again after a start, and all of it after the loss of its store', async () => {
    const scene = new Scene();
    const first = scene.library();
    scene.stand(contract, manual);
    await first.settled();
    await first.stop();
    const second = scene.library();
    await second.settled();
    expect((await place(second, '위약금'))[0]).toBe('계약서.pdf page3');
    expect(scene.asked).toHaveLength(2);
    await redis.flushall();
    const third = scene.library();
    await third.settled();
    expect((await place(third, '위약금'))[0]).toBe('계약서.pdf page3');
    expect(scene.asked).toHaveLength(4);
  });

  it('forgets a document that is deleted, at once and from its store', async () => {
    const scene = new Scene();
    const library = scene.library();
    scene.stand(contract, manual);
    await library.settled();
    const asked = library.find('위약금', 8);
    scene.stand(manual);
    expect(await asked).toEqual([]);
    expect(await place(library, '위약금 계약서')).toEqual([]);
    await expect.poll(() => redis.keys('chavion:swarm:library:*')).toHaveLength(1);
  });

  it('keeps nothing of one that was deleted while it was read, or while the house was away', async () => {
    const scene = new Scene();
    scene.texts.delete(contract.file);
    const library = scene.library();
    scene.stand(contract, manual);
    await expect.poll(() => scene.asked).toEqual(['계약서.pdf']);
    scene.stand(manual);
    await redis.set(libraryKey(contract.file), JSON.stringify(CONTRACT));
    await library.settled();
    expect(await place(library, '위약금')).toEqual([]);
    expect(await redis.keys('chavion:swarm:library:*')).toHaveLength(1);
    await library.stop();
    scene.stand();
    await scene.library().settled();
    await expect.poll(() => redis.keys('chavion:swarm:library:*')).toEqual([]);
  });

  it('sweeps nothing before it knows all that stands', async () => {
    const scene = new Scene();
    const first = scene.library();
    scene.stand(contract);
    await first.settled();
    await first.stop();
    scene.isWhole = false;
    scene.stand();
    scene.library();
    await sleep(50);
    expect(await redis.keys('chavion:swarm:library:*')).toHaveLength(1);
  });

  it('has two uploads of one name both, the newer before the older', async () => {
    const scene = new Scene();
    const again = documentOf('계약서.pdf', 9, { event: EventId.parse('$again') });
    scene.texts.set(again.file, CONTRACT);
    const library = scene.library();
    scene.stand(contract, again);
    await library.settled();
    expect((await library.find('위약금', 8)).map(({ document }) => document.event)).toEqual(['$again', contract.event]);
  });

  it('says once why a document cannot be read, and asks again when it was not its own fault', async () => {
    const scene = new Scene();
    scene.texts.set(contract.file, { v: 1, word: 'encrypted' });
    scene.texts.set(manual.file, { v: 1, word: 'unavailable' });
    scene.waitMs = 200;
    const library = scene.library({ retryMs: [20] });
    scene.stand(contract, manual);
    await library.settled();
    expect(scene.told).toEqual(['계약서.pdf: encrypted']);
    scene.texts.set(manual.file, MANUAL);
    await expect.poll(() => place(library, '정수기 필터')).toEqual(['설명서.txt ']);
    expect(scene.told).toEqual(['계약서.pdf: encrypted', '설명서.txt: read']);
    await library.stop();
    await scene.library().settled();
    expect(scene.told).toHaveLength(2);
  });

  it('says it when it can be found, of each upload, and again where it was not sure to be said', async () => {
    const scene = new Scene();
    const again = { ...contract, event: EventId.parse('$again'), at: 5 };
    const library: Library = scene.library({
      tell: async ({ event }) => {
        const found = await library.find('위약금', 8);
        scene.told.push(`${event} ${found.some(({ document }) => document.event === event)}`);
        if (scene.told.length === 1) throw new Error('killed');
      },
      log: { warn: () => undefined } as never,
      retryMs: [20],
    });
    scene.stand(contract, again);
    await expect.poll(() => scene.told).toEqual([`${contract.event} true`, '$again true', `${contract.event} true`]);
    await library.settled();
    expect(await library.find('위약금 보증금', 8)).toHaveLength(2);
    expect(scene.asked).toHaveLength(1);
  });

  it('answers without its store: nothing is found', async () => {
    const scene = new Scene();
    const shelf = new Shelf(redis);
    const library = scene.library({ shelf, log: { warn: () => undefined } as never });
    scene.stand(contract);
    await library.settled();
    shelf.passage = () => Promise.reject(new Error('away'));
    expect(await place(library, '위약금')).toEqual([]);
  });
});

async function dumped(key: string): Promise<unknown> {
  if ((await redis.type(key)) !== 'hash') return redis.get(key);
  const { file } = contract;
  const all = [];
  for await (const pack of new Shelf(redis).passages(file, 16)) all.push(pack);
  return [await redis.hgetall(key), all];
}
