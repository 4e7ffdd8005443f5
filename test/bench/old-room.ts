import { asUser, inRoom, request } from '../house/matrix.ts';
import type { BenchHouse } from './bench-house.ts';
import { median, ms, table } from './figures.ts';
import { MasterEar } from './master-ear.ts';

const AGENTS = 6;
const ROUNDS = 20;
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
      await request(bench.url, 'PUT', path, { token: bench.appserviceToken, body: { msgtype: 'm.text', body: `옛날 메시지 ${i}`, 'm.mentions': {} } });
      if (i > 0 && i % 10_000 === 0) say(`  ${i} of ${count} old messages, ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function answerTime(bench: BenchHouse, room: string): Promise<number> {
  const ear = new MasterEar(bench.url, bench.masterToken, [room]);
  await ear.start();
  const times: number[] = [];
  for (let i = 0; i < ROUNDS + 3; i += 1) {
    const took = await ear.round(room, `질문 ${i} ${Math.random()}`, AGENTS);
    if (i >= 3) times.push(took);
  }
  await ear.stop();
  return median(times);
}

/** A room with many old messages beside an empty one, and how long the swarm takes to be ready with it. */
export async function oldRoom(bench: BenchHouse, say: (line: string) => void, count: number): Promise<{ table: string; failures: string[] }> {
  await bench.endServer();
  const [old, empty] = [await bench.room(AGENTS), await bench.room(AGENTS)];
  await fill(bench, old, count, say);
  const began = performance.now();
  await bench.serveSwarm();
  const startUp = performance.now() - began;
  const first: number[] = [];
  const second: number[] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    first.push(await answerTime(bench, old));
    second.push(await answerTime(bench, empty));
  }
  const ratio = median(first) / median(second);
  const rows = [
    [`answer in a room with ${count} old messages, median`, ms(median(first)), ''],
    ['answer in an empty room, median', ms(median(second)), ''],
    ['ratio', ratio.toFixed(2), 'about 1'],
    ['swarm ready after', ms(startUp), 'under 10 s'],
  ];
  const failures = [...(ratio < 1.25 ? [] : [`an old room is ${ratio.toFixed(2)} times slower`]), ...(startUp < 10_000 ? [] : [`start-up takes ${startUp.toFixed(0)} ms`])];
  return { table: table(['old room', 'measured', 'goal'], rows), failures };
}
