import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { OrderBox } from '../../bridge/queue/executor-queue.ts';
import type { RoomId } from '../../bridge/protocol/ids.ts';
import type { Asks } from './asks.ts';
import { hasEnded, type TaskMachine } from './runtime/machine.ts';
import type { TaskStore } from './runtime/task-store.ts';
import type { TaskJob } from './runtime/task-job.ts';
import type { TaskOutbox } from './outbox.ts';

export interface EffectDeps {
  readonly store: Pick<TaskStore, 'load'>;
  readonly machine: Pick<TaskMachine, 'apply'>;
  readonly asks: Pick<Asks, 'run'>;
  readonly outbox: Pick<TaskOutbox, 'say'>;
  readonly orders: Pick<OrderBox, 'add'>;
  /** Ends what providers have begun for a question. */
  readonly abandon: (question: { readonly agent: AgentId; readonly turn: string }) => Promise<void>;
  readonly frozen: () => boolean;
  /** Whether a master is at the room: types, has read or written there lately. */
  readonly isOwnerThere: (room: RoomId) => Promise<boolean>;
}

/** Carries out one effect; doing it twice does it once. */
export async function carryOutEffect({ root, effect }: TaskJob, deps: EffectDeps): Promise<void> {
  switch (effect.kind) {
    case 'ask':
      return deps.asks.run(root, effect.ask);
    case 'say':
      return deps.outbox.say(root);
    case 'timer':
      return void (await deps.machine.apply(root, {
        kind: 'timer',
        at: Math.max(effect.at, Date.now()),
        id: effect.timer ?? effect.id,
      }));
    case 'abandon':
      return deps.abandon(effect);
    case 'dispatch':
      return dispatch(root, effect, deps);
    case 'presence': {
      const state = await deps.store.load(root);
      if (state === null || hasEnded(state)) return;
      const here = await deps.isOwnerThere(state.room);
      return void (await deps.machine.apply(root, { kind: 'presence', at: Date.now(), here }));
    }
    case 'withdraw': {
      const state = await deps.store.load(root);
      if (state !== null)
        await deps.orders.add({
          v: 1,
          type: 'end',
          root,
          room: state.room,
          at: state.at,
          lang: state.lang,
          id: effect.id,
        });
    }
  }
}

/** Names the events in which the executor finds what to run; one that was taken back meanwhile is not sent. */
async function dispatch(
  root: TaskJob['root'],
  effect: Extract<TaskJob['effect'], { kind: 'dispatch' }>,
  { store, machine, orders, frozen }: EffectDeps,
): Promise<void> {
  const state = await store.load(root);
  const decision = state?.decision?.event;
  const inForce = state?.plan?.event;
  const command = state?.commands[effect.step];
  if (state === null || decision === undefined || inForce === undefined || hasEnded(state) || state.frozenAt !== null)
    return;
  if (state.plan?.hash !== effect.plan || command?.attempt !== effect.attempt || command.state === 'stopped') return;
  if (frozen()) return void (await machine.apply(root, { kind: 'frozen', at: Date.now() }));
  await orders.add({
    v: 1,
    type: 'plan',
    root,
    room: state.room,
    at: state.at,
    lang: state.lang,
    decision,
    ...(inForce === decision ? {} : { patched: inForce }),
    step: effect.step,
    attempt: effect.attempt,
    ...(state.retry === null ? {} : { retry: state.retry }),
    ...(state.revision === undefined ? {} : { revision: state.revision.event }),
  });
}
