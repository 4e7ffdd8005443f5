import { once } from 'node:events';
import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigRefusal } from '../../config/refusal.ts';
import { diskRoomText } from '../../text/terminal/disk.ts';
import { launcherText } from '../../text/terminal/launcher.ts';
import { DEAF, partsText } from '../../text/terminal/parts.ts';
import type { Phrase } from '../../text/say.ts';
import { PARTS, type Part } from '../instance/accounts.ts';
import { causeOfDeath } from './cause-of-death.ts';
import type { DataPaths } from '../instance/instance.ts';
import { type DiskWatch, watchDisk } from '../disk/disk.ts';
import { readableBytes } from '../../text/readable-bytes.ts';
import { rememberParts } from './leftovers.ts';
import { sizeOf, tailOf, trimLog } from './logs.ts';
import { hasCode } from '../instance/files.ts';
import type { ProcessMark } from '../instance/processes.ts';
import { ReadyFile } from '../instance/ready.ts';
import type { DiskState, Reserve } from '../disk/reserve.ts';
import { type PartPlan, SupervisedPart } from './supervisor.ts';
import type { Terminal } from '../instance/terminal.ts';
import { Troubles } from './troubles.ts';

/** A part that dies this often before it has once answered will not come up by itself. */
const FIRST_TRIES = 3;
/**
 * A part that lives and does not answer for so long will not. Synapse may be bringing a large database up to date, and
 * Redis reading a large file.
 */
const FIRST_ANSWER_MS: Readonly<Record<Part, number>> = {
  synapse: 3_600_000,
  redis: 1_800_000,
  swarm: 600_000,
  executor: 600_000,
};
const HINT_MS = 8_000;
const WRITE_AGAIN_MS = 1_000;
const TRIM_LOGS_MS = 600_000;

/** Long before anybody gives up: what is waited for. */
function hintAfter(say: () => void): Disposable {
  const timer = setTimeout(say, HINT_MS);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Why it died, where its log says something that people can mend. */
const failure = (name: string, { part, log }: PartPlan, from: number): Phrase => {
  const cause = causeOfDeath(part, tailOf(log, from));
  return cause === null ? partsText.partFailed(name, log) : partsText.partFailedFor(name, cause, log);
};

/** The running house: its parts, the file that says so, and the order in which it ends. */
export class Supervision implements AsyncDisposable {
  readonly ready: ReadyFile;
  readonly troubles = new Troubles();
  readonly #paths: DataPaths;
  readonly #terminal: Terminal;
  readonly #running: SupervisedPart[] = [];
  readonly #processes = new Map<Part, ProcessMark>();
  readonly #last: (() => void)[] = [];
  #unwritable = false;
  /** Everything is being stopped: a part that does not come up any more is no news. */
  #ending = false;
  #again: NodeJS.Timeout | undefined;

  constructor(paths: DataPaths, terminal: Terminal) {
    this.#paths = paths;
    this.#terminal = terminal;
    this.ready = new ReadyFile(paths.ready, process.pid);
  }

  /** Done after everything else has ended. */
  defer(last: () => void): void {
    this.#last.push(last);
  }

  /** Says on the terminal when room runs out, and when it is back. */
  watchDisk(folders: readonly string[], reserve: Reserve): DiskWatch {
    const changed = (folder: string, state: DiskState, free: number) => {
      if (state === 'full') this.#terminal.mark(false, diskRoomText.diskFullAt(folder)[this.#terminal.lang]());
      else if (state === 'low')
        this.#terminal.mark('note', diskRoomText.diskLow(folder, readableBytes(free))[this.#terminal.lang]());
      else this.#terminal.mark(true, diskRoomText.diskRoomy(readableBytes(free))[this.#terminal.lang]());
    };
    const watch = watchDisk(folders, changed, reserve);
    this.defer(() => watch[Symbol.dispose]());
    return watch;
  }

  /** Starts a part and returns when it answers. Throws a `Refusal` when it does not come up, and when stopped. */
  async run(plan: PartPlan, name: string, stop: AbortSignal): Promise<void> {
    const part = new SupervisedPart(plan, {
      changed: (which, process) => this.#changed(which, process),
      died: (which, how, delayMs, process) => {
        this.troubles.died(which, process, how, delayMs);
        this.#terminal.mark('note', partsText.partDied(which, how, delayMs)[this.#terminal.lang]());
      },
      silent: (which, process) => {
        this.troubles.silent(which, process, DEAF);
        this.#terminal.mark('note', partsText.partSilent(which)[this.#terminal.lang]());
      },
      back: (which) => {
        this.troubles.back(which);
        this.#terminal.mark(true, partsText.partBack(which)[this.#terminal.lang]());
      },
    });
    stop.throwIfAborted();
    this.#running.push(part);
    using step = this.#terminal.step(launcherText.stepStart(name));
    const from = sizeOf(plan.log);
    part.start();
    using _hint = hintAfter(() => step.progress(partsText.waitingForAnswer(plan.log)[this.#terminal.lang]()));
    const decided = new AbortController();
    const stopped = once(stop, 'abort', { signal: decided.signal }).then(
      () => false,
      () => false,
    );
    const late = sleep(FIRST_ANSWER_MS[plan.part], 'late' as const, { signal: decided.signal, ref: false }).catch(
      () => false as const,
    );
    const up = stop.aborted
      ? false
      : await Promise.race([part.ready(FIRST_TRIES), stopped, late]).finally(() => decided.abort());
    stop.throwIfAborted();
    if (up === 'late') throw new ConfigRefusal(partsText.partMute(name, FIRST_ANSWER_MS[plan.part] / 60_000, plan.log));
    if (!up && this.#ending) return;
    if (!up) throw new ConfigRefusal(failure(name, plan, from));
    step.done(launcherText.answers[this.#terminal.lang]());
  }

  part(which: Part): SupervisedPart | undefined {
    return this.#running.find(({ plan }) => plan.part === which);
  }

  /** Ends these parts, in this order, until the returned function starts them again. Throws where one is not up. */
  async pause(parts: readonly Part[]): Promise<() => Promise<void>> {
    const paused: SupervisedPart[] = [];
    const resume = async () => {
      if (!this.#ending) await Promise.all(paused.map((part) => part.resume()));
    };
    for (const which of parts) {
      const part = this.part(which);
      if (part === undefined) continue;
      if (!(await part.suspend())) {
        await resume();
        throw new Error(`${which} is not up`);
      }
      paused.push(part);
    }
    return resume;
  }

  async untilStopped(stop: AbortSignal): Promise<void> {
    const changed = (now: Stats, before: Stats) => {
      // Also called when there is no file at all.
      if (now.mtimeMs === before.mtimeMs) return;
      this.#terminal.say(launcherText.newKeys);
      void this.part('swarm')?.restart();
    };
    watchFile(this.#paths.keys, { interval: 1_000 }, changed);
    const trim = setInterval(() => {
      for (const part of PARTS) trimLog(join(this.#paths.logs, `${part}.log`));
    }, TRIM_LOGS_MS);
    if (!stop.aborted) await once(stop, 'abort');
    clearInterval(trim);
    unwatchFile(this.#paths.keys, changed);
  }

  /** The last started first: nobody is left talking to somebody who is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    this.ready.remove();
    for (const part of this.#running.toReversed()) await part.stop();
    clearTimeout(this.#again);
    for (const last of this.#last.toReversed()) last();
  }

  #changed(which: Part, process: ProcessMark | null): void {
    if (process === null) this.#processes.delete(which);
    else this.#processes.set(which, process);
    this.ready.pid(which, process?.pid ?? null);
    this.#writeDown();
  }

  /** A full disk stops nobody here: it is said once, and tried again until both files are true. */
  #writeDown(): void {
    clearTimeout(this.#again);
    try {
      this.ready.write();
      rememberParts(this.#paths, Object.fromEntries(this.#processes));
      this.#unwritable = false;
    } catch (error) {
      if (!this.#unwritable) {
        const said = hasCode(error, 'ENOSPC')
          ? diskRoomText.diskFullAt(this.#paths.data)
          : diskRoomText.notWritten(this.#paths.data);
        this.#terminal.mark(false, said[this.#terminal.lang]());
      }
      this.#unwritable = true;
      this.#again = setTimeout(() => this.#writeDown(), WRITE_AGAIN_MS);
    }
  }
}
