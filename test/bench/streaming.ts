import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchHouse, echoRoster } from './bench-house.ts';
import { ms, p95, quantile, table } from './figures.ts';
import { MasterListener } from './master-listener.ts';

const STREAMS = 25;
const BUDGET = 15;

interface Edit {
  readonly target: string;
  readonly at: number;
  readonly delay: number;
  readonly streaming: boolean;
}

/** 25 agents say 400 words at 40 words a second, all at once, while the master talks elsewhere. */
export async function streaming(bench: BenchHouse): Promise<{ table: string; failures: string[] }> {
  const roster = echoRoster(100, 'echo');
  await bench.serveSwarm({
    ...roster,
    agents: roster.agents.map((agent, i) => (i < STREAMS ? { ...agent, model: `echo/400@40` } : agent)),
  });
  await bench.settled();
  const loud = await bench.room(STREAMS);
  const quiet = await bench.roomOf([STREAMS]);
  const listener = new MasterListener(bench.url, bench.masterToken, [loud, quiet]);
  await listener.start();
  await listener.round(quiet, '몸풀기', 1);
  bench.heardAfterMs.length = 0;

  const edits: Edit[] = [];
  const last = new Map<string, string>();
  using _listening = listener.listen((heard) => {
    if (heard.room !== loud) return;
    const relation = heard.content['m.relates_to'] as { rel_type?: string; event_id?: string } | undefined;
    if (relation?.rel_type !== 'm.replace') return;
    const whole = heard.content['m.new_content'] as { body: string; 'com.chavion': { streaming?: boolean } };
    edits.push({
      target: relation.event_id ?? '',
      at: heard.at,
      delay: heard.seen - heard.at,
      streaming: whole['com.chavion'].streaming === true,
    });
    last.set(relation.event_id ?? '', whole.body);
  });

  await listener.says(loud, '모두 길게 말해 봐');
  const rounds: number[] = [];
  const began = performance.now();
  const finished = () => edits.filter((edit) => !edit.streaming).length;
  for (let i = 0; performance.now() - began < 60_000 && finished() < STREAMS; i += 1) {
    rounds.push(await listener.round(quiet, `그 사이 ${i}`, 1));
    await sleep(200);
  }
  await listener.stop();

  const perSecond = [
    ...edits
      .reduce(
        (seconds, { at }) => seconds.set(Math.floor(at / 1_000), (seconds.get(Math.floor(at / 1_000)) ?? 0) + 1),
        new Map<number, number>(),
      )
      .values(),
  ];
  const whole = [...last.values()].filter((body) => body.endsWith('w400')).length;
  const busiest = Math.max(...perSecond);
  const delay = p95(edits.map((edit) => edit.delay));
  const reach = p95(bench.heardAfterMs);
  const rows = [
    ['answers that end whole', `${whole} of ${STREAMS}`, `${STREAMS}`],
    ['edits in all, in the busiest second', `${edits.length}, ${busiest}`, `${BUDGET} a second and a burst of 5`],
    [
      'delay of edits on the master’s phone, median',
      ms(
        quantile(
          edits.map((edit) => edit.delay),
          0.5,
        ),
      ),
      '',
    ],
    ['the same, p95', ms(delay), 'under 300 ms'],
    ['master’s message meanwhile reaches the swarm, p95', ms(reach), 'under 150 ms'],
    ['master’s message elsewhere meanwhile answered, p95', ms(p95(rounds)), ''],
  ];
  const failures = [
    ...(whole === STREAMS ? [] : [`only ${whole} of ${STREAMS} streamed answers are whole`]),
    ...(busiest <= BUDGET + 5 ? [] : [`${busiest} edits in one second`]),
    ...(delay < 300 ? [] : [`edits are seen after ${delay.toFixed(0)} ms (p95)`]),
    ...(reach < 150 ? [] : [`the master reaches the swarm after ${reach.toFixed(0)} ms (p95)`]),
  ];
  return { table: table(['25 agents streaming at once', 'measured', 'goal'], rows), failures };
}
