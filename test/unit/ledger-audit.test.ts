import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseCommand } from '../../bridge/protocol/command.ts';
import { RunJob } from '../../bridge/protocol/command-job.ts';
import { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { Policy } from '../../bridge/protocol/policy.ts';
import { AuditLine } from '../../bridge/protocol/audit.ts';
import { auditHash, checkChain } from '../../bridge/digest/audit-chain.ts';
import { Audit } from '../../executor/ledger/audit.ts';
import { Claims } from '../../executor/ledger/claims.ts';
import { Ledger } from '../../executor/ledger/ledger.ts';
import { jobKey, type Prepared } from '../../executor/ledger/ledger-entry.ts';
import { prepare } from '../../executor/policy/prepare.ts';
import type { Rules } from '../../executor/policy/rules.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ledger-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const ROOT = EventId.parse('$root');
const job = RunJob.parse({ v: 1, type: 'run', root: ROOT, room: '!hq:test', at: 5, lang: 'ko' });
const rules: Rules = {
  policy: Policy.parse({}),
  policyHash: 'p',
  lent: [{ name: parseName('site'), path: '/srv/site', mode: 'rw' }],
};

function parseName(name: string) {
  const parsed = parseCommand({ type: 'shell', id: 'c', reason: 'r', script: 'x', lent: [{ name, access: 'rw' }] });
  if (!parsed.ok || parsed.command.type !== 'shell') throw new Error('no name');
  return parsed.command.lent[0]!.name;
}

function made(change: { script?: string; stdin?: string; rules?: Rules; around?: object } = {}): Prepared {
  const parsed = parseCommand({
    type: 'shell',
    id: 'c',
    reason: 'r',
    script: change.script ?? 'true',
    lent: [{ name: 'site', access: 'rw' }],
    ...(change.stdin === undefined ? {} : { stdin: change.stdin }),
  });
  if (!parsed.ok) throw new Error('bad');
  const around = {
    job,
    index: 0,
    attempt: 1,
    orderedBy: UserId.parse('@master:test'),
    executor: 'ex1',
    workspace: 'direct',
    artifacts: [],
    nonce: 'n',
    ...change.around,
  };
  return prepare(parsed.command, change.rules ?? rules, around);
}

describe('the hash of a command', () => {
  it('is the same for the same, and another when anything that matters is', () => {
    const [lent] = rules.lent;
    const others = [
      made({ script: 'true ' }),
      made({ stdin: '' }),
      made({ around: { index: 1 } }),
      made({ around: { attempt: 2 } }),
      made({ around: { nonce: 'm' } }),
      made({ around: { executor: 'ex2' } }),
      made({ around: { workspace: 'other' } }),
      made({ around: { orderedBy: '@second:test' } }),
      made({ around: { job: { ...job, room: '!ops:test' } } }),
      made({ rules: { ...rules, policyHash: 'q' } }),
      made({ rules: { ...rules, lent: [{ ...lent!, path: '/srv/else' }] } }),
    ].map(({ hash }) => hash);
    expect(made().hash).toBe(made().hash);
    expect(new Set([made().hash, ...others]).size).toBe(others.length + 1);
  });

  it('cannot be had for a folder that is lent no longer, or for reading only now', () => {
    expect(() => made({ rules: { ...rules, lent: [] } })).toThrow('site');
    expect(() => made({ rules: { ...rules, lent: [{ ...rules.lent[0]!, mode: 'ro' }] } })).toThrow('site');
  });
});

describe('the ledger', () => {
  const path = () => join(folder, 'ledger.jsonl');
  const prepared = made();
  const { key } = prepared;

  it('remembers over a restart what was begun', async () => {
    const ledger = await Ledger.open(path());
    await ledger.write({ state: 'claimed', key, job, prepared });
    await ledger.write({ state: 'started', key, hash: prepared.hash });
    await ledger.close();
    const again = await Ledger.open(path());
    expect(again.get(key)?.state).toBe('started');
    expect(again.unfinished()).toHaveLength(1);
    await expect(again.write({ state: 'started', key, hash: prepared.hash })).rejects.toThrow('started twice');
    await expect(again.write({ state: 'claimed', key, job, prepared })).rejects.toThrow('claimed twice');
    await again.close();
  });

  it('takes a line that was cut off by a crash for unwritten, and writes over it', async () => {
    const ledger = await Ledger.open(path());
    await ledger.write({ state: 'claimed', key, job, prepared });
    await ledger.close();
    appendFileSync(path(), '{"state":"started","at":1,"key":"$ro');
    const again = await Ledger.open(path());
    expect(again.get(key)?.state).toBe('claimed');
    await again.write({ state: 'started', key, hash: prepared.hash });
    await again.close();
    expect((await Ledger.open(path())).get(key)?.state).toBe('started');
  });

  it('does not open when a whole line is not its own', async () => {
    writeFileSync(path(), '{"state":"started","at":1,"key":"$root.0.1","hash":"x"}\n');
    await expect(Ledger.open(path())).rejects.toThrow('never claimed');
    writeFileSync(path(), 'rubbish\n');
    await expect(Ledger.open(path())).rejects.toThrow('line 1');
  });

  it('lets only one of two in one moment begin', async () => {
    const ledger = await Ledger.open(path());
    await ledger.write({ state: 'claimed', key, job, prepared });
    const both = await Promise.allSettled([
      ledger.write({ state: 'started', key, hash: prepared.hash }),
      ledger.write({ state: 'started', key, hash: prepared.hash }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('forgets what is long over, and nothing that is not', async () => {
    let now = 0;
    const ledger = await Ledger.open(path(), () => now);
    await ledger.write({ state: 'claimed', key, job, prepared });
    await ledger.refuse(EventId.parse('$turned-away'), 'locked');
    const other = made({ around: { attempt: 2 } });
    await ledger.write({ state: 'claimed', key: other.key, job, prepared: other });
    await ledger.write({ state: 'started', key: other.key, hash: other.hash });
    await ledger.write({ state: 'ended', key: other.key, outcome: { kind: 'unknown', startedAt: 1 }, tail: '' });
    await ledger.write({ state: 'reported', key: other.key, events: [] });
    await ledger.close();
    now = 29 * 24 * 3_600_000;
    const soon = await Ledger.open(path(), () => now);
    expect([soon.get(other.key)?.state, soon.wasRefused(EventId.parse('$turned-away'))]).toEqual(['reported', true]);
    await soon.close();
    now = 31 * 24 * 3_600_000;
    const later = await Ledger.open(path(), () => now);
    expect([later.get(key)?.state, later.get(other.key), later.wasRefused(EventId.parse('$turned-away'))]).toEqual([
      'claimed',
      undefined,
      false,
    ]);
    await later.close();
  });
});

describe('claims', () => {
  it('belong to the first executor, for the hash it claimed', async () => {
    const store = new Map<string, string>();
    const of = (executor: string) =>
      new Claims(
        {
          setIfAbsent: (k, v) => Promise.resolve(store.has(k) ? false : Boolean(store.set(k, v))),
          get: (k) => Promise.resolve(store.get(k) ?? null),
        },
        executor,
        (k) => k,
      );
    const key = jobKey(ROOT, 0, 1);
    expect(await of('ex1').take(key, 'h')).toBe(true);
    expect(await of('ex1').take(key, 'h')).toBe(true);
    expect(await of('ex1').take(key, 'other')).toBe(false);
    expect(await of('ex2').take(key, 'h')).toBe(false);
    store.set(key, 'rubbish');
    expect(await of('ex1').take(key, 'h')).toBe(false);
  });
});

describe('the audit', () => {
  const path = () => join(folder, 'audit.jsonl');
  const lines = () => readFileSync(path(), 'utf8').trimEnd().split('\n');
  const remade = (line: string): string => {
    const { hash: _, ...rest } = AuditLine.parse(JSON.parse(line));
    const changed = { ...rest, data: { i: 9 } };
    return JSON.stringify({ ...changed, hash: auditHash(changed) });
  };

  async function written(count: number): Promise<void> {
    const audit = await Audit.open(path());
    await Promise.all(Array.from({ length: count }, (_, i) => audit.write('job.ended', { i, nothing: undefined })));
    await audit.close();
  }

  it('is one chain over restarts, a torn line included', async () => {
    await written(3);
    appendFileSync(path(), '{"seq":4,"at":"');
    await written(2);
    expect(checkChain(lines())).toMatchObject({ kind: 'whole', lines: 5 });
  });

  it('puts full files away and reads only the last at its start, as one chain', async () => {
    for (let start = 0; start < 3; start += 1) {
      const audit = await Audit.open(path(), undefined, 1_000);
      await Promise.all(Array.from({ length: 20 }, (_, n) => audit.write('job.started', { key: `${start}-${n}` })));
      await Promise.all(Array.from({ length: 20 }, (_, n) => audit.write('job.ended', { key: `${start}-${n}` })));
      await audit.close();
    }
    const away = readdirSync(join(folder, 'audit')).toSorted();
    expect(away.length).toBeGreaterThan(2);
    const files = [...away.map((name) => join(folder, 'audit', name)), path()];
    const all = files.flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n')).filter((line) => line !== '');
    expect(checkChain(all)).toMatchObject({ kind: 'whole', lines: 120 });
    expect(readFileSync(path(), 'utf8').length).toBeLessThan(20_000);
    writeFileSync(join(folder, 'audit', away[0] ?? ''), 'changed\n');
    await (await Audit.open(path())).close();
  });

  it('writes no line behind one that it could not write', async () => {
    const audit = await Audit.open(path());
    await audit.write('order.taken', { i: 0 });
    const probe = await open(path());
    const failing = vi
      .spyOn(Object.getPrototypeOf(probe) as typeof probe, 'write')
      .mockRejectedValueOnce(new Error('the disk is full'));
    const lost = await Promise.allSettled([
      audit.write('order.taken', { i: 1 }),
      Promise.resolve().then(() => audit.write('job.started', { i: 2 })),
    ]);
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failing.mockRestore();
    await Promise.all([probe.close(), audit.close()]);
    expect(checkChain(lines())).toMatchObject({ kind: 'whole', lines: 1 });
  });

  it('reads again what it wrote, whatever the words', async () => {
    const odd = { z: ['"', '\\', '\ud800', '\u2028', '}'], a: { 10: null, 9: [true, -0, 1e21] }, nothing: undefined };
    const audit = await Audit.open(path());
    const mark = await audit.write('order.refused', odd);
    await audit.close();
    expect(checkChain(lines())).toEqual({ kind: 'whole', lines: 1, head: mark.hash });
    expect(AuditLine.parse(JSON.parse(lines()[0] ?? '')).data).toEqual(JSON.parse(JSON.stringify(odd)));
  });

  it.each<[string, (all: string[]) => string[], number]>([
    ['a changed word', (all) => all.map((line, i) => (i === 2 ? line.replace('"i":2', '"i":9') : line)), 3],
    ['a line made anew with its own hash', (all) => all.map((line, i) => (i === 2 ? remade(line) : line)), 4],
    ['a line taken out', (all) => all.filter((_, i) => i !== 1), 2],
    ['two lines changed round', (all) => [all[1]!, all[0]!, ...all.slice(2)], 1],
    ['a line put in', (all) => [all[0]!, all[0]!, ...all.slice(1)], 2],
    ['a line that is none', (all) => [...all.slice(0, 3), 'x', ...all.slice(3)], 4],
    ['a field more', (all) => all.map((line, i) => (i === 0 ? line.replace('{', '{"who":"me",') : line)), 1],
  ])('shows %s, and does not go on after it', async (_, change, line) => {
    await written(5);
    const changed = change(lines());
    expect(checkChain(changed)).toMatchObject({ kind: 'broken', line });
    writeFileSync(path(), `${changed.join('\n')}\n`);
    await expect(Audit.open(path())).rejects.toThrow(`line ${line}`);
  });
});
