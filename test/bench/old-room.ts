import { asUser, inRoom, request } from '../house/matrix.ts';
import type { BenchHouse } from './bench-house.ts';
import { median, ms, table } from './figures.ts';
import { MasterListener } from './master-listener.ts';

const AGENTS = 6;
const ROUNDS = 40;
const WARM_UP = 3;
/** As the swarm writes into one room. */
const AT_ONCE = 10;

/** Puts old messages into a room as fast as the homeserver takes them. */
async function fill(bench: BenchHouse, room: string, count: number, say: (line: string) => void): Promise<void> {
  let next = 0;
  const began = performance.now();
  const worker = async () => {
    while (next < count) {
      const i = next;
      next += 1;
      const path = asUser(inRoom(room, `send/m.room.message/old${i}`), bench.agent(i % AGENTS));
      await request(bench.url, 'PUT', path, {
        token: bench.appserviceToken,
        body: { msgtype: 'm.text', body: `옛날 메시지 ${i}`, 'm.mentions': {} },
      });
      if (i > 0 && i % 10_000 === 0)
        say(`  ${i} of ${count} old messages, ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** As a phone does that has shown a room: with unread messages the homeserver counts all of them for every answer. */
async function readAll(bench: BenchHouse, room: string): Promise<void> {
  const { body } = await request(bench.url, 'GET', inRoom(room, 'messages?dir=b&limit=1'), {
    token: bench.masterToken,
  });
  const [last] = body['chunk'] as readonly { readonly event_id: string }[];
  await request(bench.url, 'POST', inRoom(room, `receipt/m.read/${encodeURIComponent(last?.event_id ?? '')}`), {
    token: bench.masterToken,
    body: {},
  });
}

/** Answer times in both rooms, in turns: whatever else the machine does hits both. */
async function answerTimes(bench: BenchHouse, old: string, empty: string): Promise<readonly [number, number]> {
  const listener = new MasterListener(bench.url, bench.masterToken, [old, empty]);
  await listener.start();
  const times = { [old]: [] as number[], [empty]: [] as number[] };
  for (let i = 0; i < ROUNDS + WARM_UP; i += 1) {
    for (const room of i % 2 === 0 ? [old, empty] : [empty, old]) {
      const took = await listener.round(room, `질문 ${i} ${Math.random()}`, AGENTS);
      if (i >= WARM_UP) times[room]?.push(took);
    }
  }
  await listener.stop();
  return [median(times[old] ?? []), median(times[empty] ?? [])];
}

/** A room with many old messages beside an empty one, and how long the swarm takes to be ready with it. */
export async function oldRoom(
  bench: BenchHouse,
  say: (line: string) => void,
  count: number,
): Promise<{ table: string; failures: string[] }> {
  // Something takes the pushes meanwhile: old messages were heard when they were new.
  await bench.serveFloor([]);
  const [old, empty] = [await bench.room(AGENTS), await bench.room(AGENTS)];
  await fill(bench, old, count, say);
  await readAll(bench, old);
  await bench.endServer();
  const began = performance.now();
  await bench.serveSwarm();
  const startUp = performance.now() - began;
  await bench.settled();
  const [inOld, inEmpty] = await answerTimes(bench, old, empty);
  const ratio = inOld / inEmpty;
  const rows = [
    [`answer in a room with ${count} old messages, median`, ms(inOld), ''],
    ['answer in an empty room, median', ms(inEmpty), ''],
    ['ratio', ratio.toFixed(2), 'about 1'],
    ['swarm ready after', ms(startUp), 'under 10 s'],
  ];
  const failures = [
    ...(ratio < 1.25 ? [] : [`an old room is ${ratio.toFixed(2)} times slower`]),
    ...(startUp < 10_000 ? [] : [`start-up takes ${startUp.toFixed(0)} ms`]),
  ];
  return { table: table(['old room', 'measured', 'goal'], rows), failures };
}
