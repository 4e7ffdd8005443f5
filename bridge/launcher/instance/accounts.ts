import { machineEnvironment } from '../../config/environment.ts';
import { askProgram, programFailure } from '../../processes/child.ts';
import type { Owner } from './files.ts';

/** The table of accounts may be locked, or lie on another machine. */
const WITHIN_MS = 60_000;
/** getent(1) */
const NO_SUCH_KEY = 2;

export const PARTS = ['synapse', 'redis', 'swarm', 'executor'] as const;
export type Part = (typeof PARTS)[number];
export type Accounts = Readonly<Record<Part, Owner>>;

export const accountName = (part: Part): string => `chavion-${part}`;

/** One system account for each part; only root can make or use them. */
export async function ensureAccounts(): Promise<Accounts> {
  const made = async (part: Part) => (await find(part)) ?? (await create(part));
  // One after another: useradd locks the table of accounts.
  return {
    synapse: await made('synapse'),
    redis: await made('redis'),
    swarm: await made('swarm'),
    executor: await made('executor'),
  };
}

export async function find(part: Part): Promise<Owner | undefined> {
  const found = await askProgram('getent', ['passwd', accountName(part)], {
    env: machineEnvironment(),
    timeout: WITHIN_MS,
  });
  if (found.exitCode === NO_SUCH_KEY) return undefined;
  if (found.failed) throw programFailure('getent', found);
  const [, , uid, gid] = found.stdout.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

async function create(part: Part): Promise<Owner> {
  const wanted = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    accountName(part),
  ];
  const added = await askProgram('useradd', wanted, { env: machineEnvironment(), timeout: WITHIN_MS });
  // Where it failed, another instance that starts now may have been first (9: name in use).
  const made = await find(part);
  if (made !== undefined) return made;
  throw added.failed
    ? programFailure('useradd', added)
    : new Error(`the account ${accountName(part)} was made and is not there`);
}
