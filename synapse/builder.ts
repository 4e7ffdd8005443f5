import type { HomeserverClient } from './client.ts';
import type { OwnAccounts } from './residents.ts';

/** The admin at the homeserver, and whom the rooms are for. */
export interface Builder {
  readonly client: HomeserverClient;
  readonly token: string;
  readonly serverName: string;
  readonly who: OwnAccounts;
}
