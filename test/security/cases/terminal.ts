import type { AbuseCase } from '../case.ts';
import { TRIED, said, shell } from './parts.ts';

const family = 'terminal';

export const terminal: readonly AbuseCase[] = [
  {
    name: "types into the executor's terminal",
    family,
    command: () =>
      shell(
        `perl -e 'for my $fd (0 .. 3) { open my $t, "+<&=", $fd or next; for my $n (0x5412, 0x541c, 0x5423) { my $c = "x"; my $r = ioctl($t, $n, $c); print "typed $n\\n" if defined $r; print "refused $n ", $! + 0, "\\n" } }'; perl -e 'open my $t, "+<", "/dev/ptmx"; my $c = "x"; print defined ioctl($t, 0x5412, $c) ? "typed\\n" : "pty " . ($! + 0) . "\\n"'`,
      ),
    attempted: (outcome) => outcome.stdout.includes('refused 21522 1\n') && outcome.stdout.includes('pty 1\n'),
    harm: (_scene, outcome) => said(outcome, 'typed', 'it typed'),
  },
  {
    name: 'opens the terminal of whoever started the executor',
    family,
    command: () =>
      shell(
        '(echo x >/dev/tty) && echo opened; (echo x >/dev/console) && echo opened; for t in /dev/pts/[0-9]* /dev/tty[0-9]* /dev/ttyS0; do [ -e $t ] && echo opened; done; tty; ps -o tty= -p $$ 2>/dev/null | grep -v "?"',
      ),
    attempted: TRIED,
    harm: (_scene, outcome) => said(outcome, 'opened', 'a terminal was opened'),
  },
  {
    name: 'signals the session of whoever started the executor',
    family,
    command: () =>
      shell(
        'kill -9 0 & kill -HUP -- -1; sleep 0.2; [ "$(cut -d " " -f 6 /proc/1/stat)" = "$(cut -d " " -f 6 /proc/$$/stat)" ]; cut -d " " -f 7 /proc/$$/stat',
      ),
    attempted: (outcome) => outcome.result.kind !== 'refused',
    harm: ({ host }) => (process.kill(host.bystander, 0) ? undefined : 'the session ended'),
  },
];
