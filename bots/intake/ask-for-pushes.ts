import type { Account } from '../../bridge/matrix/account.ts';

/** Synapse waits up to eight minutes before it tries a sleeping appservice again; a ping makes it try now. */
export async function askForPushes(coordinator: Pick<Account, 'call'>): Promise<void> {
  await coordinator
    .call('POST', '/_matrix/client/v1/appservice/chavion/ping', { body: {}, tries: 3 })
    .catch(() => undefined);
}
