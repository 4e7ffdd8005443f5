/** The smallest programs that make one system call in an unusual way, as bytes: no compiler is needed. */

const BASE = 0x40_0000;

/** 64-bit code that runs `socket(AF_VSOCK, SOCK_STREAM, 0)` by `enter` and ends with 42 when it got one, 7 when not. */
const trySocket = (number: number, enter: readonly number[], family: readonly number[], type: readonly number[]) =>
  [
    [0xb8, number & 0xff, (number >> 8) & 0xff, (number >> 16) & 0xff, (number >>> 24) & 0xff], // mov eax, number
    family,
    type,
    [0x31, 0xd2], // xor edx, edx
    enter,
    [0x85, 0xc0, 0x78, 0x07], // test eax, eax; js to the refusal
    [0xbf, 0x2a, 0, 0, 0, 0xeb, 0x05], // mov edi, 42; jump over
    [0xbf, 0x07, 0, 0, 0], // mov edi, 7
    [0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05], // exit(edi)
  ].flat();

/** i386's way in from a 64-bit program: `int 0x80` with i386's number of socket. */
export const INT_80 = elf64(trySocket(359, [0xcd, 0x80], [0xbb, 40, 0, 0, 0], [0xb9, 1, 0, 0, 0]));
/** x32's numbers are those of x86_64 with bit 30 set. */
export const X32 = elf64(trySocket(0x4000_0000 | 41, [0x0f, 0x05], [0xbf, 40, 0, 0, 0], [0xbe, 1, 0, 0, 0]));
/** The same by the proper instruction: has to be refused by number. */
export const PLAIN = elf64(trySocket(41, [0x0f, 0x05], [0xbf, 40, 0, 0, 0], [0xbe, 1, 0, 0, 0]));
/** A whole program of i386: `exit(42)` by `int 0x80`. */
export const I386 = elf32([0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80]);

function elf64(code: readonly number[]): Buffer {
  const header = Buffer.alloc(120);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(2, 16); // an executable
  header.writeUInt16LE(62, 18); // for x86_64
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(BASE + 120), 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64); // one segment to load
  header.writeUInt32LE(5, 68); // readable, executable
  header.writeBigUInt64LE(BigInt(BASE), 80);
  header.writeBigUInt64LE(BigInt(BASE), 88);
  header.writeBigUInt64LE(BigInt(120 + code.length), 96);
  header.writeBigUInt64LE(BigInt(120 + code.length), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([header, Buffer.from(code)]);
}

function elf32(code: readonly number[]): Buffer {
  const header = Buffer.alloc(84);
  header.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(3, 18); // for i386
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(BASE + 84, 24);
  header.writeUInt32LE(52, 28);
  header.writeUInt16LE(52, 40);
  header.writeUInt16LE(32, 42);
  header.writeUInt16LE(1, 44);
  header.writeUInt32LE(1, 52);
  header.writeUInt32LE(BASE, 60);
  header.writeUInt32LE(BASE, 64);
  header.writeUInt32LE(84 + code.length, 68);
  header.writeUInt32LE(84 + code.length, 72);
  header.writeUInt32LE(5, 76);
  header.writeUInt32LE(0x1000, 80);
  return Buffer.concat([header, Buffer.from(code)]);
}
