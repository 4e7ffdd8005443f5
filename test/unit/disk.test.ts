import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskState, LOW_DISK_BYTES } from '../../bridge/launcher/disk/disk.ts';
import { disksOf, instancePlaces } from '../../bridge/launcher/disk/disks.ts';
import { dataPaths, Instance, stateRoot } from '../../bridge/launcher/instance/instance.ts';
import { Reserve } from '../../bridge/launcher/disk/reserve.ts';
import { forgetOldWorkspaces } from '../../executor/work/old-workspaces.ts';
import { DEFAULT_LIMITS } from '../../executor/sandbox/sandbox.ts';
import { growth } from '../../executor/sandbox/room.ts';

const MiB = 1024 * 1024;

describe('a disk that runs full', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'chavion-disk-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the house what was set aside, and takes it again when there is plenty', async () => {
    const reserve = new Reserve(join(folder, 'reserve'), 8 * MiB);
    await reserve.follow('roomy', 10 * MiB);
    expect(reserve.bytes()).toBe(0);
    await reserve.follow('roomy', 1024 * MiB);
    expect(reserve.bytes()).toBe(8 * MiB);
    await reserve.follow('low', 5 * MiB);
    expect(reserve.bytes()).toBe(4 * MiB);
    await reserve.follow('full', 0);
    expect(reserve.bytes()).toBe(0);
  });

  it('is low once, not by turns', () => {
    const [wanted, total, low] = [128 * MiB, 1e12, LOW_DISK_BYTES + 128 * MiB];
    expect(diskState({ free: low - wanted - 1, total }, { kept: wanted, wanted }, 'roomy')).toBe('low');
    expect(diskState({ free: low - 1, total }, { kept: 0, wanted }, 'low')).toBe('low');
    expect(diskState({ free: low, total }, { kept: 0, wanted }, 'roomy')).toBe('roomy');
    expect(diskState({ free: low, total }, { kept: 0, wanted }, 'low')).toBe('low');
    expect(diskState({ free: low * 1.5, total }, { kept: 0, wanted }, 'full')).toBe('roomy');
    expect(diskState({ free: 999_999, total }, { kept: wanted / 2, wanted }, 'low')).toBe('full');
    expect(diskState({ free: 60 * MiB, total: 100 * MiB }, { kept: 0, wanted: 0 }, 'roomy')).toBe('roomy');
  });

  it('loses the workspaces of tasks that are long over, and no other', async () => {
    const names = ['direct', 'task-0a', 'task-0b', 'task-0c', 'chat-0d', 'notes'];
    for (const name of names) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'file'), 'x');
      if (name !== 'task-0c') utimesSync(join(folder, name), 1, 1);
    }
    const folders = { workspaces: folder, inputs: join(folder, 'notes') };
    expect(await forgetOldWorkspaces(folders, new Set(['task-0b']), Date.now())).toEqual(
      expect.arrayContaining(['task-0a', 'chat-0d']),
    );
    expect(readdirSync(folder).toSorted()).toEqual(['direct', 'notes', 'task-0b', 'task-0c']);
  });

  it('is one disk, whatever of the house lies on it, also what is not there yet', async () => {
    const disks = await disksOf([folder, join(folder, 'not/yet'), '/proc']);
    expect(disks.map(({ folders }) => folders)).toEqual([[folder], ['/proc']]);
    expect(disks[0]?.free).toBeGreaterThan(0);
  });

  it('is seen where one part of the house has one of its own', async () => {
    const paths = dataPaths(folder, { CHAVION_DATA_DIR: 'data' });
    const instance = Instance.parse({ id: 'abcdef123456', serverName: 'house.test', separated: false });
    const redis = join(stateRoot(instance, paths), 'redis');
    mkdirSync(join(redis, '..'), { recursive: true });
    symlinkSync('/proc', redis);
    const disks = await disksOf(instancePlaces(instance, paths, {}));
    expect(disks.map(({ folders }) => folders)).toContainEqual([redis]);
  });

  it.each([
    [
      'its own limit',
      { bytes: 2000 * MiB, inodes: 10 },
      { bytes: 0, inodes: 0 },
      { bytes: 1e12, inodes: 1e6 },
      48 * MiB,
    ],
    [
      'over its limit, a little',
      { bytes: 3000 * MiB, inodes: 10 },
      { bytes: 0, inodes: 0 },
      { bytes: 1e12, inodes: 1e6 },
      MiB,
    ],
    [
      'all workspaces together',
      { bytes: 0, inodes: 0 },
      { bytes: 20 * 1024 * MiB, inodes: 0 },
      { bytes: 1e12, inodes: 1e6 },
      64 * 1024,
    ],
    [
      'what the disk has left',
      { bytes: 0, inodes: 0 },
      { bytes: 0, inodes: 0 },
      { bytes: 5 * MiB, inodes: 1e6 },
      5 * MiB,
    ],
    [
      'a disk that is over its reserve',
      { bytes: 0, inodes: 0 },
      { bytes: 0, inodes: 0 },
      { bytes: -1, inodes: 1e6 },
      64 * 1024,
    ],
  ])('lets a workspace grow by %s', (_what, before, all, left, bytes) => {
    expect(growth(DEFAULT_LIMITS, before, all, left).bytes).toBe(bytes);
  });
});
