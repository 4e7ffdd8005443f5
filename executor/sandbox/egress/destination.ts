import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isAllowed, type Destination } from './allow-list.ts';
import { isPublicAddress } from './public-address.ts';

export type Resolve = (host: string) => Promise<readonly string[]>;

/** What decides beside the list of a job; tests put a name service and a network of their own here. */
export interface Internet {
  readonly resolve: Resolve;
  readonly isPublic: (address: string) => boolean;
  /** Where what was judged really is, in a network of a test's own: nothing listens there at a public address. */
  readonly standIn?: (address: string, port: number) => { readonly host: string; readonly port: number };
}

export const INTERNET: Internet = {
  resolve: async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
  // This machine's own public address leads to its own services, past whatever keeps strangers from them.
  isPublic: (address) => isPublicAddress(address) && !ownAddresses().has(address),
};

/** Where a job may go: what is on its list, or the whole of the web by its usual ports, since links lead anywhere. */
export type Reach = readonly Destination[] | 'web';

const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);

const isWithin = (asked: Destination, reach: Reach): boolean =>
  reach === 'web' ? WEB_PORTS.has(asked.port) : isAllowed(asked, reach);

export type EgressReason = 'not-asked' | 'no-address' | 'not-public' | 'no-connection' | 'bad';
export type DestinationVerdict =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly status: 403 | 502; readonly why: string; readonly reason: EgressReason };

/**
 * The one address to connect to. A name is resolved once, here, and what was checked is what is connected to: a name
 * service that answers otherwise the second time is not asked twice. One inner address among several refuses all.
 */
export async function judge(
  asked: Destination | undefined,
  allowed: Reach,
  internet: Internet,
): Promise<DestinationVerdict> {
  if (asked === undefined || asked.host === '')
    return { ok: false, status: 403, why: 'not a host and port', reason: 'bad' };
  const name = `${asked.host}:${asked.port}`;
  if (!isWithin(asked, allowed))
    return { ok: false, status: 403, why: `${name} was not asked for`, reason: 'not-asked' };
  let addresses: readonly string[];
  try {
    addresses = isIP(asked.host) === 0 ? await internet.resolve(asked.host) : [asked.host];
  } catch {
    return { ok: false, status: 502, why: `${asked.host} has no address`, reason: 'no-address' };
  }
  const [address] = addresses;
  if (address === undefined)
    return { ok: false, status: 502, why: `${asked.host} has no address`, reason: 'no-address' };
  if (!addresses.every((each) => internet.isPublic(each)))
    return { ok: false, status: 403, why: `${name} is not on the internet`, reason: 'not-public' };
  return { ok: true, address };
}

const ownAddresses = () =>
  new Set(Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address)));
