import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchHouse } from './bench-house.ts';
import { cpuMs, median, memoryMb, ms, p95, table } from './figures.ts';
import { MasterListener } from './master-listener.ts';

const SIZES = [6, 25, 100] as const;
/** All of them together. */
export const AGENTS = SIZES.reduce((sum, size) => sum + size, 0);
/** In each block. */
const ROUNDS: Readonly<Record<number, number>> = { 6: 10, 25: 6, 100: 4 };
const BLOCKS = 4;
const WARM_UP = 2;

interface Series {
  readonly times: number[];
  synapseCpu: number;
  ownCpu: number;
  memory: number;
}

const empty = (): Series => ({ times: [], synapseCpu: 0, ownCpu: 0, memory: 0 });

const killedAtTheEnd = (process: ChildProcess) => ({ process, [Symbol.dispose]: () => void process.kill('SIGKILL') });

/** One block of rounds; blocks of the three take turns, so that drift of the machine hits all. */
async function block(
  bench: BenchHouse,
  listener: MasterListener,
  room: string,
  count: number,
  pid: number,
  into: Series,
): Promise<void> {
  for (let i = 0; i < WARM_UP; i += 1) await listener.round(room, `몸풀기 ${i} ${Math.random()}`, count);
  const [synapse, own] = [cpuMs(bench.synapsePid), cpuMs(pid)];
  for (let i = 0; i < (ROUNDS[count] ?? 4); i += 1) {
    into.times.push(await listener.round(room, `안녕 ${i} ${Math.random()}`, count));
    await sleep(50);
  }
  into.synapseCpu += cpuMs(bench.synapsePid) - synapse;
  into.ownCpu += cpuMs(pid) - own;
  into.memory = memoryMb(pid);
}

/** Master's send to the last of N echo answers on the master's phone: bare script, swarm, a bot each. */
export async function fanOut(
  bench: BenchHouse,
  say: (line: string) => void,
): Promise<{ table: string; failures: string[] }> {
  const rows: string[][] = [];
  const failures: string[] = [];
  let first = 0;
  for (const count of SIZES) {
    // Agents of their own for every size: what the library keeps of a bot's earlier life changes how it listens.
    const agents = Array.from({ length: count }, (_, i) => first + i);
    const room = await bench.roomOf(agents);
    // All sends at once leave loose ends in the room's graph, which the swarm takes care not to: none of its business.
    const floorRoom = await bench.roomOf(agents);
    const bots = await bench.botsIn(count);
    const listener = new MasterListener(bench.url, bench.masterToken, [room, floorRoom, bots.room]);
    await listener.start();
    // They wait for their room throughout, and hear nothing of the other.
    using child = killedAtTheEnd(
      fork('test/bench/sync-bots.ts', {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        execArgv: ['--disable-warning=DEP0060'],
      }),
    );
    child.process.send({ homeserver: bench.url, ...bots });
    await once(child.process, 'message');
    await sleep(1_000);
    const [floor, swarm, each] = [empty(), empty(), empty()];
    for (let turn = 0; turn < BLOCKS; turn += 1) {
      const floorPid = await bench.serveFloor(agents);
      await bench.settled(4_000);
      await block(bench, listener, floorRoom, count, floorPid, floor);
      const swarmPid = await bench.serveSwarm();
      await bench.settled();
      await block(bench, listener, room, count, swarmPid, swarm);
      // The swarm stays up: it hears nothing of their room, and Synapse would stop calling a server that is gone.
      await block(bench, listener, bots.room, count, child.process.pid ?? 0, each);
    }
    await listener.stop();
    first += count;

    const ratio = median(swarm.times) / median(floor.times);
    const gain = median(each.times) / median(swarm.times);
    for (const [name, series] of [
      ['bare script', floor],
      ['swarm', swarm],
      ['a bot each', each],
    ] as const) {
      const rounds = series.times.length;
      rows.push([
        String(count),
        name,
        ms(median(series.times)),
        ms(p95(series.times)),
        ms(series.synapseCpu / rounds),
        ms(series.ownCpu / rounds),
        `${series.memory} MB`,
        series === swarm
          ? ratio.toFixed(2)
          : series === each
            ? (median(each.times) / median(floor.times)).toFixed(2)
            : '1',
      ]);
    }
    say(`N=${count}: swarm ${ratio.toFixed(2)} of the floor, ${gain.toFixed(1)} times faster than a bot each`);
    if (ratio > 1.3) failures.push(`N=${count}: the swarm takes ${ratio.toFixed(2)} of the floor, more than 1.3`);
    if (count === 100 && gain < 4) failures.push(`N=100: only ${gain.toFixed(1)} times faster than a bot each`);
  }
  return {
    table: table(
      ['agents', 'what', 'median', 'p95', 'Synapse CPU a round', 'own CPU a round', 'memory', 'ratio'],
      rows,
    ),
    failures,
  };
}
