import { execFileSync } from 'node:child_process';
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
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pack, unpack } from '../../bridge/operations/archive.ts';
import { copyTree } from '../../bridge/operations/copy-tree.ts';
import { folderBytes } from '../../bridge/operations/folder-bytes.ts';

const MiB = 1024 * 1024;

describe('a copy of a folder that commands have written in', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chavion-copy-'));
    mkdirSync(join(folder, 'from', 'deep'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const from = (name = '') => join(folder, 'from', name);
  const to = (name = '') => join(folder, 'to', name);

  it('goes by what things are, not by what they are called', async () => {
    writeFileSync(from('notes.sock'), 'a file');
    writeFileSync(from('deep/plain'), 'x', { mode: 0o640 });
    utimesSync(from('deep/plain'), 1, 2);
    symlinkSync('/etc/passwd', from('link'));
    execFileSync('mkfifo', [from('deep/pipe')]);
    const server = createServer().listen(from('talk'));
    await new Promise((resolve) => server.once('listening', resolve));
    const left = await copyTree(from(), to());
    server.close();
    expect(left.map(({ path, why }) => `${why} ${path.slice(from('x').length - 1)}`).toSorted()).toEqual([
      'pipe deep/pipe',
      'socket talk',
    ]);
    expect(readFileSync(to('notes.sock'), 'utf8')).toBe('a file');
    expect(statSync(to('deep/plain'))).toMatchObject({ mtimeMs: 2_000, mode: 0o100640 });
    expect(readlinkSync(to('link'))).toBe('/etc/passwd');
    expect(existsSync(to('deep/pipe'))).toBe(false);
  });

  it('keeps holes and second names, through the archive as well', async () => {
    writeFileSync(from('hole'), 'begin');
    truncateSync(from('hole'), 4096 * MiB);
    writeFileSync(from('big'), Buffer.alloc(MiB, 1));
    for (let n = 0; n < 50; n += 1) linkSync(from('big'), from(`big-${n}`));
    await copyTree(from(), to());
    expect(await folderBytes(to())).toBeLessThan(2 * MiB);
    expect(lstatSync(to('hole')).size).toBe(4096 * MiB);
    expect(statSync(to('big-7')).ino).toBe(statSync(to('big')).ino);
    await pack(to(), join(folder, 'packed'), undefined);
    mkdirSync(join(folder, 'unpacked'));
    await unpack(join(folder, 'packed'), join(folder, 'unpacked'), undefined);
    expect(await folderBytes(join(folder, 'unpacked'))).toBeLessThan(2 * MiB);
    expect(lstatSync(join(folder, 'unpacked', 'hole')).size).toBe(4096 * MiB);
  });

  it('takes names that are no text, and folders that are closed', async () => {
    const odd = Buffer.concat([Buffer.from(`${from()}/`), Buffer.from([0xff, 0xfe, 0x0a])]);
    writeFileSync(odd, 'odd');
    writeFileSync(from('deep/in'), 'in');
    chmodSync(from('deep'), 0o500);
    expect(await copyTree(from(), to())).toEqual([]);
    expect(readdirSync(to(), { encoding: 'buffer' }).some((name) => name.equals(Buffer.from([0xff, 0xfe, 0x0a])))).toBe(
      true,
    );
    expect(readFileSync(to('deep/in'), 'utf8')).toBe('in');
    chmodSync(from('deep'), 0o700);
  });

  it('says what this account may not read, and goes on', async () => {
    writeFileSync(from('secret'), 'x', { mode: 0 });
    writeFileSync(from('open'), 'y');
    const left = await copyTree(from(), to());
    expect(left.map(({ why }) => why)).toEqual(process.getuid?.() === 0 ? [] : ['closed']);
    expect(readFileSync(to('open'), 'utf8')).toBe('y');
  });
});
