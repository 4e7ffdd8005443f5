import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256 } from '../../bridge/digest/canonical.ts';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import type { OrderJob } from '../../bridge/protocol/command-job.ts';
import type { LedgerRecord, Prepared } from '../ledger/ledger-entry.ts';
import { JobKey, type TriedFolder } from '../ledger/ledger-entry.ts';
import { FolderChanges } from '../../bridge/protocol/documents/folder-changes.ts';
import { isOnItsWay, readStanding } from '../programs/changes/standing.ts';
import { folderUsage } from '../sandbox/folder-usage.ts';
import { OpenFolder } from '../sandbox/folders.ts';
import { removeFolder } from './old-workspaces.ts';
import { programCommand } from '../sandbox/program-command.ts';
import type { Limits, Sandbox } from '../sandbox/sandbox.ts';

/** What stands in a trial's folder, so that it can be put and taken back without the ledger, which forgets. */
const Trial = z.object({
  key: JobKey,
  room: RoomId,
  root: EventId,
  /** When it was tried; milliseconds since 1970. */
  at: z.int(),
  folders: z.array(z.object({ name: z.string(), path: z.string(), hash: z.string().optional() })),
});
export type Trial = z.infer<typeof Trial>;

export interface TrialsDeps {
  readonly sandbox: Sandbox;
  /** Where trials lie. */
  readonly folder: string;
  readonly runFolder: string;
  readonly limits: () => Limits;
  readonly now: () => number;
}

/** `why`: a program's word for what it could not do. */
export type Done<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'no'; readonly why: TrialFault; readonly where: string };
export type TrialFault = 'changed' | 'special' | 'too-big' | 'too-many' | 'too-deep' | 'closed' | 'fault';
const FAULTS: ReadonlySet<string> = new Set(['changed', 'special', 'too-big', 'too-many', 'too-deep', 'closed']);

const MOST_ENTRIES = 50_000;
/** Of one program of ours. */
const TIME_MS = 15 * 60_000;
const CALM_MS = 500;
/** What a command changed can be taken back for as long. */
const KEEP_MS = 30 * 24 * 3_600_000;
/** All of them may take as much as so many workspaces. */
const KEPT_TIMES = 2;
const UNLIMITED = { bytes: Number.POSITIVE_INFINITY, inodes: Number.POSITIVE_INFINITY };

/**
 * What would write into a lent folder runs on a copy of it, and what it did there is kept until a master has said yes.
 * Whatever looks into such a folder or writes there does so inside the box, with that folder and the trial's own and
 * nothing else: its names and links are a stranger's.
 */
export class Trials {
  readonly #deps: TrialsDeps;

  constructor(deps: TrialsDeps) {
    this.#deps = deps;
    mkdirSync(deps.folder, { recursive: true, mode: 0o700 });
  }

  /** Where the copies of the folders are that a command may write; what an earlier try left has gone. */
  async views(
    { key, folders }: Prepared,
    job: OrderJob,
    signal: AbortSignal,
  ): Promise<Done<ReadonlyMap<string, string>>> {
    const own = this.#of(key);
    await this.forget(key);
    const written = folders.filter(({ access }) => access === 'rw');
    this.#write({ key, room: job.room, root: job.root, at: this.#deps.now(), folders: written });
    const views = new Map<string, string>();
    for (const { name, path } of written) {
      const trial = join(own, name);
      mkdirSync(trial, { recursive: true, mode: 0o700 });
      const made = await this.#program(
        'try-view',
        path,
        'ro',
        trial,
        [String(this.#bytes()), String(MOST_ENTRIES)],
        signal,
      );
      if (made.kind === 'no') return made;
      views.set(name, join(trial, 'view'));
    }
    return { kind: 'done', value: views };
  }

  /** Ends `too` when the copies hold more than they may. Looked at again and again, as workspaces are without stores. */
  watch(views: ReadonlyMap<string, string>, too: () => void): Disposable {
    let timer: NodeJS.Timeout | undefined;
    const allowed = { bytes: this.#bytes(), inodes: this.#deps.limits().inodes };
    const look = async (): Promise<void> => {
      const began = performance.now();
      for (const path of views.values()) {
        using folder = new OpenFolder({ path, writable: false });
        const { bytes, inodes } = await folderUsage(folder.fd, allowed);
        if (bytes > allowed.bytes || inodes > allowed.inodes) return too();
      }
      timer = setTimeout(() => void look().catch(too), CALM_MS + 10 * (performance.now() - began));
    };
    timer = setTimeout(() => void look().catch(too), CALM_MS);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  /** What a command did to its copies, which go then. Folders that it left as they were are not among them. */
  async collect(prepared: Prepared, job: OrderJob): Promise<Done<readonly TriedFolder[]>> {
    const { key, folders } = prepared;
    const tried: TriedFolder[] = [];
    for (const { name, path, access } of folders) {
      if (access !== 'rw') continue;
      const trial = join(this.#of(key), name);
      const made = await this.#program('collect-changes', path, 'ro', trial, [
        String(this.#bytes()),
        String(MOST_ENTRIES),
      ]);
      if (made.kind === 'no') return made;
      await removeFolder(join(trial, 'view'));
      const changes = FolderChanges.parse(JSON.parse(made.value));
      if (changes.added + changes.changed + changes.removed > 0) tried.push({ name, path, changes });
    }
    this.#write({
      key,
      room: job.room,
      root: job.root,
      at: this.#deps.now(),
      folders: tried.map(({ name, path, changes }) => ({ name, path, hash: changes.hash })),
    });
    return { kind: 'done', value: tried };
  }

  /** What the command said, all of it: it is told when its changes are put there. */
  keepOutput(key: JobKey, output: { readonly whole: string; readonly binary: boolean }): void {
    writeFileSync(join(this.#of(key), OUTPUT_FILE), JSON.stringify(output), { mode: 0o600 });
  }

  /** Undefined where it cannot be had any more. */
  output(key: JobKey): { readonly whole: string; readonly binary: boolean } | undefined {
    try {
      return Output.safeParse(JSON.parse(readFileSync(join(this.#of(key), OUTPUT_FILE), 'utf8'))).data;
    } catch {
      return undefined;
    }
  }

  /** All that changed, as a text for people. */
  whole({ prepared, tried }: LedgerRecord): string {
    return (tried?.folders ?? [])
      .map(({ name }) => `/lent/${name}\n${readFileSync(join(this.#of(prepared.key), name, 'changes.txt'), 'utf8')}`)
      .join('\n');
  }

  /** Puts all of it there, or takes all of it back; nothing of it where one folder is no longer as it has to be. */
  async put(key: JobKey, way: 'there' | 'back'): Promise<Done<null>> {
    const trial = this.#read(key);
    if (trial === undefined) return { kind: 'no', why: 'fault', where: 'nothing was kept of it' };
    const done: Trial['folders'] = [];
    for (const folder of trial.folders) {
      const put = await this.#put(key, folder, way);
      if (put.kind === 'no') {
        // What is between two states can only go on the same way, and the others wait for it there.
        if (!isOnItsWay(readStanding(join(this.#of(key), folder.name))))
          for (const before of done.toReversed()) await this.#put(key, before, way === 'there' ? 'back' : 'again');
        return put;
      }
      done.push(folder);
    }
    return { kind: 'done', value: null };
  }

  /** How its folders stand: neither where it was never put; `way` where it was cut off on its way. */
  standing(key: JobKey): 'tried' | 'there' | 'back' | 'cut-there' | 'cut-back' | undefined {
    const trial = this.#read(key);
    if (trial === undefined) return undefined;
    const stand = new Set(trial.folders.map(({ name }) => readStanding(join(this.#of(key), name))));
    if (stand.has('putting back')) return 'cut-back';
    if (stand.has('putting there')) return 'cut-there';
    // Never all there: what was put there of it has been taken back.
    if (!stand.has('there')) return stand.has('tried') || stand.size === 0 ? 'tried' : 'back';
    if (stand.size === 1) return 'there';
    return stand.has('back') ? 'cut-back' : 'cut-there';
  }

  /** Every one that is kept. */
  all(): readonly Trial[] {
    return readdirSync(this.#deps.folder).flatMap((name) => trialIn(join(this.#deps.folder, name)) ?? []);
  }

  /** Takes away what is older than a month, and the oldest of the rest beyond what all may take. Never what is on its way. */
  async tidy(inUse: ReadonlySet<JobKey>): Promise<void> {
    const old = this.all()
      .filter(({ key }) => !inUse.has(key) && this.standing(key)?.startsWith('cut') !== true)
      .toSorted((a, b) => b.at - a.at);
    let left = this.#bytes() * KEPT_TIMES;
    for (const { key, at } of old) {
      // What nobody wanted, or that came to nothing.
      if (this.standing(key) === 'tried') await this.forget(key);
      left -= await bytesIn(this.#of(key));
      if (left < 0 || this.#deps.now() - at > KEEP_MS) await this.forget(key);
    }
  }

  async forget(key: JobKey): Promise<void> {
    await removeFolder(this.#of(key));
  }

  async #put(
    key: JobKey,
    { name, path, hash }: Trial['folders'][number],
    way: 'there' | 'back' | 'again',
  ): Promise<Done<string>> {
    if (hash === undefined) return { kind: 'done', value: '' };
    return this.#program('put-changes', path, 'rw', join(this.#of(key), name), [hash, String(MOST_ENTRIES), way]);
  }

  async #program(
    name: string,
    real: string,
    access: 'ro' | 'rw',
    trial: string,
    args: readonly string[],
    signal = new AbortController().signal,
  ): Promise<Done<string>> {
    const limits = this.#deps.limits();
    const nothing = join(this.#deps.runFolder, 'nothing');
    mkdirSync(nothing, { recursive: true, mode: 0o700 });
    const said = { stdout: '', stderr: '' };
    const result = await this.#deps.sandbox.run(
      {
        ...programCommand(name, ['/lent/real', '/lent/trial', ...args], limits),
        cwd: '.',
        timeoutMs: TIME_MS,
        workspace: { path: nothing, writable: false },
        lent: [
          { name: 'real', path: real, writable: access === 'rw' },
          { name: 'trial', path: trial, writable: true },
        ],
        egress: null,
        limits,
      },
      {
        stdout: (chunk) => void (said.stdout += Buffer.from(chunk).toString('utf8')),
        stderr: (chunk) => void (said.stderr += Buffer.from(chunk).toString('utf8')),
      },
      signal,
    );
    if (result.kind === 'exited' && result.code === 0) return { kind: 'done', value: said.stdout };
    const detail =
      result.kind === 'sandbox-error' ? result.detail : result.kind === 'killed' ? result.why : said.stderr;
    const [word = '', where = ''] = /^([a-z-]+): ([\s\S]*)$/.exec(detail.trim())?.slice(1) ?? [];
    return { kind: 'no', why: isFault(word) ? word : 'fault', where: (where === '' ? detail : where).slice(0, 300) };
  }

  #bytes(): number {
    return this.#deps.limits().diskBytes;
  }

  #of(key: JobKey): string {
    return join(this.#deps.folder, sha256(key).slice(0, 24));
  }

  #read(key: JobKey): Trial | undefined {
    return trialIn(this.#of(key));
  }

  #write(trial: Trial): void {
    mkdirSync(this.#of(trial.key), { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#of(trial.key), TRIAL_FILE), JSON.stringify(Trial.parse(trial)), {
      mode: 0o600,
      flush: true,
    });
  }
}

const Output = z.object({ whole: z.string(), binary: z.boolean() });
const OUTPUT_FILE = 'output.json';
async function bytesIn(path: string): Promise<number> {
  try {
    using folder = new OpenFolder({ path, writable: false });
    return (await folderUsage(folder.fd, UNLIMITED)).bytes;
  } catch {
    return 0;
  }
}

const TRIAL_FILE = 'trial.json';
const isFault = (word: string): word is TrialFault => FAULTS.has(word);

/** What a folder of a trial says it is; undefined where nothing can be read there. */
export function trialIn(folder: string): Trial | undefined {
  try {
    return Trial.safeParse(JSON.parse(readFileSync(join(folder, TRIAL_FILE), 'utf8'))).data;
  } catch {
    return undefined;
  }
}
