import { readdirSync } from 'node:fs';
import { BOX_PATHS } from '../../../executor/sandbox/sandbox.ts';
import { processesWith } from '../house.ts';
import type { AbuseCase, Outcome, Scene } from '../case.ts';
import { TRIED, killedFor, said, shell, syscallNumber } from './parts.ts';

const family = 'exhaustion';
const MiB = 1024 * 1024;
/** Overshoot between two looks of the watchdog, generously. */
const usedMoreThan = (outcome: Outcome, bytes: number) =>
  'maxRssBytes' in outcome.result && outcome.result.maxRssBytes > bytes
    ? `${Math.round(outcome.result.maxRssBytes / MiB)} MiB were used`
    : undefined;
const left = ({ marker }: Scene) => (processesWith(marker).length === 0 ? undefined : 'processes live on');
const memoryHeld = (_scene: Scene, outcome: Outcome) =>
  /^had it all$/m.test(outcome.stdout) ? 'it had all that it wanted' : undefined;
const filled =
  (limit: number) =>
  ({ workspace }: Scene) => {
    const entries = readdirSync(workspace, { recursive: true });
    return entries.length > limit ? `${entries.length} files were made` : undefined;
  };
const endedSoon = (ms: number) => (_scene: Scene, outcome: Outcome) =>
  'ms' in outcome.result && outcome.result.ms > ms ? `it ran for ${outcome.result.ms} ms` : undefined;

/** Of processor time, not by the clock: a busy machine gives a job little of it. */
const burntMoreThan = (ms: number) => (_scene: Scene, outcome: Outcome) =>
  'cpuMs' in outcome.result && outcome.result.cpuMs > ms ? `${outcome.result.cpuMs} ms were burnt` : undefined;

export const exhaustion: readonly AbuseCase[] = [
  {
    name: 'forks for ever',
    family,
    command: ({ marker }) =>
      shell(`exec -a ${marker} bash -c 'bomb() { bomb | bomb & }; bomb; sleep 30'`, { timeoutMs: 8_000 }),
    attempted: killedFor('processes', 'timeout', 'cpu', 'memory'),
    harm: left,
  },
  {
    name: 'starts more processes than it may',
    family,
    command: ({ marker }) =>
      shell(
        `for n in $(seq 200); do perl -e '$0 = "${marker}"; sleep 8' & done; sleep 1; echo "alive: $(jobs -pr | wc -l)"`,
      ),
    attempted: (outcome) => outcome.stderr.includes('fork') || killedFor('processes')(outcome),
    harm: (scene, outcome) =>
      left(scene) ?? (Number(/alive: (\d+)/.exec(outcome.stdout)?.[1] ?? 0) > 48 ? 'too many were started' : undefined),
  },
  {
    name: 'takes memory of its own',
    family,
    command: () => shell(`perl -e 'my @a; push @a, "x" x 1048576 for 1 .. 3000; print "had it all\\n"; sleep 3'`),
    attempted: (outcome) => killedFor('memory')(outcome) || outcome.stderr.includes('Out of memory'),
    harm: (scene, outcome) => memoryHeld(scene, outcome) ?? usedMoreThan(outcome, 3000 * MiB),
  },
  {
    name: 'takes memory in many small processes',
    family,
    command: () =>
      shell(
        `for n in $(seq 20); do perl -e 'my @a; push @a, "x" x 1048576 for 1 .. 40; sleep 6' & done; wait; echo had it all`,
      ),
    attempted: (outcome) => killedFor('memory')(outcome) || said(outcome, 'memory', '') !== undefined,
    harm: memoryHeld,
  },
  {
    name: 'takes shared memory that no process counts as data',
    family,
    cannotRun: () => (process.arch === 'x64' ? undefined : 'the number of mmap is written for x86_64'),
    command: () =>
      shell(
        `perl -e '$| = 1; open my $z, "<", "/dev/zero"; my $size = 2 ** 31; my $at = syscall(9, 0, $size, 3, 0x21, -1, 0); print "mapped\\n" if $at > 0; for (my $n = 0; $n < $size; $n += 1048576) { syscall(0, fileno $z, $at + $n, 1048576) } print "had it all\\n"; sleep 3'`,
      ),
    attempted: (outcome) => outcome.stdout.includes('mapped') && killedFor('memory')(outcome),
    harm: (scene, outcome) => memoryHeld(scene, outcome) ?? usedMoreThan(outcome, 2000 * MiB),
  },
  {
    name: 'takes memory as files without names',
    family,
    command: () =>
      shell(
        `perl -e 'my @f; my $m = "m"; my $x = "x" x 1048576; for my $n (0 .. 99) { my $fd = syscall(${syscallNumber('memfd_create')}, $m, 0); print("no memfd\\n"), last if $fd < 0; open my $f, ">&=", $fd; push @f, $f; syswrite $f, $x for 1 .. 15 } print "had it all\\n" if @f == 100; sleep 3'`,
      ),
    attempted: (outcome) =>
      killedFor('memory')(outcome) || outcome.stdout.includes('no memfd') || outcome.stdout.includes('had it all'),
    harm: memoryHeld,
  },
  {
    name: 'takes memory as System V segments',
    family,
    command: () =>
      shell(
        `perl -e 'my $x = "x" x 1048576; for my $n (1 .. 60) { my $id = shmget(0, 16 * 1048576, 0600 | 01000); print("no segment\\n"), last unless defined $id; shmwrite($id, $x x 16, 0, 16 * 1048576); } continue { print "had it all\\n" if $n == 60 } sleep 3'`,
      ),
    attempted: (outcome) =>
      killedFor('memory')(outcome) || outcome.stdout.includes('no segment') || outcome.stdout.includes('had it all'),
    harm: memoryHeld,
  },
  {
    name: 'fills /tmp',
    family,
    command: () =>
      shell(
        'for n in $(seq 40); do head -c 1M /dev/zero >/tmp/$n || break; done; du -sm /tmp | cut -f 1; head -c 20M /dev/zero >/dev/shm/x && echo "had it all"',
      ),
    attempted: (outcome) => outcome.stderr.includes('No space left'),
    harm: (scene, outcome) =>
      memoryHeld(scene, outcome) ??
      (Number(/^\d+$/m.exec(outcome.stdout)?.[0] ?? 0) > 9 ? 'it holds more than it may' : undefined),
  },
  {
    name: 'fills /tmp with empty files',
    family,
    command: () =>
      shell(`perl -e 'for my $n (1 .. 400000) { open my $f, ">", "/tmp/$n" or last } print "had it all\\n"'; sleep 2`, {
        timeoutMs: 20_000,
      }),
    limits: { memoryBytes: 64 * MiB },
    attempted: killedFor('inodes', 'memory'),
    harm: (_scene, outcome) => (outcome.result.kind === 'exited' ? 'it had its files' : undefined),
  },
  {
    name: 'writes one file that is too large',
    family,
    command: () => shell('head -c 20M /dev/zero >large; ls -s --block-size=1 large'),
    attempted: (outcome) => outcome.result.kind === 'exited',
    harm: (_scene, outcome) =>
      Number(/^(\d+) large/m.exec(outcome.stdout)?.[1] ?? 0) > 16 * MiB ? 'the file is too large' : undefined,
  },
  {
    name: 'fills the disk with many files',
    family,
    command: () => shell('for n in $(seq 200); do head -c 2M /dev/zero >file-$n; done; sleep 5; echo had it all'),
    attempted: killedFor('disk'),
    harm: memoryHeld,
  },
  {
    name: 'fills the disk with files that have no name any more',
    family,
    command: () =>
      shell(
        `for n in $(seq 30 60); do eval "exec $n<>hidden"; rm hidden; head -c 2M /dev/zero >&$n; done; sleep 8; echo had it all`,
      ),
    attempted: killedFor('disk'),
    harm: memoryHeld,
  },
  {
    name: 'fills the disk through a mapping of a file that has no name any more',
    family,
    cannotRun: () => (process.arch === 'x64' ? undefined : 'the number of mmap is written for x86_64'),
    command: () =>
      shell(
        `perl -e '$| = 1; open my $z, "<", "/dev/zero"; for my $n (1 .. 8) { open my $f, "+>", "hidden"; truncate $f, 12 << 20; my $at = syscall(9, 0, 12 << 20, 3, 1, fileno $f, 0); close $f; unlink "hidden"; print "mapped\\n" if $at > 0; syscall(0, fileno $z, $at, 12 << 20) } sleep 8; print "had it all\\n"'`,
      ),
    attempted: (outcome) => outcome.stdout.includes('mapped') && killedFor('disk', 'memory')(outcome),
    harm: memoryHeld,
  },
  {
    name: 'makes twenty thousand small files',
    family,
    command: () =>
      shell(
        `perl -e 'for my $n (1 .. 20000) { open my $f, ">", "small-$n" or exit 1; print $f "x"; select undef, undef, undef, 0.01 unless $n % 500 } print "had it all\\n"'`,
      ),
    attempted: killedFor('inodes'),
    harm: (scene, outcome) => memoryHeld(scene, outcome) ?? filled(15_000)(scene),
  },
  {
    name: 'digs folders too deep to be counted',
    family,
    command: () =>
      shell(`perl -e 'for my $n (1 .. 300) { mkdir "d"; chdir "d" } print "dug\\n"; sleep 8; print "had it all\\n"'`),
    attempted: killedFor('inodes'),
    harm: memoryHeld,
  },
  {
    name: 'hides files in a folder that it closed',
    family,
    command: () =>
      shell(
        `mkdir closed; cd closed; chmod 000 .; for n in $(seq 20); do head -c 2M /dev/zero >${BOX_PATHS.workspace}/closed/$n || head -c 2M /dev/zero >$n; done; chmod 700 ${BOX_PATHS.workspace}/closed; for n in $(seq 20); do head -c 2M /dev/zero >$n; done; chmod 000 ${BOX_PATHS.workspace}/closed; sleep 5; echo had it all`,
      ),
    attempted: killedFor('disk', 'inodes'),
    harm: memoryHeld,
  },
  {
    name: 'burns the processor on every core',
    family,
    command: () => shell('for n in 1 2 3 4; do while :; do :; done & done; wait', { timeoutMs: 45_000 }),
    limits: { cpuMs: 1_500 },
    attempted: killedFor('cpu'),
    harm: burntMoreThan(4_500),
  },
  {
    name: 'burns the processor in children that come and go',
    family,
    command: () => shell("while :; do perl -e 'my $t = time; 1 while time < $t + 1'; done", { timeoutMs: 45_000 }),
    limits: { cpuMs: 2_000 },
    attempted: killedFor('cpu'),
    harm: burntMoreThan(5_000),
  },
  {
    name: 'waits for ever',
    family,
    command: ({ marker }) => shell(`exec -a ${marker} sleep 1000`, { timeoutMs: 700 }),
    attempted: killedFor('timeout'),
    harm: (scene, outcome) => left(scene) ?? endedSoon(5_000)(scene, outcome),
  },
  {
    name: 'talks for ever',
    family,
    command: () => shell('yes'),
    attempted: killedFor('output'),
    harm: (_scene, outcome) => (outcome.stdout.length > MiB ? 'too much came through' : undefined),
  },
  {
    name: 'talks for ever on both ways at once',
    family,
    command: () => shell('yes >&2 & yes'),
    attempted: killedFor('output'),
    harm: (_scene, outcome) =>
      outcome.stdout.length + outcome.stderr.length > MiB ? 'too much came through' : undefined,
  },
  {
    name: 'says one line without end',
    family,
    command: () => shell("head -c 300M /dev/zero | tr '\\0' x"),
    attempted: killedFor('output'),
    harm: (_scene, outcome) => (outcome.stdout.length > MiB ? 'too much came through' : undefined),
  },
  {
    name: 'opens more files than it may',
    family,
    command: () =>
      shell(`perl -e 'my @f; while (open my $f, "<", "/dev/null") { push @f, $f } print scalar(@f), "\\n"'`),
    attempted: TRIED,
    harm: (_scene, outcome) =>
      Number(/^\d+/.exec(outcome.stdout)?.[0]) > 128 ? 'too many files were opened' : undefined,
  },
];
