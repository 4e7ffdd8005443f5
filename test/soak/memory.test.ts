import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Killer } from '../house/killer.ts';
import { inRoom, request, signIn } from '../house/matrix.ts';
import type { Json } from '../house/provider-formats.ts';
import { rosterOf, Scene } from '../house/scene.ts';
import { type SeededRandom, seededRandom } from '../house/seeded-random.ts';
import { verb } from '../house/verb.ts';

/**
 * Said, edited, deleted, forgotten and corrected while parts of the house die: afterwards exactly the lines stand that
 * must, each once, no number was given twice, and what is gone is in no prompt.
 */

const STEPS = Number(process.env['CHAVION_MEMORY_STEPS'] ?? 60);
const SEED = Number(process.env['CHAVION_SEED'] ?? Date.now() % 1_000_000);
const QUIET_WITHIN_MS = 300_000;
/** More would not fit into what agents are told. */
const MOST_ORDERS = 12;

let scene: Scene;
let master: PersistentHand;
let memory: string;
beforeAll(async () => {
  scene = await Scene.open({ env: { CHAVION_REHEARSAL: 'auto' }, roster: rosterOf('jarvis', 'claude') });
  memory = String(scene.house.ready.rooms.memory);
  master = await PersistentHand.of(scene);
});
afterAll(() => scene[Symbol.asyncDispose]());

/** The master on a bad line: whatever he does is repeated with its transaction id until the homeserver has taken it. */
class PersistentHand {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  static async of({ house }: Scene): Promise<PersistentHand> {
    const { homeserver, master: account } = house.ready;
    return new PersistentHand(homeserver, await signIn(homeserver, account.userId, account.password));
  }

  async #until200(method: string, path: string, body?: unknown): Promise<Json> {
    for (;;) {
      const options = { token: this.#token, ...(body === undefined ? {} : { body }) };
      const answer = await request(this.#base, method, path, options).catch(() => undefined);
      if (answer?.status === 200) return answer.body;
      if (answer !== undefined && answer.status < 500 && answer.status !== 429)
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      await sleep(100);
    }
  }

  async say(room: string, body: string, more: object = {}): Promise<string> {
    const path = inRoom(room, `send/m.room.message/${randomUUID()}`);
    return (await this.#until200('PUT', path, { msgtype: 'm.text', body, ...more }))['event_id'];
  }

  async redact(room: string, event: string): Promise<void> {
    await this.#until200('PUT', inRoom(room, `redact/${encodeURIComponent(event)}/${randomUUID()}`), {});
  }

  /** All that stands in a room, the newest first. */
  async messages(room: string): Promise<readonly Json[]> {
    const filter = encodeURIComponent(JSON.stringify({ types: ['m.room.message'] }));
    const { chunk }: Json = await this.#until200('GET', inRoom(room, `messages?dir=b&limit=1000&filter=${filter}`));
    return chunk;
  }
}

/** What a line is to be, by the message that it was said in. */
interface Wanted {
  readonly n: number;
  readonly source: string;
  readonly where: 'hq' | 'memory';
  readonly kind: 'order' | 'fact';
  text: string;
}

/** What has to stand, and every text that must not. */
class Wishes {
  readonly standing = new Map<string, Wanted>();
  readonly gone = new Set<string>();
  #last = 0;

  next(): number {
    return (this.#last += 1);
  }

  put(wanted: Wanted): void {
    this.standing.set(wanted.source, wanted);
  }

  take({ source, text }: Wanted): void {
    this.standing.delete(source);
    this.gone.add(text);
  }

  texts(): readonly string[] {
    return [...this.standing.values()].map(({ text }) => text).toSorted();
  }
}

const chavionOf = (event: Json): Json => event.content['com.chavion'] ?? {};

/** The coordinator's lines, by the message that they came from. */
async function writtenLines(): Promise<ReadonlyMap<string, Json>> {
  const lines = (await master.messages(memory)).filter((event) => chavionOf(event).remembers !== undefined);
  return new Map(lines.map((event) => [chavionOf(event).source, event]));
}

/** Which numbers the coordinator has named, by the text beside them. */
async function namedNumbers(): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const named = new Map<string, Set<number>>();
  for (const { content } of await master.messages(scene.hq))
    for (const [, number, text] of String(content.body ?? '').matchAll(/^- (?:📌|🗂) \*\*(\d+)\*\* (.+)$/gmu))
      named.set(String(text), (named.get(String(text)) ?? new Set()).add(Number(number)));
  return named;
}

const ACTS = ['order', 'fact', 'own', 'own', 'edit', 'delete', 'delete-source', 'forget', 'correct', 'quote'] as const;

async function act(what: (typeof ACTS)[number], wishes: Wishes, random: SeededRandom): Promise<void> {
  const one = (where: Wanted['where']) => {
    const some = [...wishes.standing.values()].filter((wanted) => wanted.where === where);
    return some.length === 0 ? undefined : random.pick(some);
  };
  const orders = [...wishes.standing.values()].filter(({ kind }) => kind === 'order').length;
  const n = wishes.next();
  switch (what) {
    case 'order': {
      if (orders >= MOST_ORDERS) return;
      const text = `앞으로 규칙${n}호를 꼭 지켜`;
      return wishes.put({ n, source: await master.say(scene.hq, text), where: 'hq', kind: 'order', text });
    }
    case 'fact': {
      const text = `창고${n}호 열쇠는 ${n}번 서랍에 있어`;
      const source = await master.say(scene.hq, `${text} 기억해`);
      return wishes.put({ n, source, where: 'hq', kind: 'fact', text });
    }
    case 'quote': {
      const text = `차고${n}호 열쇠는 ${n}번 상자에 있어`;
      const source = await master.say(scene.hq, `클로드야 ${text}`);
      const relation = { 'm.relates_to': { 'm.in_reply_to': { event_id: source } } };
      await master.say(scene.hq, '이거 기억해', relation);
      return wishes.put({ n, source, where: 'hq', kind: 'fact', text: `클로드야 ${text}` });
    }
    case 'own': {
      const text = `거래처${n}호는 ${n}층에 있다`;
      return wishes.put({ n, source: await master.say(memory, text), where: 'memory', kind: 'fact', text });
    }
    case 'edit': {
      const line = one('memory');
      if (line === undefined) return;
      const text = `거래처${line.n}호는 ${n}동으로 옮겼다`;
      const edit = { 'm.new_content': { msgtype: 'm.text', body: text } };
      const relation = { 'm.relates_to': { rel_type: 'm.replace', event_id: line.source } };
      await master.say(memory, `* ${text}`, { ...edit, ...relation });
      wishes.gone.add(line.text);
      line.text = text;
      return;
    }
    case 'delete': {
      const line = one('memory');
      if (line === undefined) return;
      await master.redact(memory, line.source);
      return wishes.take(line);
    }
    case 'delete-source': {
      const line = one('hq');
      if (line === undefined) return;
      await master.redact(scene.hq, line.source);
      return wishes.take(line);
    }
    case 'forget': {
      const line = one('hq');
      const [number] = line === undefined ? [] : ((await namedNumbers()).get(line.text) ?? []);
      if (line === undefined || number === undefined) return;
      await master.say(scene.hq, `!잊어 ${number}`);
      return wishes.take(line);
    }
    case 'correct': {
      const line = one('hq');
      const written = line === undefined ? undefined : (await writtenLines()).get(line.source);
      if (line === undefined || written === undefined) return;
      const text = `창고${line.n}호 열쇠는 ${n}번 금고로 옮겼다`;
      const relation = { 'm.relates_to': { 'm.in_reply_to': { event_id: written.event_id } } };
      const source = await master.say(memory, text, relation);
      wishes.take(line);
      return wishes.put({ n: line.n, source, where: 'memory', kind: 'fact', text });
    }
  }
  what satisfies never;
}

/** What the house itself says it remembers, with numbers. */
async function exported(): Promise<readonly { readonly number: number; readonly text: string }[]> {
  const file = join(scene.house.folder, `memory-${randomUUID()}.json`);
  const { code, said } = await verb(scene.house, ['memory', 'export', file, '--json']);
  if (code !== 0) throw new Error(said);
  const { lines }: Json = JSON.parse(await readFile(file, 'utf8'));
  return lines;
}

/** What Claude is given for a question in HQ, where all of it was said. */
async function prompted(question: string): Promise<string> {
  scene.providers.reset();
  const event = await scene.master.say(scene.hq, `클로드야 ${question}`);
  await scene.master.answered(scene.hq, event, 1, QUIET_WITHIN_MS);
  return scene.providers
    .asked('claude')
    .map(({ body }) => body)
    .join('\n');
}

it(`exactly what must be remembered is, each line once, whatever is killed (${STEPS} steps, seed ${SEED})`, async () => {
  const random = seededRandom(SEED);
  const killer = new Killer(scene.house, random);
  const over = new AbortController();
  const raging = killer.rage([300, 8_000], 1_000, over.signal);
  const wishes = new Wishes();
  const done: Record<string, number> = {};
  for (let step = 0; step < STEPS; step += 1) {
    await sleep(random.between(50, 4_000));
    const what = random.pick(ACTS);
    await act(what, wishes, random);
    done[what] = (done[what] ?? 0) + 1;
  }
  over.abort();
  await raging;
  await killer.untilUp();

  const texts = async () => (await exported()).map(({ text }) => text).toSorted();
  const until = Date.now() + QUIET_WITHIN_MS;
  while (JSON.stringify(await texts()) !== JSON.stringify(wishes.texts()) && Date.now() < until) await sleep(2_000);
  // Whatever comes twice comes after a lock has run out.
  await sleep(10_000);
  const lines = await exported();
  process.stdout.write(
    `\nmemory, seed ${SEED}: ${JSON.stringify(done)}, killed ${JSON.stringify(killer.kills)}, ${lines.length} lines stand, ${wishes.gone.size} are gone\n`,
  );
  expect(lines.map(({ text }) => text).toSorted()).toEqual(wishes.texts());
  expect(Object.values(killer.kills).every((kills) => kills > 0)).toBe(true);

  const numbers = new Map<string, Set<number>>([...(await namedNumbers())].map(([text, all]) => [text, new Set(all)]));
  for (const { text, number } of lines) numbers.set(text, (numbers.get(text) ?? new Set()).add(number));
  expect([...numbers].filter(([, all]) => all.size > 1)).toEqual([]);
  const given = [...numbers.values()].flatMap((all) => [...all]);
  // Of an edited line, the number stays: its old words were never named beside one.
  expect(new Set(given).size).toBe(given.length);

  const asked = [await prompted('요즘 어때?')];
  for (const text of [...wishes.gone].slice(0, 12)) asked.push(await prompted(`${text.split(' ')[0]} 어떻게 됐지?`));
  const all = asked.join('\n');
  expect([...wishes.gone].filter((text) => all.includes(text))).toEqual([]);
  const orders = [...wishes.standing.values()].filter(({ kind }) => kind === 'order');
  expect(orders.filter(({ text }) => asked[0]?.includes(text) !== true)).toEqual([]);
}, 3_600_000);
