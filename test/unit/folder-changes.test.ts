import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changedSince, type FolderMarks } from '../../executor/programs/changes/folder-marks.ts';
import { type ChangeSet, reversed } from '../../executor/programs/changes/change-set.ts';
import { collect } from '../../executor/programs/changes/collect.ts';
import { lineDiff } from '../../executor/programs/changes/line-diff.ts';
import { makeView } from '../../executor/programs/changes/make-view.ts';
import { openFolder } from '../../executor/programs/changes/place.ts';
import { checkStage, notAsBefore, put } from '../../executor/programs/changes/put.ts';
import { summaryOf } from '../../executor/programs/changes/summary.ts';
import { walk } from '../../executor/programs/changes/walk.ts';

const LIMITS = { bytes: 64 * 1024 * 1024, entries: 50_000 };
let top: string;
let real: string;
let view: string;
let base: FolderMarks;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'changes-'));
  real = join(top, 'real');
  view = join(top, 'view');
  mkdirSync(join(real, 'deep/er'), { recursive: true });
  writeFileSync(join(real, 'page.html'), 'one\ntwo\nthree\n');
  writeFileSync(join(real, 'same.txt'), 'as it is');
  writeFileSync(join(real, 'deep/er/gone.txt'), 'goes');
  symlinkSync('page.html', join(real, 'link'));
  chmodSync(join(real, 'page.html'), 0o640);
});
afterEach(() => rmSync(top, { recursive: true, force: true }), 120_000);

const tryIt = () => void (base = makeView(real, view, LIMITS));
const collected = (): ChangeSet => collect(real, view, top, base, LIMITS);

/** What is there, as a person who looks into the folder sees it. */
function state(folder: string): Record<string, string> {
  const seen: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const stat = lstatSync(join(folder, name));
    seen[name] = stat.isSymbolicLink()
      ? `-> ${readlinkSync(join(folder, name))}`
      : stat.isDirectory()
        ? 'folder'
        : `${(stat.mode & 0o777).toString(8)} ${readFileSync(join(folder, name), 'latin1')}`;
  }
  return seen;
}

const wordOf = (does: () => void): string => {
  try {
    does();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : 'none';
  }
};

/** Everything that a command may do to a folder. */
function workIn(folder: string): void {
  writeFileSync(join(folder, 'page.html'), 'one\n2\nthree\n');
  rmSync(join(folder, 'deep'), { recursive: true });
  writeFileSync(join(folder, 'deep'), 'a file where a folder was');
  mkdirSync(join(folder, 'new/inner'), { recursive: true });
  writeFileSync(join(folder, 'new/inner/a.txt'), 'a');
  writeFileSync(join(folder, 'new/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  rmSync(join(folder, 'link'));
  symlinkSync('../outside', join(folder, 'link'));
}

describe('what a command did to a view', () => {
  it('is put into the folder exactly, and taken back exactly', async () => {
    const before = state(real);
    tryIt();
    expect(state(view)).toEqual(before);
    workIn(view);
    expect(state(real), 'the folder itself is as it was').toEqual(before);
    const changes = collected();
    await put(real, top, changes);
    expect(state(real)).toEqual(state(view));
    await put(real, top, reversed(changes));
    expect(state(real)).toEqual(before);
  });

  it('is nothing where a file was written with what it held', () => {
    tryIt();
    writeFileSync(join(view, 'same.txt'), 'as it is');
    expect(collected().steps).toEqual([]);
  });

  it('is seen where size and time were put back', () => {
    tryIt();
    const { atime, mtime } = lstatSync(join(view, 'same.txt'));
    writeFileSync(join(view, 'same.txt'), 'as IT is');
    utimesSync(join(view, 'same.txt'), atime, mtime);
    expect(collected().steps.map(({ path }) => path)).toEqual(['same.txt']);
  });

  it('keeps names of one file together in the view, and reaches no file outside by them', async () => {
    const outside = join(top, 'outside.txt');
    writeFileSync(outside, 'mine');
    linkSync(outside, join(real, 'a.txt'));
    linkSync(outside, join(real, 'b.txt'));
    tryIt();
    writeFileSync(join(view, 'a.txt'), 'yours');
    const changes = collected();
    expect(changes.steps.map(({ path }) => path)).toEqual(['a.txt', 'b.txt']);
    await put(real, top, changes);
    expect([readFileSync(join(real, 'b.txt'), 'utf8'), readFileSync(outside, 'utf8')]).toEqual(['yours', 'mine']);
  });

  it('is refused where the folder was changed since, or a place that nobody saw is taken', () => {
    execFileSync('mkfifo', [join(real, 'pipe')]);
    tryIt();
    expect(existsSync(join(view, 'pipe'))).toBe(false);
    expect(collected().steps).toEqual([]);
    writeFileSync(join(view, 'pipe'), 'x');
    rmSync(join(top, 'old'), { recursive: true });
    rmSync(join(top, 'new'), { recursive: true });
    expect(collected).toThrow('pipe');
    writeFileSync(join(real, 'same.txt'), 'meanwhile');
    expect(collected).toThrow('same.txt');
  });

  it('is refused where a file is longer than may be kept, before a byte of it is copied', () => {
    tryIt();
    writeFileSync(join(view, 'holes'), '');
    truncateSync(join(view, 'holes'), 4 * 1024 * 1024);
    expect(() => collect(real, view, top, base, { ...LIMITS, bytes: 1024 * 1024 })).toThrow('too large');
    expect(readdirSync(join(top, 'new'))).toEqual([]);
  });

  it('is refused where it leaves a pipe', () => {
    tryIt();
    execFileSync('mkfifo', [join(view, 'new-pipe')]);
    expect(collected).toThrow('new-pipe');
  });

  it('comes through with any name', async () => {
    const odd = Buffer.concat([Buffer.from(join(view, 'a\nb\u{202e}')), Buffer.from([0xff, 0x1b])]);
    tryIt();
    writeFileSync(odd, 'odd');
    writeFileSync(join(view, '__proto__'), 'own');
    const changes = collected();
    await put(real, top, changes);
    expect(readdirSync(real, { encoding: 'buffer' }).map((name) => name.toString('latin1'))).toContain(
      odd.toString('latin1').split('/').at(-1),
    );
    expect(readFileSync(join(real, '__proto__'), 'utf8')).toBe('own');
    await put(real, top, reversed(changes));
    expect(readdirSync(real).toSorted()).toEqual(['deep', 'link', 'page.html', 'same.txt']);
  });

  it('carries a rename that changes only capitals', async () => {
    tryIt();
    renameSync(join(view, 'same.txt'), join(view, 'SAME.txt'));
    await put(real, top, collected());
    expect(readdirSync(real)).toContain('SAME.txt');
    expect(readdirSync(real)).not.toContain('same.txt');
  });

  it(
    'is found among thousands of files, and no copy is made of more than is allowed',
    { timeout: 300_000 },
    async () => {
      for (let n = 0; n < 3_000; n += 1) writeFileSync(join(real, `f${n}`), String(n));
      tryIt();
      for (let n = 0; n < 3_000; n += 50) writeFileSync(join(view, `f${n}`), `${n}!`);
      const changes = collected();
      expect(changes.steps).toHaveLength(60);
      await put(real, top, changes);
      expect(readFileSync(join(real, 'f2950'), 'utf8')).toBe('2950!');
      expect(() => makeView(real, join(top, 'other'), { ...LIMITS, entries: 2_999 })).toThrow('more than 2999');
      expect(() => makeView(real, join(top, 'another'), { ...LIMITS, bytes: 100 })).toThrow('more than 100 bytes');
    },
  );
});

describe('putting changes', () => {
  it('cut off anywhere, is as after when it is gone on with, and can still be taken back', { timeout: 300_000 }, () => {
    const before = state(real);
    tryIt();
    workIn(view);
    const changes = collected();
    const after = state(view);
    for (const back of [false, true]) {
      const [way, wanted] = back ? [reversed(changes), before] : [changes, after];
      // Each try dies some steps later than the last one.
      let kills = 0;
      while (isKilledAt(kills * 3, way)) kills += 1;
      expect(kills * 3).toBeGreaterThan(way.steps.length);
      expect(state(real)).toEqual(wanted);
    }
  });

  /** Whether it came as far as that step, and was killed there. */
  function isKilledAt(step: number, way: ChangeSet): boolean {
    writeFileSync(join(top, 'way.json'), JSON.stringify(way));
    const program = `
      import { readFileSync } from 'node:fs';
      import { put } from ${JSON.stringify(new URL('../../executor/programs/changes/put.ts', import.meta.url))};
      const [real, keep, step] = process.argv.slice(1);
      let left = Number(step);
      await put(real, keep, JSON.parse(readFileSync(keep + '/way.json', 'utf8')), () => {
        if (left-- === 0) process.kill(process.pid, 'SIGKILL');
      });`;
    const { status, signal, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program, real, top, String(step)],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(signal === 'SIGKILL' || status === 0).toBe(true);
    return signal === 'SIGKILL';
  }

  it('takes back what it did where a place is no longer as it was', async () => {
    const before = state(real);
    tryIt();
    workIn(view);
    const changes = collected();
    let steps = 0;
    await expect(
      put(real, top, changes, () => {
        if (++steps === 5) writeFileSync(join(real, 'page.html'), 'somebody else');
      }),
    ).rejects.toThrow('not put');
    expect(state(real)).toEqual({ ...before, 'page.html': '640 somebody else' });
  });

  it('says that nothing was put where nothing can be laid beside the folder, and that is seen before a trial', async () => {
    const before = state(real);
    expect(() => checkStage(real)).not.toThrow();
    tryIt();
    workIn(view);
    const changes = collected();
    writeFileSync(join(real, '.chavion-changes'), 'somebody’s');
    await expect(put(real, top, changes)).rejects.toThrow('not put');
    expect(state(real)).toEqual({ ...before, '.chavion-changes': expect.any(String) as string });
    expect(() => checkStage(real)).toThrow('.chavion-changes');
    rmSync(join(real, '.chavion-changes'));
    chmodSync(real, 0o555);
    // Nothing is closed to root.
    expect(wordOf(() => checkStage(real))).toBe(process.getuid?.() === 0 ? '' : 'EACCES');
    chmodSync(real, 0o755);
  });

  it('follows no link that somebody has put on the way', async () => {
    const outside = join(top, 'outside');
    mkdirSync(join(outside, 'er'), { recursive: true });
    writeFileSync(join(outside, 'er/gone.txt'), 'goes');
    tryIt();
    writeFileSync(join(view, 'deep/er/gone.txt'), 'written over');
    const changes = collected();
    rmSync(join(real, 'deep'), { recursive: true });
    symlinkSync(outside, join(real, 'deep'));
    await expect(put(real, top, changes)).rejects.toThrow('not put');
    expect(readFileSync(join(outside, 'er/gone.txt'), 'utf8')).toBe('goes');
    expect(notAsBefore(real, changes)).toBe('deep/er/gone.txt');
  });

  it('does not put what was kept and is another now', async () => {
    const before = state(real);
    tryIt();
    writeFileSync(join(view, 'page.html'), 'shown');
    const changes = collected();
    const after = changes.steps[0]?.after;
    writeFileSync(join(top, after?.kind === 'file' ? after.kept : ''), 'other');
    await expect(put(real, top, changes)).rejects.toThrow('not put');
    expect(state(real)).toEqual(before);
  });

  it('sees any change since the view was made', () => {
    tryIt();
    const look = () => changedSince(base, walk(openFolder(real), 1_000));
    expect(look()).toBeUndefined();
    writeFileSync(join(real, 'another'), '');
    expect(look()).toBe('another');
    rmSync(join(real, 'another'));
    rmSync(join(real, 'link'));
    expect(look()).toBe('link');
  });
});

describe('what is told', () => {
  it('is what came, changed and went, with the lines that differ', () => {
    tryIt();
    workIn(view);
    const { summary, whole } = summaryOf(collected(), top);
    expect(summary).toMatchObject({ added: 4, changed: 3, removed: 2, cut: false });
    expect(summary.first.find(({ path }) => path === 'page.html')).toEqual({
      path: 'page.html',
      how: 'changed',
      what: 'file',
      bytes: 12,
      bytesBefore: 14,
    });
    expect(summary.diff).toEqual(expect.arrayContaining(['page.html:', '- two', '+ 2']));
    expect(whole).toContain('~ page.html (12)\n  one\n- two\n+ 2\n  three');
  });

  it('shows permissions that change, and says whose content it does not show', () => {
    writeFileSync(join(real, 'key.bin'), Buffer.from([0, 1, 2]), { mode: 0o600 });
    chmodSync(join(real, 'key.bin'), 0o600);
    tryIt();
    chmodSync(join(view, 'page.html'), 0o777);
    writeFileSync(join(view, 'key.bin'), Buffer.from([0, 1, 3]));
    const { summary, whole } = summaryOf(collected(), top);
    const of = (name: string) => summary.first.find(({ path }) => path === name);
    expect(of('page.html')).toMatchObject({ mode: 0o777, modeBefore: 0o640 });
    expect(of('page.html')).not.toHaveProperty('unseen');
    expect(of('key.bin')).toMatchObject({ unseen: true });
    expect(of('key.bin')).not.toHaveProperty('mode');
    expect(whole).toContain('~ page.html (14) chmod 640 -> 777');
    expect(whole).toContain('~ key.bin (3) 내용은 보이지 않습니다');
  });

  it('shows differences with a little around them', () => {
    const text = (middle: string) => `${['a', 'b', 'c', 'd', middle, 'e', 'f', 'g', 'h'].join('\n')}\n`;
    expect(lineDiff(text('x'), text('y'))).toEqual(['  c', '  d', '- x', '+ y', '  e', '  f']);
    expect(lineDiff('', 'new\n')).toEqual(['+ new']);
    expect(lineDiff('same', 'same')).toEqual([]);
    expect(lineDiff('a\nb\nc', 'a\nc\nd')).toEqual(['  a', '- b', '  c', '+ d']);
  });
});
