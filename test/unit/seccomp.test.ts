import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OP, VERDICT, encode, jumpIfEqual, ret, type Instruction } from '../../executor/sandbox/seccomp/bpf.ts';
import {
  filterProgram,
  machineOf,
  seccompFilter,
  type FilterOptions,
  type Machine,
} from '../../executor/sandbox/seccomp/seccomp.ts';
import { JUDGED, NEWEST, REFUSED } from '../../executor/sandbox/seccomp/syscalls.ts';

const ARCH: Readonly<Record<Machine, number>> = { x86_64: 0xc000_003e, aarch64: 0xc000_00b7 };
const I386 = 0x4000_0003;
const EPERM = VERDICT.fail(1);
const ENOSYS = VERDICT.fail(38);
const EAFNOSUPPORT = VERDICT.fail(97);
const MACHINES = ['x86_64', 'aarch64'] as const;
const OPEN: FilterOptions = { unixSockets: true, namelessMemory: true };

interface Call {
  readonly number: number;
  readonly arch?: number;
  readonly args?: readonly number[];
}

/** What the kernel would do: the program run over struct seccomp_data. */
function judge(machine: Machine, call: Call, options = OPEN): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number >>> 0, true);
  data.setUint32(4, call.arch ?? ARCH[machine], true);
  (call.args ?? []).forEach((value, index) =>
    data.setBigUint64(16 + 8 * index, BigInt.asUintN(64, BigInt(value)), true),
  );
  return interpret(filterProgram(machine, options), data);
}

function interpret(program: readonly Instruction[], data: DataView): number {
  let accumulator = 0;
  for (let at = 0; at < program.length; at++) {
    const { code, jt, jf, k } = program[at]!;
    if (code === OP.load) accumulator = data.getUint32(k, true);
    else if (code === OP.and) accumulator = (accumulator & k) >>> 0;
    else if (code === OP.jumpIfEqual) at += accumulator === k >>> 0 ? jt : jf;
    else if (code === OP.jumpIfGreater) at += accumulator > k >>> 0 ? jt : jf;
    else if (code === OP.ret) return k;
    else throw new Error(`an instruction that nobody writes: ${code}`);
  }
  throw new Error('the program runs past its end');
}

const numberOf = (machine: Machine, name: keyof typeof JUDGED) => JUDGED[name][machine === 'x86_64' ? 0 : 1];
const on = (machine: Machine, name: keyof typeof JUDGED, args: readonly number[], options = OPEN) =>
  judge(machine, { number: numberOf(machine, name)!, args }, options);

describe.each(MACHINES)('the filter for %s', (machine) => {
  const column = machine === 'x86_64' ? 0 : 1;

  it('kills what was called another way', () => {
    for (const arch of [I386, 0x4000_0028, ARCH[machine === 'x86_64' ? 'aarch64' : 'x86_64'], 0, 0xffff_ffff]) {
      for (const number of [0, 1, 39, 41, 102, 359]) expect(judge(machine, { number, arch })).toBe(VERDICT.killProcess);
    }
  });

  it('kills numbers of x32 and negative ones', () => {
    for (const number of [0x4000_0000, 0x4000_0029, 0x7fff_ffff, 0x8000_0000, -1])
      expect(judge(machine, { number })).toBe(VERDICT.killProcess);
  });

  it('knows no call younger than those that were reviewed', () => {
    for (const number of [NEWEST + 1, 467, 500, 0x3fff_ffff]) expect(judge(machine, { number })).toBe(ENOSYS);
    expect(judge(machine, { number: NEWEST })).toBe(VERDICT.allow);
  });

  const present = Object.entries(REFUSED).flatMap(([name, numbers]) =>
    numbers[column] === null ? [] : [{ name, number: numbers[column] }],
  );
  it.each(present)('refuses $name', ({ number }) => {
    expect(judge(machine, { number })).toBe(EPERM);
    expect(judge(machine, { number, args: [-1, -1, -1, -1, -1, -1] })).toBe(EPERM);
  });

  it('lets ordinary work be done', () => {
    // read write close mmap execve exit futex getrandom, by their numbers on either machine
    for (const number of column === 0
      ? [0, 1, 3, 9, 59, 60, 202, 318, 332, 439]
      : [63, 64, 57, 222, 221, 93, 98, 278, 291, 439]) {
      expect(judge(machine, { number, args: [0, 0, 0, 0, 0, 0] })).toBe(VERDICT.allow);
    }
  });

  it('opens sockets of three families and of no other', () => {
    for (let family = 0; family < 60; family++) {
      expect(on(machine, 'socket', [family, 1, 0])).toBe([1, 2, 10].includes(family) ? VERDICT.allow : EAFNOSUPPORT);
    }
    expect(on(machine, 'socket', [-1, 1, 0])).toBe(EAFNOSUPPORT);
    expect(on(machine, 'socket', [2 ** 32 + 40, 1, 0])).toBe(EAFNOSUPPORT);
  });

  it('opens streams and datagrams, nothing raw, whatever flags are added', () => {
    for (const flags of [0, 0x800, 0x80000, 0x80800]) {
      for (const type of [1, 2, 5]) expect(on(machine, 'socket', [2, type | flags, 0])).toBe(VERDICT.allow);
      for (const type of [3, 4, 6, 10]) expect(on(machine, 'socket', [2, type | flags, 0])).toBe(EPERM);
    }
    for (const protocol of [6, 17]) expect(on(machine, 'socket', [10, 1, protocol])).toBe(VERDICT.allow);
    for (const protocol of [1, 58, 132, 136, 255, 262]) expect(on(machine, 'socket', [2, 1, protocol])).toBe(EPERM);
    expect(on(machine, 'socket', [1, 1, 1])).toBe(VERDICT.allow);
  });

  it('opens no local sockets where a lent folder may hold one of the host', () => {
    const lent = { ...OPEN, unixSockets: false };
    expect(on(machine, 'socket', [1, 1, 0], lent)).toBe(EAFNOSUPPORT);
    expect(on(machine, 'socketpair', [1, 1, 0], lent)).toBe(VERDICT.allow);
    expect(on(machine, 'socket', [2, 1, 0], lent)).toBe(VERDICT.allow);
  });

  it('makes threads and processes but no namespaces', () => {
    expect(on(machine, 'clone', [0x0120_0011])).toBe(VERDICT.allow); // fork as glibc makes it
    expect(on(machine, 'clone', [0x003d_0f00])).toBe(VERDICT.allow); // a thread
    for (const bit of [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000]) {
      expect(on(machine, 'clone', [bit | 17])).toBe(EPERM);
      expect(on(machine, 'clone', [bit | 0x003d_0f00])).toBe(EPERM);
    }
    expect(on(machine, 'clone3', [])).toBe(ENOSYS);
  });

  it('types into no terminal', () => {
    for (const request of [0x5412, 0x541c, 0x5423]) {
      expect(on(machine, 'ioctl', [0, request, 0])).toBe(EPERM);
      // The kernel looks at the low half only, so the filter must not be led astray by the high one.
      expect(on(machine, 'ioctl', [0, request + 2 ** 40, 0])).toBe(EPERM);
    }
    for (const request of [0x5401, 0x5413, 0x541b]) expect(on(machine, 'ioctl', [0, request, 0])).toBe(VERDICT.allow);
  });

  it('sets no file to run as its owner, by whatever call', () => {
    const calls = [
      ['chmod', 1],
      ['fchmod', 1],
      ['fchmodat', 2],
      ['fchmodat2', 2],
      ['creat', 1],
      ['mkdir', 1],
      ['mkdirat', 2],
      ['mknod', 1],
      ['mknodat', 2],
    ] as const;
    for (const [name, argument] of calls) {
      if (numberOf(machine, name) === null) continue;
      const args = (mode: number) =>
        Array.from({ length: argument + 1 }, (_none, index) => (index === argument ? mode : 0));
      for (const mode of [0o4755, 0o2755, 0o6777]) expect([name, on(machine, name, args(mode))]).toEqual([name, EPERM]);
      for (const mode of [0o755, 0o1777, 0])
        expect([name, on(machine, name, args(mode))]).toEqual([name, VERDICT.allow]);
    }
  });

  it('looks at the mode of open only where a file is made', () => {
    const O_CREAT = 0o100;
    const O_TMPFILE = 0o20200000;
    expect(on(machine, 'openat', [-100, 0, 0, 0o6755])).toBe(VERDICT.allow);
    expect(on(machine, 'openat', [-100, 0, O_CREAT, 0o644])).toBe(VERDICT.allow);
    expect(on(machine, 'openat', [-100, 0, O_CREAT | 1, 0o4755])).toBe(EPERM);
    expect(on(machine, 'openat', [-100, 0, O_TMPFILE | 1, 0o4755])).toBe(EPERM);
    expect(on(machine, 'openat2', [])).toBe(ENOSYS);
  });

  it('makes pipes but no devices', () => {
    expect(on(machine, 'mknodat', [-100, 0, 0o010644, 0])).toBe(VERDICT.allow);
    expect(on(machine, 'mknodat', [-100, 0, 0o020644, 0])).toBe(EPERM);
    expect(on(machine, 'mknodat', [-100, 0, 0o060644, 0])).toBe(EPERM);
  });

  it('takes memory without a name only where a cgroup counts it', () => {
    for (const name of ['memfd_create', 'shmget', 'msgget', 'semget'] as const) {
      expect(on(machine, name, [0])).toBe(VERDICT.allow);
      expect(on(machine, name, [0], { ...OPEN, namelessMemory: false })).toBe(ENOSYS);
    }
  });

  it('stays as it is asked what it is', () => {
    expect(on(machine, 'personality', [0])).toBe(VERDICT.allow);
    expect(on(machine, 'personality', [0xffff_ffff])).toBe(VERDICT.allow);
    expect(on(machine, 'personality', [0x0004_0000])).toBe(EPERM);
  });

  it('ends in a verdict on every path', () => {
    const program = filterProgram(machine, OPEN);
    const furthest = program.map(({ code, jt, jf }, at) =>
      code === OP.jumpIfEqual || code === OP.jumpIfGreater ? at + 1 + Math.max(jt, jf) : at,
    );
    expect(Math.max(...furthest)).toBeLessThan(program.length);
    expect(program.at(-1)?.code).toBe(OP.ret);
  });
});

describe('the bytes', () => {
  it('are eight to an instruction, little end first', () => {
    expect([...encode([jumpIfEqual(0xc000_003e, 1, 2), ret(VERDICT.allow)])]).toEqual([
      0x15, 0, 1, 2, 0x3e, 0, 0, 0xc0, 0x06, 0, 0, 0, 0, 0, 0xff, 0x7f,
    ]);
    expect(seccompFilter('x86_64', OPEN).length).toBe(filterProgram('x86_64', OPEN).length * 8);
  });

  it('refuse a jump that does not fit and an empty program', () => {
    expect(() => encode([jumpIfEqual(1, 256, 0)])).toThrow(RangeError);
    expect(() => encode([])).toThrow(RangeError);
  });

  it('exist for two machines only', () => {
    expect(['x64', 'arm64', 'ia32', 'riscv64'].map(machineOf)).toEqual(['x86_64', 'aarch64', undefined, undefined]);
  });
});

const HEADERS = [
  ['/usr/include/x86_64-linux-gnu/asm/unistd_64.h', 0],
  ['/usr/include/asm-generic/unistd.h', 1],
] as const;

describe('the numbers', () => {
  it.each(HEADERS.filter(([header]) => existsSync(header)))('are those of %s', (header, column) => {
    const known = new Map(
      [...readFileSync(header, 'utf8').matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)$/gm)].map(([, name, number]) => [
        name,
        Number(number),
      ]),
    );
    expect(known.size).toBeGreaterThan(200);
    const wrong = Object.entries({ ...REFUSED, ...JUDGED }).filter(([name, numbers]) => {
      const number = numbers[column];
      // Calls younger than the header have one number on all machines.
      return known.has(name) ? number !== known.get(name) : number !== null && number < 450;
    });
    expect(wrong).toEqual([]);
  });

  it('name no call twice', () => {
    for (const column of [0, 1] as const) {
      const numbers = Object.values({ ...REFUSED, ...JUDGED }).flatMap((pair) => pair[column] ?? []);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  });
});
