import { setTimeout as sleep } from 'node:timers/promises';
import { keepCoordinator, keepExecutor } from '../../../synapse/own-accounts.ts';
import type { Rooms } from '../../../synapse/masters.ts';

/** Between two looks; what somebody does to the house's own accounts is put right within it. */
const LOOK_MS = 15_000;

export interface KeepDeps {
  readonly house: () => Rooms;
  /** Undefined where whoever looks does not know it. */
  readonly executorPassword: string | undefined;
  /** The admin's token, looked at and made anew where it no longer does what it is for. */
  readonly signIn: () => Promise<void>;
  readonly onKept: (what: 'executor' | 'coordinator') => void;
  readonly onError: (error: unknown) => void;
}

/** Looks after the house's own accounts, whose passwords and standing are nobody's but the house's, until aborted. */
export async function keep(deps: KeepDeps, signal: AbortSignal): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    try {
      await look(deps);
      failing = false;
    } catch (error) {
      // Once for each time that it begins: a homeserver that is away is nobody's news here.
      if (!failing && !signal.aborted) deps.onError(error);
      failing = true;
    }
    await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function look({ house, executorPassword, signIn, onKept }: KeepDeps): Promise<void> {
  await signIn();
  const { client, token, who } = house();
  if (executorPassword !== undefined && (await keepExecutor(client, token, { userId: who.executor, password: executorPassword }))) onKept('executor');
  if (await keepCoordinator(client, token, who.coordinator)) onKept('coordinator');
}
