import { type Plan, type Step, stepId } from '../../../bridge/protocol/plan.ts';
import type { TaskState } from '../state/task-state.ts';

/** What a step of the plan in force has brought. */
export interface Evidence {
  readonly step: Step;
  readonly state: string;
  readonly exitCode?: number | undefined;
  readonly why?: string | undefined;
  /** Of a command what it printed, of work what was written; empty where there is nothing. */
  readonly output: string;
}

export interface CarriedOut extends Pick<TaskState, 'commands' | 'works'> {
  readonly plan: Plan;
}

export const evidenceNow = ({
  plan,
  commands,
  works,
}: Pick<TaskState, 'plan' | 'commands' | 'works'>): readonly Evidence[] =>
  plan === null ? [] : evidenceOf({ plan: plan.plan, commands, works });

export function evidenceOf({ plan, commands, works }: CarriedOut): readonly Evidence[] {
  return plan.steps.map((step) => {
    const id = stepId(step);
    if (step.kind === 'work') return { step, state: works[id]?.state ?? 'waiting', output: works[id]?.text ?? '' };
    const command = commands[id];
    return {
      step,
      state: command?.state ?? 'waiting',
      exitCode: command?.result?.exitCode,
      why: command?.result?.why,
      output: command?.result?.output ?? '',
    };
  });
}
