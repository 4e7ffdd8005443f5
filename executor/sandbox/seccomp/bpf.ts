/**
 * Classic BPF as the kernel takes it for seccomp: struct sock_filter { u16 code; u8 jt; u8 jf; u32 k } (linux/filter.h),
 * run over struct seccomp_data (linux/seccomp.h). Both supported machines are little-endian.
 */
export interface Instruction {
  readonly code: number;
  /** Instructions to skip when the comparison holds, and when it does not. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

export const OP = { load: 0x20, and: 0x54, jumpIfEqual: 0x15, jumpIfGreater: 0x25, ret: 0x06 } as const;

/** Offsets into struct seccomp_data. */
export const NUMBER_OFFSET = 0;
export const ARCH_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;

export const VERDICT = {
  allow: 0x7fff_0000,
  killProcess: 0x8000_0000,
  /** The call returns this error number and does nothing. */
  fail: (errno: number) => 0x0005_0000 | errno,
} as const;

/** The kernel refuses longer programs (BPF_MAXINSNS). */
const MAX_INSTRUCTIONS = 4096;

export const loadWord = (offset: number): Instruction => ({ code: OP.load, jt: 0, jf: 0, k: offset });
export const ret = (verdict: number): Instruction => ({ code: OP.ret, jt: 0, jf: 0, k: verdict });
export const jumpIfEqual = (k: number, jt: number, jf: number): Instruction => ({ code: OP.jumpIfEqual, jt, jf, k });
export const jumpIfGreater = (k: number, jt: number, jf: number): Instruction => ({
  code: OP.jumpIfGreater,
  jt,
  jf,
  k,
});

/**
 * One question about a system call's argument, masked: is it among `values`, or (`not`) none of them?
 * Only the low 32 bits are looked at: every argument judged here is an `int`, `mode_t` or a flag word of that width.
 */
export interface SyscallTest {
  readonly argument: 0 | 1 | 2 | 3 | 4 | 5;
  readonly mask?: number;
  readonly values: readonly number[];
  readonly not?: boolean;
}

const widthOf = (question: SyscallTest) => (question.mask === undefined ? 1 : 2) + question.values.length;

/** Runs on to the next instruction when the answer is yes, and skips `otherwise` more when it is no. */
function ask(question: SyscallTest, otherwise: number): Instruction[] {
  const { values, not = false, mask } = question;
  const code: Instruction[] = [loadWord(ARGUMENTS_OFFSET + 8 * question.argument)];
  if (mask !== undefined) code.push({ code: OP.and, jt: 0, jf: 0, k: mask });
  values.forEach((value, index) => {
    const left = values.length - 1 - index;
    const last = left === 0;
    code.push(not ? jumpIfEqual(value, left + otherwise, 0) : jumpIfEqual(value, left, last ? otherwise : 0));
  });
  return code;
}

/** `verdict` when every answer is yes; runs on behind this block otherwise. */
export function when(questions: readonly SyscallTest[], verdict: number): Instruction[] {
  const widths = questions.map(widthOf);
  const code = questions.flatMap((question, index) => {
    const behind = widths.slice(index + 1).reduce((sum, width) => sum + width, 0);
    return ask(question, behind + 1);
  });
  return [...code, ret(verdict)];
}

export function encode(program: readonly Instruction[]): Uint8Array {
  if (program.length === 0 || program.length > MAX_INSTRUCTIONS)
    throw new RangeError(`a filter of ${program.length} instructions`);
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, jt, jf, k }, index) => {
    if (jt > 255 || jf > 255 || jt < 0 || jf < 0) throw new RangeError('a jump too far for one byte');
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jt);
    view.setUint8(index * 8 + 3, jf);
    view.setUint32(index * 8 + 4, k >>> 0, true);
  });
  return bytes;
}
