import { setTimeout as sleep } from 'node:timers/promises';
import { processesWith } from '../house.ts';
import type { AbuseCase, Scene } from '../case.ts';
import { TRIED, killedFor, shell } from './parts.ts';

const family = 'daemons';
const left = async ({ marker }: Scene) => {
  if (processesWith(marker).length > 0) return 'it lives on after the end was reported';
  await sleep(300);
  return processesWith(marker).length > 0 ? 'it came back' : undefined;
};

export const daemons: readonly AbuseCase[] = [
  {
    name: 'leaves a daemon behind',
    family,
    command: ({ marker }) =>
      shell(`setsid nohup bash -c 'exec -a ${marker} sleep 600' >/dev/null 2>&1 </dev/null & disown -a; sleep 0.2`),
    attempted: TRIED,
    harm: left,
  },
  {
    name: 'leaves a twice forked daemon behind that ignores every signal',
    family,
    command: ({ marker }) =>
      shell(
        `perl -MPOSIX -e '$0 = "${marker}"; $SIG{$_} = "IGNORE" for keys %SIG; fork and exit; POSIX::setsid(); fork and exit; close STDIN; close STDOUT; close STDERR; sleep 1 while 1'; sleep 0.2`,
      ),
    attempted: TRIED,
    harm: left,
  },
  {
    name: 'leaves a daemon behind that holds the output open',
    family,
    command: ({ marker }) => shell(`setsid bash -c 'exec -a ${marker} sleep 600' & sleep 0.2`),
    attempted: TRIED,
    harm: left,
  },
  {
    name: 'ignores its end when time is up',
    family,
    command: ({ marker }) =>
      shell(
        `trap '' TERM INT HUP QUIT USR1; while :; do bash -c 'trap "" TERM INT HUP; exec -a ${marker} sleep 50'; done`,
        { timeoutMs: 800 },
      ),
    attempted: killedFor('timeout'),
    harm: left,
  },
  {
    name: 'ignores its end when it is cancelled',
    family,
    cancelAfterMs: 700,
    command: ({ marker }) =>
      shell(
        `trap '' TERM INT HUP QUIT; for n in 1 2 3; do setsid bash -c 'trap "" TERM; exec -a ${marker} sleep 600' & done; while :; do sleep 1; done`,
      ),
    attempted: killedFor('cancelled'),
    harm: left,
  },
  {
    name: 'is stopped while time runs out',
    family,
    command: ({ marker }) =>
      shell(
        `bash -c 'kill -STOP $$; exec -a ${marker} sleep 600' & bash -c 'exec -a ${marker} sleep 600' & sleep 0.3; kill -STOP $!; kill -STOP $$`,
        { timeoutMs: 900 },
      ),
    attempted: killedFor('timeout'),
    harm: left,
  },
  {
    name: 'ends or stops the first process of its box',
    family,
    command: ({ marker }) =>
      shell(
        `bash -c 'exec -a ${marker} sleep 600' & kill -STOP 1; kill -TERM 1; kill -9 1; kill -SEGV 1; sleep 0.3; kill -0 1 && echo still there`,
      ),
    attempted: (outcome) => outcome.result.kind !== 'refused',
    harm: left,
  },
  {
    name: 'forks faster than it is killed',
    family,
    command: ({ marker }) =>
      shell(
        `perl -e '$0 = "${marker}"; while (1) { my $p = fork; next unless defined $p; if ($p) { exit } else { $0 = "${marker} x" } }'; sleep 5`,
        { timeoutMs: 1_000 },
      ),
    attempted: killedFor('timeout', 'cpu', 'processes'),
    harm: left,
  },
];
