import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseCommand, type Command } from '../../bridge/protocol/command.ts';
import { Policy } from '../../bridge/protocol/policy.ts';
import { rule, type CommandOrigin } from '../../executor/policy/policy.ts';
import { BrokenRules, readRules, rulesReader } from '../../executor/policy/rules.ts';

const command = (more: object = {}): Command => {
  const parsed = parseCommand({ type: 'shell', id: 'c', reason: 'r', script: 'true', ...more });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.command;
};
const READ = { workspace: 'ro' };
const WRITE = {};
const HOST = { lent: [{ name: 'site', access: 'rw' }] };
const LENT_RO = { lent: [{ name: 'site', access: 'ro' }] };
const NET = { hosts: ['example.com:443'] };

describe('the policy', () => {
  it.each<[mode: 'auto' | 'ask' | 'locked', origin: CommandOrigin, what: object, ruling: object]>([
    ['auto', 'master', READ, { kind: 'run' }],
    ['auto', 'master', WRITE, { kind: 'run' }],
    ['auto', 'plan', WRITE, { kind: 'run' }],
    ['auto', 'master', LENT_RO, { kind: 'run' }],
    ['auto', 'master', HOST, { kind: 'ask', why: 'host' }],
    ['auto', 'plan', HOST, { kind: 'ask', why: 'host' }],
    ['auto', 'master', NET, { kind: 'ask', why: 'network' }],
    ['auto', 'master', { ...HOST, ...NET }, { kind: 'ask', why: 'network' }],
    ['auto', 'outside', READ, { kind: 'ask', why: 'outside' }],
    ['ask', 'master', READ, { kind: 'ask', why: 'mode' }],
    ['ask', 'master', HOST, { kind: 'ask', why: 'host' }],
    ['ask', 'outside', READ, { kind: 'ask', why: 'outside' }],
    ['locked', 'master', READ, { kind: 'refuse', why: 'locked' }],
    ['locked', 'outside', NET, { kind: 'refuse', why: 'locked' }],
  ])('%s, by %s: %j', (mode, origin, what, ruling) => {
    expect(rule(Policy.parse({ mode }), command(what), origin)).toEqual(ruling);
  });

  it('judges by what a command asks for and never by what it says', () => {
    expect(rule(Policy.parse({}), command({ script: 'rm -rf / # curl http://evil' }), 'master')).toEqual({
      kind: 'run',
    });
    expect(rule(Policy.parse({}), command({ script: 'true', ...NET }), 'master')).toEqual({
      kind: 'ask',
      why: 'network',
    });
  });

  it('refuses hosts that the owner has not named, and more time than the owner gives', () => {
    const policy = Policy.parse({ hosts: ['api.test:443'], limits: { timeoutSeconds: 60 } });
    expect(rule(policy, command(NET), 'master')).toEqual({
      kind: 'refuse',
      why: 'host-not-allowed',
      detail: 'example.com:443',
    });
    expect(rule(policy, command({ hosts: ['api.test:443'], timeoutMs: 60_000 }), 'master')).toEqual({
      kind: 'ask',
      why: 'network',
    });
    expect(rule(policy, command({ timeoutMs: 60_100 }), 'master')).toMatchObject({ kind: 'refuse', why: 'timeout' });
  });
});

describe('the rule files', () => {
  const folders: string[] = [];
  const folder = (files: Readonly<Record<string, string>>): string => {
    const made = mkdtempSync(join(tmpdir(), 'rules-'));
    folders.push(made);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
    return made;
  };
  afterEach(() => folders.splice(0).forEach((one) => rmSync(one, { recursive: true })));

  it('are the defaults where they were never written', () => {
    expect(readRules(folder({}))).toMatchObject({ policy: { mode: 'auto', hosts: null }, lent: [] });
  });

  it.each([
    ['{"mode":"audo"}', 'mode'],
    ['{"mode":"auto","concurency":3}', 'concurency'],
    ['{"hosts":["*:443"]}', 'hosts.0'],
    ['{"limits":{"memoryMiB":-1}}', 'limits.memoryMiB'],
    ['{"mode":"auto"', 'JSON'],
    ['', 'JSON'],
    ['[]', 'job'],
  ])('%s is nothing to fall back from', (text, field) => {
    let seen: unknown;
    try {
      readRules(folder({ 'policy.json': text }));
    } catch (error) {
      seen = error;
    }
    expect(seen).toBeInstanceOf(BrokenRules);
    expect(seen).toMatchObject({ file: 'policy.json', field });
  });

  it('hold at once, whatever they were at the last reading', () => {
    const where = folder({ 'policy.json': '{"mode":"auto"}' });
    const read = rulesReader(where);
    const write = (text: string) => writeFileSync(join(where, 'policy.json'), text);
    expect(read()).toEqual(readRules(where));
    write('{"mode":"ask" }'); // of the same length, within the same tick of the clock
    expect(read().policy.mode).toBe('ask');
    write('{"mode":"asq" }');
    expect(read).toThrow(BrokenRules);
    expect(read).toThrow(BrokenRules);
    rmSync(join(where, 'policy.json'));
    expect(read().policy.mode).toBe('auto');
    const lent = mkdtempSync(join(where, 'lent-'));
    writeFileSync(join(where, 'lent.json'), JSON.stringify({ folders: [{ name: 'a', path: lent, mode: 'ro' }] }));
    expect(read().lent).toHaveLength(1);
    rmSync(lent, { recursive: true });
    expect(read().lent).toEqual([]);
  });

  it('have another hash when anything in them means something else', () => {
    const hash = (text: string) => readRules(folder({ 'policy.json': text })).policyHash;
    expect(hash('{"mode":"auto"}')).toBe(hash('{ }'));
    expect(hash('{"mode":"ask"}')).not.toBe(hash('{}'));
    expect(hash('{"limits":{"memoryMiB":512}}')).not.toBe(hash('{}'));
  });

  it('leave out a lent folder that is not there, and refuse two of one name', () => {
    const lent = (folders: object[]) => readRules(folder({ 'lent.json': JSON.stringify({ folders }) })).lent;
    expect(
      lent([
        { name: 'a', path: tmpdir(), mode: 'ro' },
        { name: 'b', path: '/nowhere/at/all', mode: 'rw' },
      ]).map(({ name }) => name),
    ).toEqual(['a']);
    expect(() =>
      lent([
        { name: 'a', path: '/a', mode: 'ro' },
        { name: 'a', path: '/b', mode: 'rw' },
      ]),
    ).toThrow(BrokenRules);
  });
});
