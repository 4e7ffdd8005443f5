import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommand } from '../../bridge/protocol/command.ts';
import { jobFor } from '../../executor/sandbox/command-job.ts';
import { startEgress } from '../../executor/sandbox/egress/egress-proxy.ts';
import { isPublicAddress } from '../../executor/sandbox/egress/public-address.ts';
import { programCommand } from '../../executor/sandbox/program-command.ts';
import { ReadDocumentCommand } from '../../bridge/protocol/outside-commands.ts';
import { BOX_PATHS, DEFAULT_LIMITS, type SandboxJob, type SandboxResult } from '../../executor/sandbox/sandbox.ts';
import type { HostServices, Scene } from './case.ts';
import { docx, hwp, hwpx, pdf } from '../house/documents.ts';
import { MODES, openHostServices, SandboxHouse } from './house.ts';

const outside = mkdtempSync('/var/tmp/chavion-data-');
afterAll(() => rmSync(outside, { recursive: true, force: true }));

describe.each(MODES)('the programs of the house in the box, %s', (mode) => {
  let house: SandboxHouse;
  let host: HostServices & AsyncDisposable;
  let scene: Scene;
  beforeAll(async () => {
    host = await openHostServices();
    house = await SandboxHouse.open(mode, { canaries: true });
    scene = house.scene(host);
  }, 60_000);
  afterAll(async () => {
    await house?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });

  async function run(
    command: SandboxJob['command'],
    more: Partial<SandboxJob> = {},
  ): Promise<{ result: SandboxResult; said: string }> {
    const job: SandboxJob = {
      command,
      cwd: '.',
      timeoutMs: 20_000,
      workspace: { path: scene.workspace, writable: true },
      lent: [],
      egress: null,
      programs: true,
      limits: DEFAULT_LIMITS,
      ...more,
    };
    let said = '';
    const hear = (chunk: Uint8Array) => void (said += Buffer.from(chunk).toString());
    const result = await house.sandbox.run(job, { stdout: hear, stderr: hear }, new AbortController().signal);
    return { result, said };
  }
  const node = (script: string, more?: Partial<SandboxJob>) =>
    run({ argv: [BOX_PATHS.node, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script] }, more);

  it('runs their TypeScript, with the packages', async () => {
    const { said, result } = await node(`
      const { ProgramFault } = await import('${BOX_PATHS.programs}/program.ts');
      const { createRequire } = await import('node:module');
      const { marked } = await import(createRequire('${BOX_PATHS.programs}/').resolve('marked'));
      console.log(new ProgramFault('word', marked.parseInline('*한글*')).message, process.version);`);
    expect({ said, kind: result.kind }).toEqual({ said: `<em>한글</em> ${process.version}\n`, kind: 'exited' });
  });

  it('shows them nothing of the machine, the data and whoever runs them', async () => {
    writeFileSync(join(outside, 'secret'), 'outside-secret', { mode: 0o644 });
    const passwd =
      readFileSync('/etc/passwd', 'utf8')
        .split('\n')
        .find((line) => line.startsWith('root:')) ?? 'root:';
    const places = [join(outside, 'secret'), scene.secret.path, '/etc/passwd', '/proc/1/environ', '/proc/self/environ'];
    const { said } = await node(`
      const { readFileSync, readdirSync } = await import('node:fs');
      for (const path of ${JSON.stringify(places)})
        for (const way of ['', '/proc/self/root', '/proc/1/root'])
          try { console.log(readFileSync(way + path, 'utf8')) } catch {}
      console.log(readdirSync('${BOX_PATHS.house}').join(), readdirSync('${BOX_PATHS.house}/executor').join(), JSON.stringify(process.env));
      const { createConnection } = await import('node:net');
      createConnection(${host.tcp4}, '127.0.0.1').on('error', () => console.log('no way'));`);
    expect(said).not.toContain('outside-secret');
    expect(said).not.toContain(scene.secret.token);
    expect(said).not.toContain(passwd);
    expect(said).not.toContain('environment-secret-4711');
    expect(said).toContain('bridge,executor,node,node_modules,package.json programs {');
    expect(said).toContain('no way');
  });

  it('lets nothing in it be written, and shows other jobs none of it', async () => {
    const places = ['', '/executor', '/executor/programs', '/node_modules', '/node_modules/zod'];
    const { said } = await node(`
      const { writeFileSync, rmSync, appendFileSync, chmodSync } = await import('node:fs');
      const tries = ${JSON.stringify(places)}.map((place) => () => writeFileSync('${BOX_PATHS.house}' + place + '/new', 'x'));
      tries.push(() => appendFileSync('${BOX_PATHS.programs}/program.ts', 'x'), () => rmSync('${BOX_PATHS.programs}/program.ts'));
      tries.push(() => appendFileSync('${BOX_PATHS.node}', 'x'), () => chmodSync('${BOX_PATHS.house}/package.json', 0o777));
      for (const one of tries) try { one(); console.log('wrote') } catch { console.log('refused') }`);
    expect(said.split('\n').filter((line) => line.startsWith('refused'))).toHaveLength(places.length + 4);
    expect(said).not.toContain('wrote');
    const other = await run({ script: 'ls -A /run/chavion; echo tried' }, { programs: false });
    expect(other.said).not.toContain('house');
    expect(other.said).toContain('tried');
  });

  it('reads a page by the egress alone, and sees nothing but the page', async () => {
    const site = createServer((incoming, outgoing) => {
      if (incoming.url === '/old') return void outgoing.writeHead(301, { location: '/new' }).end();
      outgoing.writeHead(200, { 'content-type': 'text/html; charset=euc-kr', 'content-encoding': 'gzip' });
      outgoing.end(gzipSync(iconv.encode('<title>제목</title><script>x()</script><p>똠방각하</p>', 'cp949')));
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const address = site.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const socketPath = join(outside, 'page.sock');
    chmodSync(outside, 0o755);
    await using _egress = await startEgress({
      socketPath,
      allowed: 'web',
      pageOnly: true,
      internet: {
        resolve: () => Promise.resolve(['93.184.215.14']),
        isPublic: isPublicAddress,
        standIn: () => ({ host: '127.0.0.1', port }),
      },
    });
    chmodSync(socketPath, 0o666);
    const command = parseCommand({ type: 'read_page', id: 'p', reason: 'r', url: 'http://news.example.com/old' });
    const job = command.ok
      ? jobFor(command.command, {
          workspacePath: scene.workspace,
          lentPaths: new Map(),
          egress: { socketPath },
          limits: DEFAULT_LIMITS,
        })
      : null;
    const read = await run({ script: '' }, job ?? {});
    expect(read.said).toBe('# 제목\nhttp://news.example.com/new (4 characters)\n\n똠방각하\n');
    expect(job?.workspace.writable).toBe(false);
    const inner = await run(
      { script: '' },
      { ...job, ...programCommand('read-page', [BOX_PATHS.egressSocket, 'http://127.1/', '0'], DEFAULT_LIMITS) },
    );
    expect([inner.said, inner.result]).toEqual(['not-public: 127.0.0.1\n', expect.objectContaining({ code: 69 })]);
    site.close();
  });

  it('reads a document of the workspace, whatever it holds, and says in one line why not', async () => {
    writeFileSync(join(scene.workspace, 'a.docx'), docx(['배송 보고서', '부산항']), { mode: 0o644 });
    writeFileSync(join(scene.workspace, 'b.pdf'), pdf('화물차 운행 일지'), { mode: 0o644 });
    writeFileSync(join(scene.workspace, 'c.hwpx'), await hwpx(`# 길다\n\n${'가나다라 '.repeat(6_000)}`), {
      mode: 0o644,
    });
    writeFileSync(join(scene.workspace, 'd.hwp'), hwp('글', 2), { mode: 0o644 });
    const reads = async (path: string, from = 0) => {
      const command = ReadDocumentCommand.parse({ type: 'read_document', id: 'a', reason: 'r', path, from });
      const job = jobFor(command, {
        workspacePath: scene.workspace,
        lentPaths: new Map(),
        egress: null,
        limits: DEFAULT_LIMITS,
      });
      const { result, said } = await run(job.command, job);
      return { code: result.kind === 'exited' ? result.code : result, said };
    };
    expect(await reads('a.docx')).toEqual({ code: 0, said: '배송 보고서\n\n부산항' });
    expect(await reads('b.pdf')).toEqual({ code: 0, said: '화물차 운행 일지' });
    const { said } = await reads('c.hwpx');
    const next = Number(/; the next part: from=(\d+)\]/.exec(said)?.[1]);
    expect(Buffer.byteLength(JSON.stringify(said))).toBeLessThan(12_000);
    expect((await reads('c.hwpx', next)).said.startsWith(said.startsWith('# 길다') ? '' : 'never')).toBe(true);
    expect(await reads('d.hwp')).toEqual({ code: 65, said: 'encrypted: The file is protected by a password.\n' });
    expect(await reads('none.pdf')).toEqual({ code: 66, said: 'no-file: There is no such file in the workspace.\n' });
  });

  it('makes a chart, and files of every kind with it, in the workspace', async () => {
    const make = async (path: string, content: string): Promise<string> => {
      const { said, result } = await run(programCommand('make-document', [path], DEFAULT_LIMITS).command, {
        stdin: Buffer.from(content),
      });
      return result.kind === 'exited' && result.code === 0 ? said : `${JSON.stringify(result)} ${said}`;
    };
    const chart = { type: 'line', title: '매출', labels: ['10월', '11월'], series: [{ values: [1, 2] }] };
    expect(await make('charts/sales.png', JSON.stringify(chart))).toMatch(/^charts\/sales\.png: \d+ bytes\n$/);
    const report = '# 보고\n\n![매출](charts/sales.png)\n\n|가|나|\n|-|-|\n|1|2|\n';
    for (const path of ['a.pdf', 'a.html', 'a.docx', 'a.pptx', 'a.md'])
      expect(await make(path, report)).toMatch(/^a\.\w+: \d+ bytes\n$/);
    expect(await make('a.xlsx', '가,나\n1,2\n')).toMatch(/^a\.xlsx: /);
    // By the clock that the sandbox was told of, which here is none.
    expect(await make('a.ics', '[{"title":"일","start":"2026-12-01T09:00"}]')).toMatch(/^a\.ics: /);
    expect(readFileSync(join(scene.workspace, 'a.ics'), 'utf8')).toMatch(/DTSTART:2026120[01]T\d{6}Z/);
    expect(readFileSync(join(scene.workspace, 'a.pdf'), 'latin1').slice(0, 5)).toBe('%PDF-');
    expect(await make('b.png', '{}')).toMatch(/"code":65.*content: type: /);
    expect(await make('b.exe', 'x')).toMatch(/"code":65.*kind: the path ends in none of/);
  }, 60_000);

  it('ends one that takes more memory than it may, and lets it be told', async () => {
    const { result } = await node('const all = []; for (;;) all.push(Buffer.alloc(4 << 20, 1));', {
      limits: { ...DEFAULT_LIMITS, memoryBytes: 256 << 20 },
    });
    expect(result.kind === 'killed' ? result.why : result).toSatisfy(
      (how) => how === 'memory' || (typeof how === 'object' && how.kind === 'exited' && how.code !== 0),
    );
  });
});
