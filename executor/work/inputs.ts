import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { woven } from '../../bridge/matrix/woven.ts';
import type { OrderJob } from '../../bridge/protocol/command-job.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { type InputFile, MAX_INPUT_BYTES } from '../../bridge/protocol/orders/input-files.ts';
import type { Policy } from '../../bridge/protocol/policy.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import { inputMissing } from '../../bridge/text/room/executor.ts';
import type { Audit } from '../ledger/audit.ts';
import type { Prepared } from '../ledger/ledger-entry.ts';
import { type PerformDeps, putFile } from './perform.ts';
import type { Reports } from '../reports/reports.ts';

export interface InputDeps {
  readonly account: Account;
  readonly audit: Audit;
  readonly reports: Reports;
  readonly perform: PerformDeps;
  /** Where is kept what has been put where. */
  readonly folder: string;
}

/** The events whose files have been put there, oldest first. */
const Placed = z.array(EventId);
/** One workspace is for all direct orders, and goes on for ever. */
const REMEMBERED = 500;

/** Puts what masters have sent into the workspace, each file once: what commands make of it afterwards is theirs. */
export class Inputs {
  readonly #deps: InputDeps;
  /** Commands of one task that begin together wait for one another here. */
  readonly #placing = new Map<string, Promise<void>>();

  constructor(deps: InputDeps) {
    this.#deps = deps;
  }

  place(prepared: Prepared, job: OrderJob, policy: Policy): Promise<void> {
    const { inputs = [], workspace } = prepared;
    if (inputs.length === 0) return Promise.resolve();
    const before = this.#placing.get(workspace) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => this.#placeAll(prepared, inputs, job, policy));
    this.#placing.set(workspace, mine);
    const forget = () => {
      if (this.#placing.get(workspace) === mine) this.#placing.delete(workspace);
    };
    mine.then(forget, forget);
    return mine;
  }

  async #placeAll(prepared: Prepared, inputs: readonly InputFile[], job: OrderJob, policy: Policy): Promise<void> {
    let placed: readonly EventId[] = this.#read(prepared.workspace);
    for (const input of inputs) {
      if (placed.includes(input.event)) continue;
      // Half of the workspace at the most: what is to be done with it needs room too.
      const bytes = await this.#fetch(input, job, Math.min(MAX_INPUT_BYTES, (policy.limits.diskMiB / 2) * 1024 * 1024));
      const isThere = bytes !== null && (await putFile(prepared, input.path, bytes, policy, this.#deps.perform));
      // What could not be had is asked for again by the next command.
      if (isThere) this.#write(prepared.workspace, (placed = [...placed, input.event].slice(-REMEMBERED)));
      const { event, path, url } = input;
      await this.#deps.audit.write('input.placed', {
        key: prepared.key,
        root: prepared.root,
        event,
        path,
        url,
        ...(isThere ? { bytes: bytes.length, sha256: sha256(bytes) } : { why: 'missing' }),
      });
      if (!isThere) await this.#tell(input, job, prepared.chat?.thread);
    }
  }

  /** Null where it is too big, cannot be had, or was taken out of the room. */
  async #fetch({ event, url, size = 0 }: InputFile, { room }: OrderJob, most: number): Promise<Uint8Array | null> {
    const message = decodeEvent(await this.#deps.account.event(room, event), { isOwn: () => false }, room);
    if (size > most || message?.kind !== 'message' || message.attachment?.url !== url) return null;
    return this.#deps.account.download(url, most).catch(() => null);
  }

  async #tell(
    { path, event }: InputFile,
    { room, root, lang, type }: OrderJob,
    thread: EventId | undefined,
  ): Promise<void> {
    const said = woven(({ code }) => inputMissing[lang](code(path)));
    await this.#deps.reports.notice(
      room,
      said,
      `${root}.input.${event}`,
      type === 'plan' ? { thread: root } : { replyTo: root, ...(thread === undefined ? {} : { thread }) },
    );
  }

  #file(workspace: string): string {
    return join(this.#deps.folder, `${workspace}.json`);
  }

  #read(workspace: string): z.infer<typeof Placed> {
    const file = this.#file(workspace);
    return existsSync(file) ? (Placed.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? []) : [];
  }

  #write(workspace: string, placed: readonly EventId[]): void {
    mkdirSync(this.#deps.folder, { recursive: true, mode: 0o700 });
    const file = this.#file(workspace);
    writeFileSync(`${file}.new`, JSON.stringify(placed), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
