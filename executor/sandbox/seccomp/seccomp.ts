import {
  ARCH_OFFSET,
  NUMBER_OFFSET,
  VERDICT,
  encode,
  jumpIfEqual,
  jumpIfGreater,
  loadWord,
  ret,
  when,
  type Instruction,
  type SyscallTest,
} from './bpf.ts';
import { JUDGED, NEWEST, REFUSED } from './syscalls.ts';

export type Machine = 'x86_64' | 'aarch64';

/** AUDIT_ARCH_* of linux/audit.h: what the kernel says a call was made as, whatever its number. */
const ARCH: Readonly<Record<Machine, number>> = { x86_64: 0xc000_003e, aarch64: 0xc000_00b7 };

const EPERM = VERDICT.fail(1);
const ENOSYS = VERDICT.fail(38);
const EOPNOTSUPP = VERDICT.fail(95);
const EAFNOSUPPORT = VERDICT.fail(97);

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_TYPE_MASK = 0xf;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_SEQPACKET = 5;
const TCP_UDP_OR_DEFAULT = [0, 6, 17];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (linux/sched.h). */
const NEW_NAMESPACES = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000;
/** Typing into a terminal, the console's selection, line disciplines (asm-generic/ioctls.h). */
const TERMINAL_TRICKS = [0x5412, 0x541c, 0x5423];
const SETUID_SETGID = 0o6000;
const FILE_TYPE = 0o170000;
const DEVICE_TYPES = [0o020000, 0o060000];
/** O_CREAT and the bit that makes O_TMPFILE; without them the mode argument is whatever the register held. */
const CREATING = 0o100 | 0o20000000;
/** Plain Linux, or the question which one it is; the others weaken the address space. */
const PERSONALITIES = [0, 0xffff_ffff];

export interface FilterOptions {
  /** Off where a lent folder might hold a socket of the host's: one can be reached through a path without any network. */
  readonly unixSockets: boolean;
  /** Memory that belongs to no process's tables; only where a cgroup counts it. */
  readonly namelessMemory: boolean;
  /**
   * Where nothing but looks holds what is written to a disk: no room for files is set aside at a stroke then, which
   * takes no longer for all of a disk than for one block. Programs write instead, and that takes its time.
   */
  readonly noAllocation?: boolean;
}

interface Refusal {
  readonly call: keyof typeof JUDGED;
  /** All have to be answered yes; none at all refuses every call. */
  readonly if: readonly SyscallTest[];
  readonly verdict: number;
}

const any = (argument: SyscallTest['argument'], mask: number): SyscallTest => ({
  argument,
  mask,
  values: [0],
  not: true,
});
const setuidMode = (call: keyof typeof JUDGED, argument: SyscallTest['argument']): Refusal => ({
  call,
  if: [any(argument, SETUID_SETGID)],
  verdict: EPERM,
});
const creatingSetuid = (call: 'open' | 'openat', flags: 1 | 2, mode: 2 | 3): Refusal => ({
  call,
  if: [any(flags, CREATING), any(mode, SETUID_SETGID)],
  verdict: EPERM,
});
const device = (call: 'mknod' | 'mknodat', mode: 1 | 2): Refusal => ({
  call,
  if: [{ argument: mode, mask: FILE_TYPE, values: DEVICE_TYPES }],
  verdict: EPERM,
});

function refusals(options: FilterOptions): readonly Refusal[] {
  const families = options.unixSockets ? [AF_UNIX, AF_INET, AF_INET6] : [AF_INET, AF_INET6];
  const nameless: Refusal[] = options.namelessMemory
    ? []
    : (['memfd_create', 'shmget', 'msgget', 'semget'] as const).map((call) => ({ call, if: [], verdict: ENOSYS }));
  return [
    { call: 'socket', if: [{ argument: 0, values: families, not: true }], verdict: EAFNOSUPPORT },
    {
      call: 'socket',
      if: [{ argument: 1, mask: SOCK_TYPE_MASK, values: [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET], not: true }],
      verdict: EPERM,
    },
    {
      call: 'socket',
      if: [
        { argument: 0, values: [AF_INET, AF_INET6] },
        { argument: 2, values: TCP_UDP_OR_DEFAULT, not: true },
      ],
      verdict: EPERM,
    },
    { call: 'socketpair', if: [{ argument: 0, values: [AF_UNIX], not: true }], verdict: EAFNOSUPPORT },
    { call: 'clone', if: [any(0, NEW_NAMESPACES)], verdict: EPERM },
    // Its flags lie in memory, where a filter cannot look; libraries fall back to clone.
    { call: 'clone3', if: [], verdict: ENOSYS },
    { call: 'openat2', if: [], verdict: ENOSYS },
    { call: 'ioctl', if: [{ argument: 1, values: TERMINAL_TRICKS }], verdict: EPERM },
    { call: 'personality', if: [{ argument: 0, values: PERSONALITIES, not: true }], verdict: EPERM },
    creatingSetuid('open', 1, 2),
    creatingSetuid('openat', 2, 3),
    setuidMode('creat', 1),
    setuidMode('mkdir', 1),
    setuidMode('mkdirat', 2),
    setuidMode('chmod', 1),
    setuidMode('fchmod', 1),
    setuidMode('fchmodat', 2),
    setuidMode('fchmodat2', 2),
    setuidMode('mknod', 1),
    setuidMode('mknodat', 2),
    device('mknod', 1),
    device('mknodat', 2),
    ...nameless,
    ...(options.noAllocation === true ? [{ call: 'fallocate' as const, if: [], verdict: EOPNOTSUPP }] : []),
  ];
}

/** The filter as instructions: a foreign calling convention is killed, a call too young to be known does not exist. */
export function filterProgram(machine: Machine, options: FilterOptions): Instruction[] {
  const column = machine === 'x86_64' ? 0 : 1;
  const program = [
    loadWord(ARCH_OFFSET),
    jumpIfEqual(ARCH[machine], 1, 0),
    ret(VERDICT.killProcess),
    loadWord(NUMBER_OFFSET),
  ];
  // x32 shares the architecture of x86_64 and is told by this bit in the number; -1 is what a tracer leaves behind.
  program.push(jumpIfGreater(0x3fff_ffff, 0, 1), ret(VERDICT.killProcess));
  program.push(jumpIfGreater(NEWEST, 0, 1), ret(ENOSYS));

  for (const numbers of Object.values(REFUSED)) {
    const number = numbers[column];
    if (number !== null) program.push(jumpIfEqual(number, 0, 1), ret(EPERM));
  }
  for (const [call, list] of Map.groupBy(refusals(options), (refusal) => refusal.call)) {
    const number = JUDGED[call][column];
    if (number === null) continue;
    const body = list.flatMap((refusal) => when(refusal.if, refusal.verdict));
    if (list.every((refusal) => refusal.if.length > 0)) body.push(ret(VERDICT.allow));
    program.push(jumpIfEqual(number, 0, body.length), ...body);
  }
  program.push(ret(VERDICT.allow));
  return program;
}

const MADE = new Map<string, Uint8Array>();

/** What `bwrap --seccomp` reads; there are eight for each machine, and each is made once. */
export function seccompFilter(machine: Machine, options: FilterOptions): Uint8Array {
  const name = `${machine} ${options.unixSockets} ${options.namelessMemory} ${options.noAllocation === true}`;
  const made = MADE.get(name) ?? encode(filterProgram(machine, options));
  MADE.set(name, made);
  return made;
}

/** Node's name of the machine, or undefined where no filter was written for it: then there is no sandbox. */
export function machineOf(arch: string): Machine | undefined {
  if (arch === 'x64') return 'x86_64';
  return arch === 'arm64' ? 'aarch64' : undefined;
}
