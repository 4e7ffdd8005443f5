import { ServerName } from '../../bridge/protocol/outside-commands.ts';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LentName } from '../../bridge/protocol/command-fields.ts';
import { readTools, ToolConnection, type ServerTool } from '../../bridge/protocol/tools/tool-servers.ts';
import { BOX_PATHS, DEFAULT_LIMITS, type SandboxJob } from '../../executor/sandbox/sandbox.ts';
import { runErrand, type ToolErrand, type ToolErrandEnd } from '../../executor/work/tool-errand.ts';
import { httpToolServer } from '../house/tools/http-server.ts';
import type { Manner } from '../house/tools/notes-tools.ts';
import { MODES, SandboxHouse } from './house.ts';

/** MCP servers in the real box: one started in it, one reached through the proxy. */

const NAME = ServerName.parse('notes');
const KEY = 'Bearer key-of-the-owner-4711';

describe(`servers of tools in the box, ${MODES[0]}`, () => {
  let house: SandboxHouse;
  let served: string;
  let effects: string;
  const jobs: SandboxJob[] = [];

  beforeAll(async () => {
    house = await SandboxHouse.open(MODES[0]);
    served = join(house.folder, 'served');
    mkdirSync(served, { mode: 0o755 });
    effects = join(house.folder, 'effects');
    const bundle = await rolldown({
      input: new URL('../house/tools/stdio-server.ts', import.meta.url).pathname,
      platform: 'node',
    });
    await bundle.write({ file: join(served, 'server.mjs'), format: 'esm' });
    chmodSync(join(served, 'server.mjs'), 0o644);
  }, 60_000);
  afterAll(() => house?.[Symbol.asyncDispose]());
  beforeEach(() => {
    jobs.length = 0;
    writeFileSync(effects, '');
  });

  const owned = statOfRun();
  function statOfRun() {
    return () => statSync(join(house.folder, 'run'));
  }

  const errand = (of: Omit<ToolErrand, 'timeoutMs' | 'id' | 'secret'> & { secret?: string }): Promise<ToolErrandEnd> =>
    runErrand(
      { timeoutMs: 20_000, id: `${jobs.length}`, secret: undefined, ...of },
      {
        sandbox: {
          run: (job, observer, signal) => {
            jobs.push(job);
            // This process is root, the executor is not.
            const { uid, gid } = owned();
            for (const path of [job.workspace.path, ...(job.egress === null ? [] : [job.egress.socketPath])])
              chownSync(path, uid, gid);
            return house.sandbox.run(job, observer, signal);
          },
        },
        workspaces: join(house.folder, 'scenes'),
        runFolder: join(house.folder, 'run'),
        lent: [{ name: LentName.parse('served'), path: served, mode: 'ro' }],
        limits: DEFAULT_LIMITS,
        onEgress: () => undefined,
      },
      new AbortController().signal,
    );

  const stdio = (manner: Manner) => ({
    name: NAME,
    connection: ToolConnection.parse({
      kind: 'stdio',
      argv: ['node', '/lent/served/server.mjs', manner, `${BOX_PATHS.workspace}/effects`],
      hosts: [],
      lent: [{ name: 'served', access: 'ro' }],
    }),
  });

  async function tools(server: ToolErrand['server'], secret?: string): Promise<readonly ServerTool[]> {
    const end = await errand({ server, ...(secret === undefined ? {} : { secret }) });
    if (end.kind !== 'answered' || end.answer.kind !== 'listed') throw new Error(JSON.stringify(end));
    return readTools(end.answer.tools).tools;
  }
  const tool = (all: readonly ServerTool[], name: string): ServerTool => {
    const found = all.find((one) => one.name === name);
    if (found === undefined) throw new Error(name);
    return found;
  };

  it('starts one that keeps its things in a workspace of its own, and sees nothing else', async () => {
    const all = await tools(stdio('good'));
    const end = await errand({
      server: stdio('good'),
      call: { tool: tool(all, 'write_note'), arguments: { name: 'a', text: 'b' } },
    });
    expect(end).toMatchObject({ answer: { kind: 'called', text: 'ok' } });
    expect(readFileSync(join(house.folder, 'scenes', 'tool-notes', 'effects'), 'utf8')).toBe('write a 1\n');
    expect(jobs.every(({ egress, lent }) => egress === null && lent.length === 1)).toBe(true);
  });

  it('refuses a tool that was changed, and ends with what dies or says no end', async () => {
    const all = await tools(stdio('good'));
    const read = { tool: tool(all, 'read_note'), arguments: { name: 'a' } };
    expect(await errand({ server: stdio('renamed'), call: read })).toMatchObject({ answer: { kind: 'changed' } });
    expect(await errand({ server: stdio('dies'), call: read })).toMatchObject({ answer: { kind: 'failed' } });
    expect(await errand({ server: stdio('endless'), call: read })).toMatchObject({ answer: { kind: 'failed' } });
  });

  it('reaches one over HTTP with a key that is nowhere in the box, and no other place', async () => {
    await using server = await httpToolServer(effects, KEY);
    const { host } = new URL(server.url);
    const to = (inner: readonly string[]) => ({
      name: NAME,
      connection: ToolConnection.parse({ kind: 'http', url: server.url, header: 'Authorization', inner }),
    });
    const all = await tools(to([host]), KEY);
    const call = { tool: tool(all, 'write_note'), arguments: { name: 'a', text: 'b' } };
    expect(await errand({ server: to([host]), secret: KEY, call })).toMatchObject({ answer: { text: 'ok' } });
    expect(readFileSync(effects, 'utf8')).toBe('write a 1\n');
    expect(server.headers.every(({ authorization }) => authorization === KEY)).toBe(true);
    expect(jobs.some((job) => JSON.stringify({ ...job, stdin: String(job.stdin) }).includes('4711'))).toBe(false);
    // One that the owner did not name as his own network is not reached there, whatever its name leads to.
    expect(await errand({ server: to([]), secret: KEY, call })).toMatchObject({ answer: { kind: 'failed' } });
    expect(await errand({ server: to([host]), secret: 'Bearer wrong', call })).toMatchObject({
      answer: { kind: 'failed' },
    });
  });
});
