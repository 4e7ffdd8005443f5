import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BOX_PATHS } from '../../../executor/sandbox/sandbox.ts';
import { I386, INT_80, PLAIN, X32 } from '../elf.ts';
import type { AbuseCase, Outcome, Scene } from '../case.ts';
import { TRIED, said, shell, syscall, syscallNumber } from './parts.ts';

const family = 'privileges';
const did = (_scene: Scene, outcome: Outcome) => (/did it|^broke/m.test(outcome.stdout) ? outcome.stdout : undefined);
const number = syscallNumber;

/** One case for calls that have to be refused with EPERM by the filter itself, whatever the kernel would have said. */
const refused = (
  what: string,
  calls: readonly (readonly [name: string, ...args: (number | string)[]])[],
  errno = 1,
): AbuseCase => ({
  name: what,
  family,
  command: () => shell(calls.map(([name, ...args]) => syscall(name, number(name), ...args)).join('\n')),
  attempted: TRIED,
  harm: (_scene, outcome) => {
    const wrong = calls.filter(([name]) => !outcome.stdout.includes(`${name} no ${errno}\n`)).map(([name]) => name);
    return wrong.length === 0 ? undefined : `not refused by the filter: ${wrong.join(', ')}: ${outcome.stdout}`;
  },
});

const program = (bytes: Buffer) =>
  shell(`echo ${bytes.toString('base64')} | base64 -d >program; chmod +x program; ./program; echo "ended $?"`);
const onlyOnPc = () => (process.arch === 'x64' ? undefined : 'the program is one for x86_64');
/** Refused in an orderly way ends with 7; killed by the filter with 128 + SIGSYS. */
const machineCode = (name: string, bytes: Buffer, expected: RegExp): AbuseCase => ({
  name,
  family,
  cannotRun: onlyOnPc,
  command: () => program(bytes),
  attempted: (outcome) => expected.test(outcome.stdout),
  harm: (_scene, outcome) => said(outcome, 'ended 42', 'the call got past the filter'),
});

export const privileges: readonly AbuseCase[] = [
  {
    name: 'becomes another account',
    family,
    command: () =>
      shell(
        'id -u; find /usr/bin /usr/sbin -perm /6000 | head -20; su -c "echo broke out" root </dev/null; sudo -n id; newgrp root </dev/null; perl -e \'$> = 0; $< = 0; print "broke out\\n" if $> == 0 || $< == 0\'; pkexec id </dev/null; cat /proc/self/status | grep -E "^(Cap...|NoNewPrivs)"',
      ),
    attempted: TRIED,
    harm: (_scene, outcome) => {
      if (/^uid=0|broke out/m.test(outcome.stdout)) return 'it is root';
      const caps = [...outcome.stdout.matchAll(/^Cap\w+:\s+(\w+)$/gm)];
      return caps.length === 5 &&
        caps.every(([, bits]) => /^0+$/.test(bits ?? '1')) &&
        /NoNewPrivs:\s+1/.test(outcome.stdout)
        ? undefined
        : 'it has capabilities';
    },
  },
  {
    name: 'makes a program that runs as the executor for whoever starts it',
    family,
    command: () =>
      shell(
        `cp /usr/bin/bash suid; chmod 4755 suid; chmod 2755 suid; chmod u+s suid; install -m 4755 /usr/bin/bash suid2; perl -e 'use Fcntl; umask 0; sysopen my $f, "suid3", O_CREAT | O_WRONLY, 04755; mkdir "sgid", 02777; my $s = "suid"; syscall(${number('fchmodat')}, -100, $s, 04755); syscall(${number('fchmod')}, fileno $f, 06755) if $f; my $s4 = "suid4"; my $how = pack("QQQ", 0101, 04755, 0); syscall(437, -100, $s4, $how, 24)'; cp -p suid suid5; touch done`,
      ),
    attempted: TRIED,
    harm: ({ workspace }) => {
      const bad = readdirSync(workspace).filter((name) => (statSync(join(workspace, name)).mode & 0o6000) !== 0);
      return bad.length === 0 ? undefined : `set: ${bad.join(', ')}`;
    },
  },
  {
    name: 'makes namespaces of its own',
    family,
    command: () =>
      shell(
        `for kind in U m n p i u C T; do unshare -$kind true && echo "broke $kind"; done; unshare -Ur id && echo "broke Ur"; perl -e 'for my $f (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000) { my $r = syscall(${number('clone')}, $f | 17, 0, 0, 0, 0); if (defined $r && $r == 0) { exit } print "broke $f\\n" if $r > 0 }'; nsenter -t 1 -m true && echo "broke in"; cat /proc/sys/user/max_user_namespaces`,
      ),
    attempted: TRIED,
    harm: did,
  },
  {
    name: 'mounts',
    family,
    command: () =>
      shell(
        'mount -t tmpfs x /tmp && echo broke; mount --bind / /tmp && echo broke; mount -o remount,rw / && echo broke; mount -o remount,rw /usr && echo broke; umount /proc && echo broke; umount -l /work && echo broke; chroot / true && echo broke; pivot_root . . && echo broke; cat /proc/self/mounts | grep -E " / | /usr " ',
      ),
    attempted: TRIED,
    harm: (scene, outcome) =>
      did(scene, outcome) ?? (/ \/(?:usr)? \S+ rw/.test(outcome.stdout) ? 'it is writable' : undefined),
  },
  refused('calls what rearranges mounts and namespaces', [
    ['mount', 0, 0, 0, 0, 0],
    ['umount2', '"/tmp"', 2],
    ['pivot_root', '"/"', '"/"'],
    ['chroot', '"/"'],
    ['open_tree', -100, '"/"', 1],
    ['move_mount', -1, '""', -1, '""', 0],
    ['fsopen', '"tmpfs"', 0],
    ['fsmount', -1, 0, 0],
    ['mount_setattr', -100, '"/"', 0, 0, 0],
    ['setns', 0, 0],
    ['unshare', 0],
    ['statmount', 0, 0, 0, 0],
  ]),
  refused('calls what looks into other processes', [
    ['ptrace', 16, 1, 0, 0],
    ['process_vm_readv', 1, 0, 0, 0, 0, 0],
    ['process_vm_writev', 1, 0, 0, 0, 0, 0],
    ['kcmp', 1, 1, 0, 0, 0],
    ['pidfd_getfd', -1, 0, 0],
    ['process_madvise', -1, 0, 0, 0, 0],
    ['perf_event_open', 0, 0, -1, -1, 0],
  ]),
  refused('calls what loads programs and keys into the kernel', [
    ['bpf', 0, 0, 0],
    ['io_uring_setup', 1, 0],
    ['io_uring_enter', -1, 0, 0, 0, 0, 0],
    ['io_uring_register', -1, 0, 0, 0],
    ['userfaultfd', 0],
    ['keyctl', 0, -3, 0],
    ['add_key', '"user"', '"x"', '"y"', 1, -2],
    ['request_key', '"user"', '"x"', 0, -2],
    ['init_module', 0, 0, 0],
    ['finit_module', -1, 0, 0],
    ['kexec_load', 0, 0, 0, 0],
    ['memfd_secret', 0],
  ]),
  refused('calls what changes the machine', [
    ['reboot', 0, 0, 0, 0],
    ['swapon', '"/x"', 0],
    ['acct', 0],
    ['quotactl', 0, 0, 0, 0],
    ['settimeofday', 0, 0],
    ['clock_settime', 0, 0],
    ['adjtimex', 0],
    ['sethostname', '"evil"', 4],
    ['setdomainname', '"evil"', 4],
    ['syslog', 10, 0, 0],
    ['fanotify_init', 0, 0],
    ['open_by_handle_at', -1, 0, 0],
    ['name_to_handle_at', -100, '"/"', 0, 0, 0],
    ['personality', 0x40000],
  ]),
  {
    name: 'calls what is younger than the filter, and what hides its arguments in memory',
    family,
    command: () =>
      shell(
        [
          ['clone3', 435],
          ['openat2', 437],
          ['467', 467],
          ['468', 468],
          ['500', 500],
          ['1000', 1000],
        ]
          .map(([name, nr]) => syscall(String(name), Number(nr), 0, 0, 0, 0))
          .join('\n'),
      ),
    attempted: TRIED,
    harm: (_scene, outcome) => ((outcome.stdout.match(/ no 38$/gm) ?? []).length === 6 ? undefined : outcome.stdout),
  },
  {
    name: 'traces the first process of its box and its own children',
    family,
    command: () =>
      shell(
        `perl -e 'my $p = fork; if (!$p) { syscall(${number('ptrace')}, 0, 0, 0, 0) == 0 and print "broke\\n"; exit } waitpid $p, 0; print "broke\\n" if syscall(${number('ptrace')}, 0x4206, 1, 0, 0) == 0'; strace -p 1 2>/dev/null && echo broke; head -c 1 /proc/1/mem && echo broke; echo x >/proc/1/mem && echo broke`,
      ),
    attempted: TRIED,
    harm: did,
  },
  {
    name: 'makes devices',
    family,
    command: () =>
      shell(
        `mknod disk b 8 0; mknod mem c 1 1; mknod null c 1 3; mknod /tmp/disk b 254 0; perl -e 'my $d = "d2"; syscall(${number('mknodat')}, -100, $d, 060600, 0xfe00)'; mkfifo pipe && echo "pipes are fine"; ls -l . /tmp | grep -E "^[bc]" && echo broke`,
      ),
    attempted: 'pipes are fine',
    harm: did,
  },
  machineCode('asks for a vsock in the ordinary way', PLAIN, /ended 7/),
  machineCode("asks for it by i386's system call in a 64-bit program", INT_80, /ended 159/),
  machineCode("asks for it by x32's number", X32, /ended 159/),
  machineCode('brings a program of another architecture', I386, /ended (?:159|126)/),
  {
    name: 'brings programs with capabilities and runs the loader by hand',
    family,
    command: () =>
      shell(
        `cp /usr/bin/perl p; setcap cap_net_raw+ep p && echo broke; perl -e 'my ($p, $n, $v) = ("p", "security.capability", pack("V5", 0x2000001, 0x2000, 0, 0, 0)); syscall(188, $p, $n, $v, 20, 0) == 0 and print "broke\\n"'; /lib64/ld-linux-x86-64.so.2 /usr/bin/unshare -U true && echo broke; LD_PRELOAD=${BOX_PATHS.workspace}/x.so true; env -i /usr/bin/unshare -U true && echo broke`,
      ),
    attempted: TRIED,
    harm: did,
  },
  {
    name: 'loosens its limits',
    family,
    command: () =>
      shell(
        'ulimit -Hn 100000 && echo broke; ulimit -Hu 100000 && echo broke; ulimit -c unlimited && echo broke; prlimit --pid $$ --nproc=100000:100000 && echo broke; prlimit --pid 1 --fsize=unlimited 2>/dev/null && echo "first process"; ulimit -u',
      ),
    attempted: TRIED,
    harm: (scene, outcome) =>
      did(scene, outcome) ?? (Number(/^(\d+)$/m.exec(outcome.stdout)?.[1]) <= 64 ? undefined : 'the limit is gone'),
  },
  {
    name: 'moves itself into another cgroup',
    family,
    command: () =>
      shell(
        'find / -name cgroup.procs 2>/dev/null | head -3; for f in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/memory/cgroup.procs; do echo $$ >$f && echo broke; done; mkdir /tmp/cg && mount -t cgroup2 x /tmp/cg && echo broke; cat /proc/self/cgroup',
      ),
    attempted: TRIED,
    harm: (scene, outcome) =>
      did(scene, outcome) ?? (outcome.stdout.includes('cgroup.procs\n') ? 'cgroups can be reached' : undefined),
  },
  {
    name: 'leaves a core dump to the host',
    family,
    command: () => shell("ulimit -c unlimited; bash -c 'kill -SEGV $$'; bash -c 'kill -ABRT $$'; ls"),
    attempted: TRIED,
    harm: (_scene, outcome) =>
      readFileSync('/proc/sys/kernel/core_pattern', 'utf8').startsWith('|')
        ? undefined
        : /^core/m.test(outcome.stdout)
          ? 'a core was dumped'
          : undefined,
  },
];
