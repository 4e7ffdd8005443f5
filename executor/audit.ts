import { AUDIT_BEGIN, type AUDIT_EVENTS } from '../bridge/protocol/audit.ts';
import { checkChain } from '../bridge/queue/audit-chain.ts';
import { canonical, sha256 } from '../bridge/queue/canonical.ts';
import { AppendFile, readLines } from './append-file.ts';

export type AuditEvent = (typeof AUDIT_EVENTS)[number];
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Told of every line that is on the disk. */
export type AuditListener = (event: AuditEvent, data: unknown) => void;

/** Where a line stands, as the ops room is told: whoever cuts the file short later has to explain that. */
export interface AuditMark {
  readonly seq: number;
  readonly hash: string;
}

/** Who ordered what, who let it pass, how it ended; each line holds the hash of the one before. */
export class Audit {
  readonly #file: AppendFile;
  #seq: number;
  #head: string;
  #broken: unknown;
  readonly #heard: AuditListener;

  private constructor(file: AppendFile, seq: number, head: string, heard: AuditListener) {
    this.#file = file;
    this.#seq = seq;
    this.#head = head;
    this.#heard = heard;
  }

  /** Throws where the chain is broken: what comes after would hide it. */
  static async open(path: string, heard: AuditListener = () => undefined): Promise<Audit> {
    const { lines, bytes } = readLines(path);
    const check = checkChain(lines);
    if (check.kind === 'broken') throw new Error(`audit: line ${check.line} does not fit the chain (${check.why})`);
    return new Audit(await AppendFile.open(path, bytes), check.lines, lines.length === 0 ? AUDIT_BEGIN : check.head, heard);
  }

  get head(): AuditMark {
    return { seq: this.#seq, hash: this.#head };
  }

  /** On the disk when it resolves. After one failure every further line throws: a gap cannot be mended later. */
  async write(event: AuditEvent, data: { readonly [key: string]: Json | undefined }): Promise<AuditMark> {
    if (this.#broken !== undefined) throw new Error('the audit cannot be written any more', { cause: this.#broken });
    // Written as it is hashed (`auditHash`), so that it is gone through once.
    const line = canonical({ seq: this.#seq + 1, at: new Date().toISOString(), prev: this.#head, event, data });
    const mark = { seq: this.#seq + 1, hash: sha256(line) };
    this.#seq = mark.seq;
    this.#head = mark.hash;
    try {
      await this.#file.append(`${line.slice(0, -1)},"hash":"${mark.hash}"}`);
      this.#heard(event, data);
      return mark;
    } catch (error) {
      this.#broken = error;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
