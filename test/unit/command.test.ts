import { describe, expect, it } from 'vitest';
import { HostPort, WorkPath } from '../../bridge/protocol/command-fields.ts';
import { Command, hostsOfCommand, parseCommand, riskOf, risksOf } from '../../bridge/protocol/command.ts';
import { destinationOf, jobFor } from '../../executor/sandbox/command-job.ts';
import { DEFAULT_LIMITS } from '../../executor/sandbox/sandbox.ts';

const common = { id: 'one', reason: 'to see' };
const command = (input: object) => Command.parse({ ...common, ...input });
const faults = (input: object) => {
  const parsed = parseCommand({ ...common, ...input });
  return parsed.ok ? [] : parsed.faults.map(({ field }) => field);
};
const shell = (more: object = {}) => ({ type: 'shell', script: 'true', ...more });

describe('what is understood', () => {
  it('fills in what was left out', () => {
    expect(command({ type: 'run', argv: ['ls'] })).toEqual({
      ...common,
      type: 'run',
      argv: ['ls'],
      success: { exitCode: 0 },
      repeatable: false,
      after: [],
      timeoutMs: 120_000,
      cwd: '.',
      workspace: 'rw',
      lent: [],
      hosts: [],
    });
  });

  it.each([
    [{ type: 'write_file', path: 'a/b.txt', content: '안녕' }],
    [{ type: 'write_file', path: 'a', content: 'AAEC', encoding: 'base64' }],
    [{ type: 'read_file', path: '보고서.md' }],
    [{ type: 'list_files' }],
    [{ type: 'fetch', url: 'https://api.example.org/v1?q=1' }],
    [
      {
        type: 'fetch',
        url: 'http://example.org:8080/',
        method: 'POST',
        body: 'x',
        headers: { 'content-type': 'text/plain' },
      },
    ],
    [
      shell({
        after: ['zero'],
        lent: [{ name: 'site', access: 'rw' }],
        hosts: ['API.example.org:443'],
        success: { exitCode: 1, outputContains: 'x', fileExists: 'out/a' },
      }),
    ],
  ])('%j', (input) => {
    expect(faults(input)).toEqual([]);
  });
});

describe('what is refused, by the field at fault', () => {
  it.each([
    [{ type: 'format_disk' }, ['type']],
    [{}, ['type']],
    [{ type: 'run' }, ['argv']],
    [{ type: 'run', argv: [] }, ['argv.0']],
    [{ type: 'run', argv: [''] }, ['argv.0']],
    [{ type: 'run', argv: ['ls', 'a\0b'] }, ['argv.1']],
    [{ type: 'run', argv: ['ls', 7] }, ['argv.1']],
    [{ type: 'run', argv: Array(300).fill('x') }, ['argv']],
    [{ type: 'run', argv: ['x'.repeat(20_000)] }, ['argv.0']],
    [{ type: 'run', argv: 'rm -rf /' }, ['argv']],
    [shell({ script: '' }), ['script']],
    [shell({ script: '  \n' }), ['script']],
    [shell({ script: 'x'.repeat(10_000_000) }), ['script']],
    [shell({ script: '가'.repeat(30_000) }), ['script']],
    [shell({ script: 'a\0b' }), ['script']],
    [shell({ timeoutMs: -1 }), ['timeoutMs']],
    [shell({ timeoutMs: 0 }), ['timeoutMs']],
    [shell({ timeoutMs: 1e12 }), ['timeoutMs']],
    [shell({ timeoutMs: 1.5 }), ['timeoutMs']],
    [shell({ timeoutMs: '60' }), ['timeoutMs']],
    [shell({ cwd: '/etc' }), ['cwd']],
    [shell({ cwd: '../other' }), ['cwd']],
    [shell({ cwd: 'a/../../b' }), ['cwd']],
    [shell({ user: 'root' }), ['user']],
    [shell({ success: { exitCode: 256 } }), ['success.exitCode']],
    [shell({ success: { fileExists: '/etc/passwd' } }), ['success.fileExists']],
    [shell({ success: { exit: 0 } }), ['success.exit']],
    [shell({ lent: [{ name: '../etc', access: 'ro' }] }), ['lent.0.name']],
    [shell({ lent: [{ name: 'site', access: 'rwx' }] }), ['lent.0.access']],
    [
      shell({
        lent: [
          { name: 'a', access: 'ro' },
          { name: 'a', access: 'rw' },
        ],
      }),
      ['lent'],
    ],
    [shell({ hosts: ['example.org'] }), ['hosts.0']],
    [shell({ hosts: ['*.example.org:443'] }), ['hosts.0']],
    [shell({ hosts: ['example.org:0'] }), ['hosts.0']],
    [shell({ hosts: ['example.org:70000'] }), ['hosts.0']],
    [shell({ hosts: ['a@example.org:443'] }), ['hosts.0']],
    [shell({ hosts: ['2130706433:80'] }), ['hosts.0']],
    [shell({ hosts: ['0x7f000001:80'] }), ['hosts.0']],
    [shell({ hosts: ['0177.0.0.1:80'] }), ['hosts.0']],
    [shell({ hosts: ['127.1:80'] }), ['hosts.0']],
    [shell({ hosts: ['例え.jp:443'] }), ['hosts.0']],
    [shell({ after: ['one'] }), ['after']],
    [shell({ after: ['NOT OK'] }), ['after.0']],
    [shell({ workspace: 'everything' }), ['workspace']],
    [shell({ reason: ' ' }), ['reason']],
    [shell({ id: 'Ein Name' }), ['id']],
    [{ type: 'write_file', path: '.', content: '' }, ['path']],
    [{ type: 'write_file', path: 'a' }, ['content']],
    [{ type: 'write_file', path: 'a', content: 'x'.repeat(1_100_000) }, ['content']],
    [{ type: 'write_file', path: 'a', content: 'no base64!', encoding: 'base64' }, ['content']],
    [{ type: 'write_file', path: 'a', content: '', lent: [] }, ['lent']],
    [{ type: 'read_file', path: 'a', maxBytes: 1e9 }, ['maxBytes']],
    [{ type: 'fetch', url: 'file:///etc/passwd' }, ['url']],
    [{ type: 'read_page', url: 'file:///etc/passwd' }, ['url']],
    [{ type: 'read_page', url: 'https://user:word@example.org/' }, ['url']],
    [{ type: 'make_document', path: 'a.exe', content: 'x' }, ['path']],
    [{ type: 'make_document', path: '../a.pdf', content: 'x' }, ['path']],
    [{ type: 'send_mail', to: [], subject: 's', text: 't' }, ['to']],
    [{ type: 'send_mail', to: ['a@b.kr\r\nBcc: c@d.kr'], subject: 's', text: 't' }, ['to.0']],
    [{ type: 'send_mail', to: ['"a@b.kr" <c@d.kr>'], subject: 's', text: 't' }, ['to.0']],
    [{ type: 'send_mail', to: ['a@b.kr'], subject: 's\nBcc: c@d.kr', text: 't' }, ['subject']],
    [{ type: 'call_tool', server: 'S!', tool: 't' }, ['server']],
    [{ type: 'call_tool', server: 's', tool: 't', arguments: { a: 'x'.repeat(40_000) } }, ['arguments']],
    [{ type: 'fetch', url: 'https://user:word@example.org/' }, ['url']],
    [{ type: 'fetch', url: 'https://example.org/ x' }, ['url']],
    [{ type: 'fetch', url: 'https://example.org/\r\nX: y' }, ['url']],
    [{ type: 'fetch', url: 'https://2130706433/' }, ['url']],
    [{ type: 'fetch', url: 'https://example.org/', method: 'DELETE' }, ['method']],
    [{ type: 'fetch', url: 'https://example.org/', body: 'x' }, ['body']],
    [{ type: 'fetch', url: 'https://example.org/', headers: { Host: 'other' } }, ['headers']],
    [{ type: 'fetch', url: 'https://example.org/', headers: { 'X-A': 'a\r\nb' } }, ['headers.X-A']],
    [{ type: 'fetch', url: 'https://example.org/', headers: { 'X-A:': 'a' } }, ['headers.X-A:']],
  ])('%.80j', (input, fields) => {
    expect([...new Set(faults(input))].map(String)).toEqual(fields);
  });

  it('says what is wrong in a few words', () => {
    const parsed = parseCommand({ ...common, ...shell({ cwd: '../x' }) });
    expect(parsed).toMatchObject({
      ok: false,
      faults: [{ field: 'cwd', problem: 'leads out of the workspace with ..' }],
    });
  });

  it('is no object at all', () => {
    for (const input of [null, 'rm -rf /', 7, []]) expect(parseCommand(input).ok).toBe(false);
  });
});

describe('paths', () => {
  it.each([
    ['./a', 'a'],
    ['././a/b/', 'a/b'],
    ['.', '.'],
    ['./', '.'],
    ['a b', 'a b'],
    ['한글/파일.txt', '한글/파일.txt'],
    ['..a/b..', '..a/b..'],
    ['.../x', '.../x'],
  ])('%s is %s', (written, read) => {
    expect(WorkPath.parse(written)).toBe(read);
  });
  it.each([
    '',
    '..',
    '../a',
    'a/..',
    'a/../b',
    './../a',
    '/',
    '/a',
    '//a',
    'a//b',
    'a/./b',
    'a\0b',
    'a\nb',
    'a\u202eb',
    'a\u200bb',
    '\ufeffa',
    '..\u2215a',
    '\uff0e\uff0e/a',
    'a\ud800',
    'x'.repeat(256),
    'a/'.repeat(600),
  ])('%j is none', (path) => {
    expect(WorkPath.safeParse(path).success).toBe(false);
  });
});

describe('the risk is what is asked for, never what is written in a script', () => {
  it.each([
    [{ type: 'read_file', path: 'a' }, ['read']],
    [{ type: 'list_files' }, ['read']],
    [{ type: 'read_page', url: 'https://a.org/' }, ['read', 'page']],
    [{ type: 'read_document', path: 'a.pdf' }, ['read']],
    [{ type: 'make_document', path: 'a.pdf', content: '# a' }, ['write']],
    [{ type: 'send_file', path: 'a.pdf' }, ['read']],
    [{ type: 'send_mail', to: ['a@b.kr'], subject: 's', text: 't' }, ['read', 'mail']],
    [{ type: 'read_mail' }, ['read', 'mailbox']],
    [{ type: 'call_tool', server: 's', tool: 't' }, ['read', 'tool']],
    [shell({ workspace: 'ro', script: 'rm -rf / --no-preserve-root' }), ['read']],
    [shell({ workspace: 'ro', lent: [{ name: 'log', access: 'ro' }] }), ['read']],
    [shell(), ['write']],
    [{ type: 'write_file', path: 'a', content: '' }, ['write']],
    [shell({ lent: [{ name: 'site', access: 'rw' }] }), ['write', 'host']],
    [shell({ workspace: 'ro', lent: [{ name: 'site', access: 'rw' }] }), ['read', 'host']],
    [shell({ hosts: ['a.org:443'] }), ['write', 'network']],
    [shell({ hosts: ['a.org:443'], lent: [{ name: 'site', access: 'rw' }] }), ['write', 'host', 'network']],
    [{ type: 'fetch', url: 'https://a.org/' }, ['read', 'network']],
  ])('%j', (input, risks) => {
    expect(risksOf(command(input))).toEqual(risks);
    expect(riskOf(command(input))).toBe(risks.at(-1));
  });

  it('of a fetch is one host with its port', () => {
    expect(hostsOfCommand(command({ type: 'fetch', url: 'https://a.org/x' }))).toEqual(['a.org:443']);
    expect(faults({ type: 'fetch', url: 'HTTP://A.org' })).toEqual(['url']);
  });
});

describe('the box for a command', () => {
  const context = {
    workspacePath: '/w',
    lentPaths: new Map([
      ['site', { path: '/srv/site', writable: true }],
      ['log', { path: '/var/log', writable: false }],
    ]),
    egress: { socketPath: '/s' },
    limits: DEFAULT_LIMITS,
  };

  it('holds what was asked for and nothing more', () => {
    const job = jobFor(command(shell({ workspace: 'ro', lent: [{ name: 'site', access: 'ro' }] })), context);
    expect(job).toMatchObject({
      workspace: { path: '/w', writable: false },
      lent: [{ name: 'site', path: '/srv/site', writable: false }],
      egress: null,
    });
  });

  it('has a network only for named hosts, and not without a proxy', () => {
    const asked = command(shell({ hosts: ['a.org:443'] }));
    expect(jobFor(asked, context).egress).toEqual({ socketPath: '/s' });
    expect(() => jobFor(asked, { ...context, egress: null })).toThrow('egress');
  });

  it('is not made where a folder is not lent, or not so', () => {
    expect(() => jobFor(command(shell({ lent: [{ name: 'etc', access: 'ro' }] })), context)).toThrow('lent: etc');
    expect(() => jobFor(command(shell({ lent: [{ name: 'log', access: 'rw' }] })), context)).toThrow('reading only');
  });

  it('writes files by content on stdin, never in a command line', () => {
    const job = jobFor(command({ type: 'write_file', path: 'a', content: 'AAEC', encoding: 'base64' }), context);
    expect(Buffer.from(job.stdin ?? [])).toEqual(Buffer.from([0, 1, 2]));
    expect(JSON.stringify(job.command)).not.toContain('AAEC');
  });

  it('knows a host and its port', () => {
    expect(destinationOf(HostPort.parse('[2001:db8::1]:443'))).toEqual({ host: '2001:db8::1', port: 443 });
    expect(destinationOf(HostPort.parse('A.org:80'))).toEqual({ host: 'a.org', port: 80 });
  });
});
