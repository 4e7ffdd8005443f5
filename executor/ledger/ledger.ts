import { renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { AppendFile, readLines } from './append-file.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { fold, type JobKey, jobKey, LedgerEntry, type LedgerRecord } from './ledger-entry.ts';

/** Far longer than an order may wait, so that nothing forgotten here can still be begun. */
const KEEP_MS = 30 * 24 * 3_600_000;

type WithoutTime<E> = E extends { at: number } ? Omit<E, 'at'> : never;
type Unwritten = WithoutTime<Exclude<LedgerEntry, { state: 'refused' }>>;

/**
 * The executor's own memory of what it took on, on its own disk: with it, nothing that anybody does to Redis
 * makes a command run twice.
 */
export class Ledger {
  readonly #file: AppendFile;
  readonly #records: Map<JobKey, LedgerRecord>;
  /** Roots turned away. */
  readonly #refused: Map<JobKey, { readonly at: number; readonly why: string }>;
  readonly #now: () => number;

  private constructor(file: AppendFile, held: Held, now: () => number) {
    this.#file = file;
    this.#records = held.records;
    this.#refused = held.refused;
    this.#now = now;
  }

  /** Throws when a line is not one of its own: a ledger that lies protects nobody. */
  static async open(path: string, now: () => number = Date.now): Promise<Ledger> {
    const { lines, bytes } = readLines(path);
    const entries = lines.map((line, i) => parse(line, i));
    const held = replay(entries);
    const old = new Set([
      ...[...held.records]
        .filter(([, record]) => isOver(record) && now() - record.claimedAt > KEEP_MS)
        .map(([key]) => key),
      ...[...held.refused].filter(([, { at }]) => now() - at > KEEP_MS).map(([key]) => key),
    ]);
    if (old.size === 0) return new Ledger(await AppendFile.open(path, bytes), held, now);
    const kept = entries.filter((entry) => !old.has(entry.key));
    const text = kept.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await replace(path, text);
    return new Ledger(await AppendFile.open(path, Buffer.byteLength(text)), replay(kept), now);
  }

  get(key: JobKey): LedgerRecord | undefined {
    return this.#records.get(key);
  }

  /** The last attempt at a command of this root. */
  latest(root: EventId, index: number): LedgerRecord | undefined {
    let record: LedgerRecord | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const next = this.#records.get(jobKey(root, index, attempt));
      if (next === undefined) return record;
      record = next;
    }
  }

  /** How many commands this message has set off in conversation. */
  chatsOf(root: EventId): number {
    let count = 0;
    for (const { job, prepared } of this.#records.values())
      if (job.type === 'chat' && job.root === root && prepared.attempt === 1) count += 1;
    return count;
  }

  wasRefused(root: EventId): boolean {
    return this.whyRefused(root) !== undefined;
  }

  whyRefused(root: EventId): string | undefined {
    return this.#refused.get(jobKey(root, 0, 0))?.why;
  }

  all(): readonly LedgerRecord[] {
    return [...this.#records.values()];
  }

  /** Everything that has not been brought to its end and told. */
  unfinished(): readonly LedgerRecord[] {
    return this.all().filter((record) => !isOver(record));
  }

  async refuse(root: EventId, why: string): Promise<void> {
    const entry = { state: 'refused', at: this.#now(), key: jobKey(root, 0, 0), why } as const;
    this.#refused.set(entry.key, entry);
    await this.#file.append(JSON.stringify(entry));
  }

  /** On the disk when it resolves. Throws when it cannot be, or when it contradicts what is written. */
  async write(entry: Unwritten): Promise<LedgerRecord> {
    const whole = LedgerEntry.parse({ ...entry, at: this.#now() });
    if (whole.state === 'refused') throw new Error('a root is refused by refuse()');
    const before = this.#records.get(whole.key);
    const record = fold(before, whole);
    // In memory first: of two that come in one moment, the second meets the first.
    this.#records.set(whole.key, record);
    try {
      await this.#file.append(JSON.stringify(whole));
      return record;
    } catch (error) {
      if (before === undefined) this.#records.delete(whole.key);
      else this.#records.set(whole.key, before);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

const isOver = (record: LedgerRecord): boolean => record.state === 'reported';

function parse(line: string, index: number): LedgerEntry {
  try {
    return LedgerEntry.parse(JSON.parse(line));
  } catch (cause) {
    throw new Error(`ledger: line ${index + 1} is not readable`, { cause });
  }
}

interface Held {
  readonly records: Map<JobKey, LedgerRecord>;
  readonly refused: Map<JobKey, { readonly at: number; readonly why: string }>;
}

function replay(entries: readonly LedgerEntry[]): Held {
  const held: Held = { records: new Map(), refused: new Map() };
  for (const entry of entries) {
    if (entry.state === 'refused') held.refused.set(entry.key, entry);
    else held.records.set(entry.key, fold(held.records.get(entry.key), entry));
  }
  return held;
}

async function replace(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  const file = await open(beside, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
  await file.close();
  renameSync(beside, path);
}
