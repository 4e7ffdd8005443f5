import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AUDIT_FOLDER, type AUDIT_EVENTS, isPutAway, putAwayName } from '../../bridge/protocol/audit.ts';
import { CHAIN_BEGIN, checkChain, type ChainEnd, endAt } from '../../bridge/digest/audit-chain.ts';
import { canonical, sha256 } from '../../bridge/digest/canonical.ts';
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

/** A full file is put away: the next start reads and checks only what came after it. */
const FULL_BYTES = 8 * 1024 * 1024;

/** Who ordered what, who let it pass, how it ended; each line holds the hash of the one before. */
export class Audit {
  readonly #path: string;
  readonly #full: number;
  #file: AppendFile;
  /** Every line waits for it, so that all keep their order while a full file is put away. */
  #ready: Promise<void> = Promise.resolve();
  #puttingAway = false;
  #seq: number;
  #head: string;
  #broken: unknown;
  readonly #heard: AuditListener;

  private constructor(path: string, full: number, file: AppendFile, { lines, head }: ChainEnd, heard: AuditListener) {
    this.#path = path;
    this.#full = full;
    this.#file = file;
    this.#seq = lines;
    this.#head = head;
    this.#heard = heard;
  }

  /** Throws where the chain is broken: what comes after would hide it. */
  static async open(path: string, heard: AuditListener = () => undefined, full = FULL_BYTES): Promise<Audit> {
    const { lines, bytes } = readLines(path);
    const check = checkChain(lines, endOfPutAway(path));
    if (check.kind === 'broken') throw new Error(`audit: line ${check.line} does not fit the chain (${check.why})`);
    return new Audit(path, full, await AppendFile.open(path, bytes), check, heard);
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
      if (this.#file.length >= this.#full && !this.#puttingAway) this.#ready = this.#putAway(mark.seq - 1);
      await this.#ready;
      await this.#file.append(`${line.slice(0, -1)},"hash":"${mark.hash}"}`);
      this.#heard(event, data);
      return mark;
    } catch (error) {
      this.#broken = error;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#ready;
    await this.#file.close();
  }

  /** Under the number of its last line. Cut short by a crash it is either still there or already away. */
  async #putAway(last: number): Promise<void> {
    this.#puttingAway = true;
    try {
      await this.#file.close(); // when all its lines are written
      const folder = join(dirname(this.#path), AUDIT_FOLDER);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await rename(this.#path, join(folder, putAwayName(last)));
      for (const changed of [folder, dirname(this.#path)]) await synced(changed);
      this.#file = await AppendFile.open(this.#path, 0);
    } finally {
      this.#puttingAway = false;
    }
  }
}

async function synced(folder: string): Promise<void> {
  await using handle = await open(folder);
  await handle.sync();
}

/** Of the last file that was put away: it was checked while it was written. */
function endOfPutAway(path: string): ChainEnd {
  const folder = join(dirname(path), AUDIT_FOLDER);
  const last = existsSync(folder) ? readdirSync(folder).filter(isPutAway).toSorted().at(-1) : undefined;
  if (last === undefined) return CHAIN_BEGIN;
  const end = endAt(readLines(join(folder, last)).lines.at(-1));
  if (end === undefined) throw new Error(`audit: the end of ${AUDIT_FOLDER}/${last} is not readable`);
  return end;
}
