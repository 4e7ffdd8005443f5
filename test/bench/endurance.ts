import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchHouse } from './bench-house.ts';
import { memoryMb, ms, p95, quantile, table } from './figures.ts';
import { MasterListener, now } from './master-listener.ts';

const ROOMS = 10;
const AGENTS = 6;
const PER_SECOND = 5;

/** Ten rooms of six agents, five messages a second: is anything lost, does memory grow? */
export async function endurance(bench: BenchHouse, seconds: number): Promise<{ table: string; failures: string[] }> {
  const pid = await bench.serveSwarmWatched();
  const rooms: string[] = [];
  for (let i = 0; i < ROOMS; i += 1) rooms.push(await bench.room(AGENTS));
  const listener = new MasterListener(bench.url, bench.masterToken, rooms);
  await listener.start();

  const sent = new Map<string, number>();
  const answers = new Map<string, Set<string>>();
  const times: number[] = [];
  let doubled = 0;
  using _listening = listener.listen((heard) => {
    if (!heard.sender.startsWith('@agent_echo')) return;
    const key = `${heard.room} ${String(heard.content['body'])}`;
    const who = answers.get(key) ?? new Set();
    if (who.has(heard.sender)) doubled += 1;
    who.add(heard.sender);
    answers.set(key, who);
    const at = sent.get(key);
    if (who.size === AGENTS && at !== undefined) times.push(heard.seen - at);
  });

  let peak = 0;
  const count = seconds * PER_SECOND;
  const began = performance.now();
  const sends: Promise<unknown>[] = [];
  for (let i = 0; i < count; i += 1) {
    const room = rooms[i % ROOMS] ?? '';
    const body = `말 ${i}`;
    sent.set(`${room} ${body}`, now());
    sends.push(listener.says(room, body));
    if (i % (PER_SECOND * 5) === 0) peak = Math.max(peak, memoryMb(pid));
    await sleep(Math.max(0, ((i + 1) * 1_000) / PER_SECOND - (performance.now() - began)));
  }
  await Promise.all(sends);
  const whole = () => [...answers.values()].filter((who) => who.size === AGENTS).length;
  for (let waited = 0; waited < 60_000 && whole() < count; waited += 200) await sleep(200);
  await listener.stop();

  // The first fifth fills the caches; after it what is held has to stay where it is. (The process's memory is a saw:
  // the collector lets garbage lie while there is room.)
  const settled = bench.liveHeapMb.slice(Math.ceil(bench.liveHeapMb.length / 5));
  const growth = (settled.at(-1) ?? Number.NaN) / (settled[0] ?? Number.NaN);
  const rows = [
    ['messages', String(count), ''],
    ['answered by all six', String(whole()), String(count)],
    ['answers doubled', String(doubled), '0'],
    ['send to last answer, median', ms(quantile(times, 0.5)), ''],
    ['the same, p95', ms(p95(times)), ''],
    [
      'held by the swarm after a collection, settled and at the end',
      `${(settled[0] ?? 0).toFixed(0)} MB, ${(settled.at(-1) ?? 0).toFixed(0)} MB`,
      'flat',
    ],
    ['memory of its process at most', `${peak} MB`, ''],
  ];
  const failures = [
    ...(whole() === count ? [] : [`${count - whole()} of ${count} messages are not answered by all`]),
    ...(doubled === 0 ? [] : [`${doubled} answers came twice`]),
    ...(growth < 1.25 ? [] : [`what it holds grew ${growth.toFixed(2)} times`]),
  ];
  return {
    table: table([`10 rooms × 6 agents, ${PER_SECOND} messages/s for ${seconds} s`, 'measured', 'goal'], rows),
    failures,
  };
}
