import { mkdtempSync, rmSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isIP } from 'node:net';
import { dropPrivileges } from '../bridge/config/drop-privileges.ts';
import { toolCheckEnvironment } from '../bridge/config/tool-check.ts';
import type { HostPort } from '../bridge/protocol/command-fields.ts';
import { hostsOfConnection, type ToolCheckEnd, type ToolServer } from '../bridge/protocol/tools/tool-servers.ts';
import { Bubblewrap } from './sandbox/bubblewrap.ts';
import { destinationOf } from './sandbox/command-job.ts';
import { INTERNET } from './sandbox/egress/destination.ts';
import { DEFAULT_LIMITS } from './sandbox/sandbox.ts';
import { runErrand } from './work/tool-errand.ts';

/** `npm start -- tools add`: connects once to a server that the owner named, as calls will, and tells what it has. */
const { folder, check, timeZone, dropTo } = toolCheckEnvironment();
dropPrivileges(dropTo);

/** For a program that is fetched before it can begin. */
const TIMEOUT_MS = 120_000;

async function found(): Promise<ToolCheckEnd> {
  const runFolder = mkdtempSync(join(tmpdir(), 'chavion-tool-'));
  try {
    using sandbox = new Bubblewrap({ runFolder, cgroups: null, timeZone });
    const inner = await innerHosts(check.server.connection);
    const server: Pick<ToolServer, 'name' | 'connection'> = {
      ...check.server,
      connection: { ...check.server.connection, inner: [...inner] },
    };
    const end = await runErrand(
      { server, secret: check.secret, timeoutMs: TIMEOUT_MS, id: 'check' },
      {
        sandbox,
        workspaces: join(folder, 'workspaces'),
        runFolder,
        lent: check.lent,
        limits: DEFAULT_LIMITS,
        onEgress: () => undefined,
      },
      new AbortController().signal,
    );
    if (end.kind === 'silent') return { kind: 'failed', why: JSON.stringify(end.result) };
    if (end.answer.kind === 'listed') return { kind: 'listed', tools: end.answer.tools, inner: [...inner] };
    return { kind: 'failed', why: end.answer.kind === 'failed' ? end.answer.why : end.answer.kind };
  } finally {
    rmSync(runFolder, { recursive: true, force: true });
  }
}

/** A host of the owner's own network is one at this moment, when he names it: it does not become one later. */
async function innerHosts(connection: ToolServer['connection']): Promise<readonly HostPort[]> {
  const inner: HostPort[] = [];
  for (const each of hostsOfConnection(connection)) {
    const { host } = destinationOf(each);
    const addresses = isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host }];
    if (addresses.some(({ address }) => !INTERNET.isPublic(address))) inner.push(each);
  }
  return inner;
}

const end = await found().catch((error: unknown): ToolCheckEnd => ({
  kind: 'failed',
  why: error instanceof Error ? error.message : String(error),
}));
process.stdout.write(`${JSON.stringify(end)}\n`, () => process.exit(0));
