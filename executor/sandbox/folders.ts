import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import type { HostFolder } from './sandbox.ts';

/** An open folder: what is bound is this very folder, whatever its path leads to by then. */
export class OpenFolder implements Disposable {
  readonly path: string;
  readonly fd: number;
  readonly writable: boolean;
  /** Device and inode: the same folder under any name. */
  readonly identity: string;
  readonly device: number;

  /** Throws where the path passes through a link or does not lead to a folder. */
  constructor(folder: HostFolder) {
    if (!folder.path.startsWith('/')) throw new Error(`not an absolute path: ${folder.path}`);
    this.path = folder.path;
    this.fd = openSync(folder.path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      // O_NOFOLLOW guards the last part only; the kernel's own name for the open folder shows links before it.
      const real = readlinkSync(`/proc/self/fd/${this.fd}`);
      if (real !== folder.path) throw new Error(`a link on the way to ${folder.path}`);
      const { dev, ino } = fstatSync(this.fd);
      this.identity = `${dev}:${ino}`;
      this.device = dev;
    } catch (cause) {
      closeSync(this.fd);
      throw cause;
    }
    this.writable = folder.writable;
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}
