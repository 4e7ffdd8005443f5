import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

describe('what every job has bound', () => {
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
