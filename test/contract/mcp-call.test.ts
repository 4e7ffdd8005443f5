import { ServerName } from '../../bridge/protocol/outside-commands.ts';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { toolChanges } from '../../bridge/digest/tool-pin.ts';
import { readTools, type ServerTool } from '../../bridge/protocol/tools/tool-servers.ts';
import { McpAnswer, type McpErrand } from '../../executor/programs/mcp-wire.ts';
import { httpToolServer } from '../house/tools/http-server.ts';
import type { Manner } from '../house/tools/notes-tools.ts';

/** The program that speaks to MCP servers inside the box, against servers written with the protocol's own SDK. */

const folder = mkdtempSync(join(tmpdir(), 'chavion-mcp-'));
const file = join(folder, 'effects');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => writeFileSync(file, ''));
const effects = () => readFileSync(file, 'utf8').split('\n').filter(Boolean);

const PROGRAM = new URL('../../executor/programs/mcp-call.ts', import.meta.url).pathname;
const SERVER = new URL('../house/tools/stdio-server.ts', import.meta.url).pathname;
const stdio = (manner: Manner): McpErrand['connection'] => ({
  kind: 'stdio',
  argv: [process.execPath, SERVER, manner, file],
  environment: { PATH: process.env['PATH'] ?? '' },
});

async function ask(errand: Omit<McpErrand, 'timeoutMs'>, timeoutMs = 20_000): Promise<McpAnswer> {
  const input = join(folder, 'errand');
  writeFileSync(input, JSON.stringify({ ...errand, timeoutMs }));
  const { stdout } = await execa(process.execPath, [PROGRAM], {
    // As in the box: a file, opened.
    stdin: openSync(input, 'r') as 3,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '', SECRET_OF_OURS: 'x' },
  });
  return McpAnswer.parse(JSON.parse(stdout));
}

async function tools(connection: McpErrand['connection']): Promise<readonly ServerTool[]> {
  const answer = await ask({ connection });
  if (answer.kind !== 'listed') throw new Error(JSON.stringify(answer));
  return readTools(answer.tools).tools;
}

const named = (all: readonly ServerTool[], name: string): ServerTool => {
  const found = all.find((tool) => tool.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

describe('a server over its input and output', () => {
  it('lists its tools as they are, and calls one that is still what it was', async () => {
    const all = await tools(stdio('good'));
    expect(all.map(({ name }) => name)).toEqual(['read_note', 'write_note', 'picture', 'count']);
    expect(all[0]).toMatchObject({ description: 'Reads a note.', annotations: { readOnlyHint: true } });
    const call = { tool: named(all, 'read_note'), arguments: { name: '장보기' } };
    expect(await ask({ connection: stdio('good'), call })).toMatchObject({
      kind: 'called',
      failed: false,
      text: '장보기: 우유, 빵',
    });
    expect(effects()).toEqual(['read 장보기']);
  });

  it('names what is no text, and gives what is structured as JSON', async () => {
    const all = await tools(stdio('good'));
    const of = (tool: string) => ask({ connection: stdio('good'), call: { tool: named(all, tool), arguments: {} } });
    expect(await of('picture')).toMatchObject({
      text: '[image: image/png, 3 bytes]\n[file: a.pdf https://example.org/a.pdf]',
    });
    expect(await of('count')).toMatchObject({ text: '{"notes":3}' });
  });

  it('does not call a tool whose description was changed after the owner saw it', async () => {
    const all = await tools(stdio('good'));
    const call = { tool: named(all, 'read_note'), arguments: { name: 'a' } };
    const answer = await ask({ connection: stdio('renamed'), call });
    expect(answer.kind).toBe('changed');
    expect(effects()).toEqual([]);
    const server = {
      name: ServerName.parse('notes'),
      connection: { kind: 'http' as const, url: 'https://example.org', inner: [] },
      trustReading: true,
      tools: [...all],
    };
    expect(toolChanges(server, answer.kind === 'changed' ? answer.tools : [])).toEqual({
      changed: ['read_note'],
      gone: [],
      added: [],
    });
  });

  it('takes an argument of one megabyte, and refuses one that the schema does not have', async () => {
    const all = await tools(stdio('good'));
    const call = { tool: named(all, 'write_note'), arguments: { name: 'a', text: 'x'.repeat(1_000_000) } };
    expect(await ask({ connection: stdio('good'), call })).toMatchObject({ kind: 'called', failed: false });
    expect(effects()).toEqual(['write a 1000000']);
    expect(await ask({ connection: stdio('good'), call: { ...call, arguments: { name: 3 } } })).toMatchObject({
      failed: true,
    });
  });

  it.each([
    ['dies', /closed/i],
    ['silent', /timed out/i],
    ['endless', /./],
  ] as const)('ends with a reason when the server %s', async (manner, why) => {
    const all = await tools(stdio(manner));
    const call = { tool: named(all, 'read_note'), arguments: { name: 'a' } };
    const answer = await ask({ connection: stdio(manner), call }, 4_000);
    expect(answer).toMatchObject({ kind: 'failed' });
    expect(answer.kind === 'failed' ? answer.why : '').toMatch(why);
  });

  it('cuts what no model can read', async () => {
    const all = await tools(stdio('huge'));
    const call = { tool: named(all, 'read_note'), arguments: { name: 'a' } };
    const answer = await ask({ connection: stdio('huge'), call });
    expect(answer.kind === 'called' ? answer.text.length : 0).toBeLessThan(12_100);
  });

  it('says why a command is no server', async () => {
    const none = { kind: 'stdio' as const, environment: {} };
    expect(await ask({ connection: { ...none, argv: ['/nowhere/at-all'] } })).toMatchObject({ kind: 'failed' });
    expect(await ask({ connection: { ...none, argv: ['/bin/true'] } })).toMatchObject({ kind: 'failed' });
  });
});

describe('a server over HTTP', () => {
  it('is listed and called', async () => {
    await using server = await httpToolServer(file);
    const connection = { kind: 'http' as const, url: server.url };
    const all = await tools(connection);
    const call = { tool: named(all, 'write_note'), arguments: { name: 'a', text: 'b' } };
    expect(await ask({ connection, call })).toMatchObject({ kind: 'called', text: 'ok' });
    expect(effects()).toEqual(['write a 1']);
    server.manner = 'renamed';
    const read = { tool: named(all, 'read_note'), arguments: { name: 'a' } };
    expect(await ask({ connection, call: read })).toMatchObject({ kind: 'changed' });
  });

  it('that wants a key is told of as such', async () => {
    await using server = await httpToolServer(file, 'Bearer right');
    expect(await ask({ connection: { kind: 'http', url: server.url } })).toMatchObject({ kind: 'failed' });
  });
});
