import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Terminal } from '../../bridge/launcher/instance/terminal.ts';
import { parseToolOrder } from '../../bridge/launcher/verbs/tool-order.ts';
import { tools } from '../../bridge/launcher/verbs/tools.ts';
import { type ToolCheck, type ToolCheckEnd, ToolServers } from '../../bridge/protocol/tools/tool-servers.ts';
import { HOSTILE } from '../house/tools/notes-tools.ts';

describe('what the owner types behind `tools`', () => {
  it.each([
    [[], { kind: 'list' }],
    [['remove', 'notes'], { kind: 'remove', name: 'notes' }],
    [['accept', 'notes'], { kind: 'accept', name: 'notes' }],
    [
      ['add', 'notes', 'https://mcp.example.org/mcp', '--trust-reading', '--header', 'Authorization: Bearer x'],
      {
        kind: 'add',
        wish: {
          connection: { kind: 'http', url: 'https://mcp.example.org/mcp', header: 'Authorization', inner: [] },
          trustReading: true,
          secret: 'Bearer x',
        },
      },
    ],
    [['add', 'notes', 'http://192.168.0.9:8123/mcp', '--header', 'X-Key'], { wish: { secret: undefined } }],
    [
      ['add', 'files', '--host', 'API.example.org:443', '--folder', 'site:rw', '--', 'npx', '-y', 'x', '--host', 'b'],
      {
        wish: {
          connection: {
            kind: 'stdio',
            argv: ['npx', '-y', 'x', '--host', 'b'],
            hosts: ['api.example.org:443'],
            lent: [{ name: 'site', access: 'rw' }],
          },
          trustReading: false,
        },
      },
    ],
    [
      ['add', 'files', 'node', '--trust-reading'],
      { wish: { connection: { argv: ['node', '--trust-reading'] }, trustReading: false } },
    ],
    [['add', 'files', '--pick', 'a,b', 'node', 'x'], { wish: { only: ['a', 'b'] } }],
  ] as const)('%j', (args, order) => {
    expect(parseToolOrder(args)).toMatchObject(order);
  });

  it.each([
    [['add']],
    [['add', 'notes']],
    [['add', 'No Tes', 'https://a.example']],
    [['add', 'notes', 'https://user:pass@a.example/mcp']],
    [['add', 'notes', 'ftp://a.example']],
    [['add', 'notes', '--host', 'a.example', 'node']],
    [['add', 'notes', '--host', 'a.example:443', 'https://a.example']],
    [['add', 'notes', '--header', 'A: b', 'node']],
    [['add', 'notes', '--what', 'node']],
    [['remove', 'notes', 'too']],
    [['drop', 'notes']],
  ] as const)('%j is no order', (args) => {
    expect(parseToolOrder(args).kind).toBe('bad');
  });
});

describe('`npm start -- tools`', () => {
  let data: string;
  let checks: ToolCheck[];
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'chavion-tools-'));
    writeFileSync(
      join(data, 'instance.json'),
      JSON.stringify({ id: 'aaaaaaaaaaaa', serverName: 'chavion.local', separated: false }),
    );
    checks = [];
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  const read = {
    name: 'read',
    description: 'Reads.',
    inputSchema: { type: 'object' },
    annotations: { readOnlyHint: true },
  };
  const write = { name: 'write', description: HOSTILE, inputSchema: { type: 'object' } };
  const listed = (...all: readonly object[]): ToolCheckEnd => ({ kind: 'listed', tools: [...all], inner: [] });

  async function run(args: readonly string[], end: ToolCheckEnd, hidden = ''): Promise<{ code: number; said: string }> {
    const out = new PassThrough();
    const said = text(out);
    const code = await tools(
      {
        project: data,
        environment: { CHAVION_DATA_DIR: data },
        args,
        terminal: new Terminal('en', out as unknown as NodeJS.WriteStream),
        input: () => ({ ask: async () => hidden, [Symbol.dispose]: () => undefined }),
        check: async (check) => {
          checks.push(check);
          return end;
        },
      },
      new AbortController().signal,
    );
    out.end();
    return { code, said: await said };
  }
  const stored = () => ToolServers.parse(JSON.parse(readFileSync(join(data, 'rules', 'tools.json'), 'utf8'))).servers;
  const secretFile = () => join(data, 'rules', 'tool-secrets.json');

  it('adds what a server has, shows it behind a bar, and keeps its key apart and closed', async () => {
    const { code, said } = await run(
      ['add', 'notes', 'https://mcp.example.org/mcp', '--header', 'Authorization', '--trust-reading'],
      listed(read, write),
      'Bearer secret-4711',
    );
    expect(code).toBe(0);
    expect(said).toContain('read: runs without asking');
    expect(said).toContain('write: asks each time');
    // Every line that the server wrote stands behind the bar.
    for (const line of HOSTILE.split('\n').filter(Boolean))
      expect(said.split('\n').filter((one) => one.includes(line))).toEqual([`      │ ${line}`]);
    expect(said).not.toContain('4711');
    expect(readFileSync(join(data, 'rules', 'tools.json'), 'utf8')).not.toContain('4711');
    expect(readFileSync(secretFile(), 'utf8')).toContain('4711');
    expect(statSync(secretFile()).mode & 0o777).toBe(0o600);
    expect(checks).toMatchObject([{ secret: 'Bearer secret-4711', server: { name: 'notes' } }]);
    await run(['remove', 'notes'], listed());
    expect(stored()).toEqual([]);
    expect(readFileSync(secretFile(), 'utf8')).not.toContain('4711');
  });

  it('stores nothing of one that does not answer, or has nothing of use', async () => {
    expect((await run(['add', 'a', 'node', 'x'], { kind: 'failed', why: 'no \u001B[31msuch' })).said).not.toContain(
      '\u001B',
    );
    expect((await run(['add', 'a', 'node', 'x'], listed({ name: 'bad name', inputSchema: {} }))).code).toBe(1);
    expect((await run([], listed())).said).toContain('No tools were added');
    await expect(run(['add', 'a', '--pick', 'other', 'node'], listed(read))).rejects.toThrow(/other/);
  });

  it('shows what changed, and takes it only then', async () => {
    await run(['add', 'notes', 'node', 'x'], listed(read, write));
    const before = stored();
    expect((await run(['accept', 'notes'], listed(read, write))).said).toContain('as they were');
    const changed = { ...read, description: 'Reads everything.' };
    const { said } = await run(['accept', 'notes'], listed(changed, { ...write, name: 'erase' }));
    for (const line of ['Changed: read', '│ Reads.', '│ Reads everything.', 'Gone: write', 'New: erase'])
      expect(said).toContain(line);
    expect(stored()).not.toEqual(before);
    expect(stored()[0]?.tools.map(({ name }) => name)).toEqual(['read', 'erase']);
  });
});
