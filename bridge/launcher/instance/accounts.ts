import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Owner } from './files.ts';

const run = promisify(execFile);

/** The table of accounts may be locked, or lie on another machine. */
const WITHIN_MS = 60_000;

export const PARTS = ['synapse', 'redis', 'swarm', 'executor'] as const;
export type Part = (typeof PARTS)[number];
export type Accounts = Readonly<Record<Part, Owner>>;

export const accountName = (part: Part): string => `chavion-${part}`;

/** One system account for each part; only root can make or use them. */
export async function ensureAccounts(): Promise<Accounts> {
  const made = async (part: Part) => (await find(part)) ?? (await create(part));
  // One after another: useradd locks the table of accounts.
  return { synapse: await made('synapse'), redis: await made('redis'), swarm: await made('swarm'), executor: await made('executor') };
}

export async function find(part: Part): Promise<Owner | undefined> {
  try {
    const { stdout } = await run('getent', ['passwd', accountName(part)], { timeout: WITHIN_MS });
    const [, , uid, gid] = stdout.trim().split(':');
    return { uid: Number(uid), gid: Number(gid) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 2) return undefined;
    throw error;
  }
}

async function create(part: Part): Promise<Owner> {
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin', accountName(part)], { timeout: WITHIN_MS });
  } catch (error) {
    // Another instance that starts now may have been first (9: name in use).
    const made = await find(part);
    if (made === undefined) throw error;
    return made;
  }
  const made = await find(part);
  if (made === undefined) throw new Error(`the account ${accountName(part)} was made and is not there`);
  return made;
}
