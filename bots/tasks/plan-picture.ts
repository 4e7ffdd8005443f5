import type { Lang } from '../../bridge/protocol/ids.ts';
import type { Plan } from '../../bridge/protocol/plan.ts';
import type { StepWord } from '../../bridge/text/task-words.ts';
import { type NameOf } from './plan-labels.ts';

export interface PictureFacts {
  readonly lang: Lang;
  readonly nameOf?: NameOf;
  /** By step; where there is none the step has not begun. */
  readonly states?: Readonly<Record<string, StepWord>>;
}

export function planPicture(_plan: Plan, _facts: PictureFacts): Uint8Array {
  return new Uint8Array();
}
