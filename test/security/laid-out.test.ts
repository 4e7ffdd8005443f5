import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { machineOf } from '../../executor/sandbox/seccomp/seccomp.ts';

/** In a namespace of its own, where a file of the machine's can be replaced without anybody else seeing it. */
const PROGRAM = String.raw`
use strict; use warnings;
my ($stores, $own, $newer, $machine) = @ARGV;
require $stores;
my $why = why_no_stores($machine, $own, 'best');
die "$why\n" if defined $why;
apart();
base($own, 'show:/etc/passwd', 'hide:/usr/local');
sub shown { open my $file, '<', "$own/base/etc/passwd" or die $!; return scalar <$file> }
open my $real, '<', '/etc/passwd' or die $!;
print 'as the machine has it: ', (shown() eq scalar <$real> ? 'yes' : 'no'), "\n";
mount_at($newer, '/etc/passwd', '', 4096, '');
refresh();
print 'replaced: ', shown(), "\n";
opendir my $local, "$own/base/usr/local" or die $!;
print 'hidden: ', scalar(grep { !/^\.\.?$/ } readdir $local), "\n";
print 'writable: ', (mkdir("$own/base/usr/local/x") ? 'yes' : 'no'), "\n";
`;

const CLOSED = String.raw`
use strict; use warnings;
my ($stores, $own, $machine) = @ARGV;
require $stores;
my $why = why_no_stores($machine, $own, 'best');
die "$why\n" if defined $why;
chdir '/proc/self/fd/3' or die $!;
apart();
base($own);
house();
chdir '/';
open my $file, '<', "$own/base/house/node_modules/package" or die $!;
print scalar <$file>, -l "$own/base/house/node" ? ' and a link' : '';
`;

describe('what every job has bound', () => {
  // The folder of a house that root keeps at home.
  it.skipIf(process.getuid?.() !== 0)('shows packages to whose folder the account finds no way', () => {
    const closed = mkdtempSync(join(tmpdir(), 'chavion-closed-'));
    const own = mkdtempSync(join(tmpdir(), 'chavion-laid-out-'));
    try {
      mkdirSync(join(closed, 'node_modules'));
      writeFileSync(join(closed, 'node_modules', 'package'), 'a package');
      for (const name of ['etc', 'tools', 'house', 'house/node_modules']) mkdirSync(join(own, name));
      symlinkSync('node_modules/node', join(own, 'house', 'node'));
      chmodSync(closed, 0o700);
      for (const path of [own, join(own, 'house')]) chownSync(path, 64_321, 64_321);
      // The project itself may lie where the account finds no way.
      const stores = join(own, 'stores.pl');
      copyFileSync(join(import.meta.dirname, '../../executor/sandbox/spawner/stores.pl'), stores);
      chmodSync(stores, 0o644);
      const packages = openSync(join(closed, 'node_modules'), 'r');
      const account = ['--reuid=64321', '--regid=64321', '--clear-groups'];
      const told = execFileSync(
        '/usr/bin/setpriv',
        [...account, '/usr/bin/perl', '-e', CLOSED, stores, own, machineOf(process.arch) ?? ''],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit', packages] },
      );
      closeSync(packages);
      expect(told).toBe('a package and a link');
    } finally {
      for (const folder of [closed, own]) rmSync(folder, { recursive: true, force: true });
    }
  });

  it('shows a file that the machine has replaced since, and nothing of what is hidden', () => {
    const own = mkdtempSync(join(tmpdir(), 'chavion-laid-out-'));
    try {
      for (const name of ['etc', 'tools']) mkdirSync(join(own, name));
      writeFileSync(join(own, 'etc', 'passwd'), '');
      writeFileSync(join(own, 'newer'), 'the new one');
      const stores = join(import.meta.dirname, '../../executor/sandbox/spawner/stores.pl');
      const told = execFileSync(
        '/usr/bin/perl',
        ['-e', PROGRAM, stores, own, join(own, 'newer'), machineOf(process.arch) ?? ''],
        { encoding: 'utf8' },
      );
      expect(told.split('\n')).toEqual([
        'as the machine has it: yes',
        'replaced: the new one',
        'hidden: 0',
        'writable: no',
        '',
      ]);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });
});
