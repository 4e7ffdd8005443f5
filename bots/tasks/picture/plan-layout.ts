import { type Plan, stepAfter, type StepId, stepId } from '../../../bridge/protocol/plan.ts';

/** Where the steps of a plan stand in its picture: from top to bottom, what can run side by side in one band of rows. Pure. */

export interface Placed {
  readonly id: StepId;
  /** From 0, as the plan lists them. */
  readonly index: number;
  /** From 0; steps of one layer wait for none of each other. */
  readonly layer: number;
  readonly row: number;
  /** Alone in its row, or on one of the two sides. */
  readonly column: 'only' | 'left' | 'right';
}

export interface Edge {
  readonly from: number;
  readonly to: number;
  /** Between neighbouring rows; others go around by a margin. */
  readonly direct: boolean;
}

export interface PlanLayout {
  readonly steps: readonly Placed[];
  readonly edges: readonly Edge[];
  readonly rows: number;
}

export function layoutOf(plan: Plan): PlanLayout {
  const layers = layersOf(plan);
  const steps: Placed[] = [];
  let row = 0;
  for (const [layer, members] of layers.entries()) {
    for (const [i, index] of members.entries()) {
      const step = plan.steps[index];
      if (step === undefined) continue;
      const alone = members.length % 2 === 1 && i === members.length - 1;
      steps.push({
        id: stepId(step),
        index,
        layer,
        row: row + Math.floor(i / 2),
        column: alone ? 'only' : i % 2 === 0 ? 'left' : 'right',
      });
    }
    row += Math.ceil(members.length / 2);
  }
  const rowOf = new Map(steps.map((step) => [step.index, step.row]));
  const indexOf = new Map(plan.steps.map((step, index) => [stepId(step), index]));
  const edges = needed(plan).flatMap(([before, to]) => {
    const from = indexOf.get(before);
    if (from === undefined || from === to) return [];
    return [{ from, to, direct: (rowOf.get(to) ?? 0) - (rowOf.get(from) ?? 0) === 1 }];
  });
  return { steps, edges, rows: row };
}

/** By the longest way from a step that waits for nothing. What waits in a ring, which no checked plan has, comes last. */
function layersOf(plan: Plan): readonly (readonly number[])[] {
  const ids = new Set(plan.steps.map(stepId));
  const placed = new Set<StepId>();
  const layers: number[][] = [];
  let left = plan.steps.map((step, index) => ({
    id: stepId(step),
    index,
    after: stepAfter(step).filter((id) => ids.has(id)),
  }));
  while (left.length > 0) {
    const ready = left.filter(({ after }) => after.every((id) => placed.has(id)));
    const layer = ready.length === 0 ? left : ready;
    layers.push(layer.map(({ index }) => index));
    for (const { id } of layer) placed.add(id);
    left = left.filter((step) => !layer.includes(step));
  }
  return layers;
}

/** What each waits for, without what follows anyway: whoever waits for B need not show that it waits for B's A. */
function needed(plan: Plan): readonly (readonly [before: StepId, to: number])[] {
  const after = new Map(plan.steps.map((step) => [stepId(step), stepAfter(step)]));
  const known = new Map<StepId, ReadonlySet<StepId>>();
  const allBefore = (id: StepId, seen: ReadonlySet<StepId>): ReadonlySet<StepId> => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const within = new Set([...seen, id]);
    const all = new Set(
      (after.get(id) ?? []).filter((one) => !within.has(one)).flatMap((one) => [one, ...allBefore(one, within)]),
    );
    known.set(id, all);
    return all;
  };
  return plan.steps.flatMap((step, to) => {
    const direct = stepAfter(step);
    const implied = new Set(direct.flatMap((one) => [...allBefore(one, new Set([stepId(step)]))]));
    return direct.filter((one) => !implied.has(one)).map((one) => [one, to] as const);
  });
}
