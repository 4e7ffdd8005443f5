import type { ModelState } from '../../bridge/text/room/models.ts';
import type { ModelBinding } from './model-bindings.ts';

/** What `!model` says of an agent's model. Pure. */
export function modelState({ provider }: Pick<ModelBinding, 'provider'>): ModelState {
  const { billing, insteadOf, label, online, pace, rehearsal } = provider;
  if (insteadOf !== undefined) return { kind: 'no-key', instead: rehearsal ? null : label };
  if (rehearsal) return { kind: 'rehearses' };
  if (pace === 'by-hand') return { kind: 'by-hand' };
  // Who lives elsewhere has brought its key along.
  return billing === 'none' && online === undefined ? { kind: 'keyless' } : { kind: 'ready' };
}
