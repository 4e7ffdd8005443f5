import { dispatchId, presenceId } from '../state/message-ids.ts';
import type { TaskState } from '../state/task-state.ts';
import type { TaskEffect } from '../state/transitions.ts';

/**
 * All that a task waits for, read off its state: what a process that was killed may not have done yet. Doing it again
 * does it once, for the ids are those of the transitions that set it off.
 */
export function pendingEffects({
  saying,
  asks,
  timers,
  commands,
  plan,
  withdrawn,
  pollOpen,
  round,
  repolled,
}: TaskState): readonly TaskEffect[] {
  const sent = (plan?.plan.steps ?? []).flatMap((step): TaskEffect[] => {
    if (step.kind !== 'command' || plan === null) return [];
    const { id } = step.command;
    const command = commands[id];
    return command?.state === 'sent'
      ? [
          {
            kind: 'dispatch',
            id: dispatchId(plan.hash, id, command.attempt),
            plan: plan.hash,
            step: id,
            attempt: command.attempt,
          },
        ]
      : [];
  });
  return [
    ...(pollOpen?.owner === 'asked' ? [{ kind: 'presence' as const, id: presenceId(round, repolled) }] : []),
    ...(withdrawn === null ? [] : [{ kind: 'withdraw' as const, id: withdrawn }]),
    ...saying.map((say) => ({ kind: 'say' as const, ...say })),
    ...asks.map((ask) => ({ kind: 'ask' as const, id: ask.id, ask })),
    ...Object.entries(timers).map(([id, at]) => ({ kind: 'timer' as const, id, at })),
    ...sent,
  ];
}
