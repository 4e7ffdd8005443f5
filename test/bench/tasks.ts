import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Scene } from '../house/scene.ts';
import { lendFolder, startTask, takeBack } from '../house/task-scene.ts';
import { median, ms, table } from './figures.ts';

const PHASES = ['triage', 'proposing', 'critique', 'voting', 'executing', 'verifying', 'reporting'] as const;
const Line = z.object({ time: z.number(), root: z.string(), phase: z.string(), msg: z.literal('task') });
const MISSION = '//chavion_task: 서버 파일 목록 조회';

/** What a task costs beside its providers: six rehearsing agents answer at once, everything else is real. Figures only. */
export async function tasksBench(quick: boolean): Promise<{ table: string; failures: string[] }> {
  await using scene = await Scene.open({ keys: false });
  await lendFolder(scene.house, 'shop', 'ro', { 'stock.csv': 'food,12\n' });
  const alone: string[] = [];
  for (let i = 0; i < (quick ? 2 : 10); i += 1) {
    const task = await startTask(scene.master, scene.hq, MISSION);
    await task.ended();
    alone.push(task.root);
  }
  const many = quick ? 4 : 20;
  const began = performance.now();
  const together = await Promise.all(Array.from({ length: many }, () => startTask(scene.master, scene.hq, MISSION)));
  await Promise.all(together.map((task) => task.ended(240_000)));
  const tookMs = performance.now() - began;
  takeBack();

  const times = await phaseTimes(join(scene.house.data, 'logs', 'swarm.log'));
  const sent = (root: string) =>
    Number(scene.master.events(scene.hq).find((event) => event.event_id === root)?.origin_server_ts);
  const columns = [alone, together.map(({ root }) => root)].map((roots) => {
    const spans = roots.map((root) => spansOf(sent(root), times.get(root) ?? []));
    const middle = (name: string) => ms(median(spans.flatMap((one) => one.get(name) ?? [])));
    return [...PHASES, 'all'].map(middle);
  });
  const rows = [...PHASES, 'all'].map((phase, i) => [phase, columns[0]?.[i] ?? '', columns[1]?.[i] ?? '']);
  const figures = table(['phase', 'one task (median)', `${many} at once (median)`], rows);
  return {
    table: `${figures}\n\n${many} tasks at once, until the last card says so: ${(tookMs / 1_000).toFixed(1)} s`,
    failures: [],
  };
}

/** By task, when each phase began, as the swarm's log has it. */
async function phaseTimes(
  file: string,
): Promise<ReadonlyMap<string, readonly { readonly phase: string; readonly at: number }[]>> {
  const found = new Map<string, { phase: string; at: number }[]>();
  for (const text of (await readFile(file, 'utf8')).split('\n')) {
    const line = text.includes('"msg":"task"') ? Line.safeParse(JSON.parse(text)).data : undefined;
    if (line !== undefined)
      found.set(line.root, [...(found.get(line.root) ?? []), { phase: line.phase, at: line.time }]);
  }
  return found;
}

/** How long each phase took, milliseconds; `all` from the master's message. Triage holds the way there. */
function spansOf(
  sentAt: number,
  began: readonly { readonly phase: string; readonly at: number }[],
): ReadonlyMap<string, number> {
  const marks = [{ phase: 'triage', at: sentAt }, ...began.filter(({ phase }) => phase !== 'triage')];
  const spans = new Map<string, number>();
  for (const [i, { phase, at }] of marks.entries()) {
    const next = marks[i + 1];
    if (next !== undefined) spans.set(phase, (spans.get(phase) ?? 0) + next.at - at);
  }
  return spans.set('all', (marks.at(-1)?.at ?? sentAt) - sentAt);
}
