import { closeSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, descriptor, startChild } from '../../processes/child.ts';
import { DEAF } from '../../text/terminal/parts.ts';
import type { Owner } from '../instance/files.ts';
import type { Part } from '../instance/accounts.ts';
import { HEALTHY_AFTER_MS, afterDeath } from './backoff.ts';
import { type Looks, untilDeaf } from './unresponsive.ts';
import { openLog } from './logs.ts';
import { type ProcessMark, mark } from '../instance/processes.ts';

export interface PartPlan {
  readonly part: Part;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Read at each start: keys may have changed. */
  readonly environment: () => Record<string, string>;
  /** The account it runs under; the launcher's own where there is no separation. */
  readonly owner?: Owner | undefined;
  readonly log: string;
  /** Whether it does its work, not only lives. */
  readonly answers: () => Promise<boolean>;
  /** Whether it says anything at all, be it that it cannot work now: what hangs does not. */
  readonly alive: () => Promise<boolean>;
  /** For an orderly end. */
  readonly graceMs: number;
}

export interface PartEvents {
  /** A new process, or none for the moment. */
  readonly changed: (part: Part, process: ProcessMark | null) => void;
  /** `how`: signal or exit code; `DEAF` where it lived, but answered no more. */
  readonly died: (part: Part, how: string, delayMs: number, process: ProcessMark | undefined) => void;
  /** It lives, and did not answer a look. */
  readonly silent: (part: Part, process: ProcessMark | undefined) => void;
  /** It answers again, after a death or a silence. */
  readonly back: (part: Part) => void;
}

/**
 * As under the service unit: no program of the machine that gives its caller more rights gives a part any. By
 * setpriv, which becomes the part and keeps its number; of util-linux, so on every Debian.
 */
const SETPRIV = '/usr/bin/setpriv';
export const withoutNewPrivileges = (program: string, args: readonly string[]): [string, readonly string[]] =>
  existsSync(SETPRIV) ? [SETPRIV, ['--no-new-privs', '--', program, ...args]] : [program, args];

/** Keeps one part alive and answering until it is stopped. */
export class SupervisedPart {
  readonly plan: PartPlan;
  readonly #events: PartEvents;
  readonly #looks: Looks | undefined;
  readonly #stopping = new AbortController();
  #child: Child | undefined;
  /** Begun last; it may be ending already. */
  #last: Child | undefined;
  #process: ProcessMark | undefined;
  #deaf: Child | undefined;
  #failures = 0;
  #began = 0;

  constructor(plan: PartPlan, events: PartEvents, looks?: Looks) {
    this.plan = plan;
    this.#events = events;
    this.#looks = looks;
  }

  start(): void {
    const { program, args, cwd, owner, log, part, environment, graceMs } = this.plan;
    this.#began = Date.now();
    const output = descriptor(openLog(log));
    try {
      // A session of its own: Ctrl-C in the terminal is for the launcher, which ends the parts in order.
      const child = startChild(...withoutNewPrivileges(program, args), {
        cwd,
        env: environment(),
        detached: true,
        stdio: ['ignore', output, output],
        forceKillAfterDelay: graceMs,
        ...owner,
      });
      this.#child = child;
      this.#last = child;
      this.#process = child.pid === undefined ? undefined : mark(child.pid);
      const gone = new AbortController();
      void child.then(({ exitCode, signal, originalMessage }) => {
        gone.abort();
        this.#ended(
          child,
          child === this.#deaf
            ? DEAF
            : (signal ?? (exitCode === undefined ? originalMessage : undefined) ?? `exit ${exitCode}`),
        );
      });
      void this.#endDeaf(child, gone.signal);
      this.#events.changed(part, this.#process ?? null);
    } finally {
      closeSync(output);
    }
  }

  /** Waits until it answers. Returns false when it has died `tries` times before that, or it is being stopped. */
  async ready(tries = Number.POSITIVE_INFINITY): Promise<boolean> {
    while (!this.#stopping.signal.aborted && this.#failures < tries) {
      if (await this.plan.answers()) return true;
      await sleep(50);
    }
    return false;
  }

  /** Ended with all due grace and started at once: for new keys. */
  async restart(): Promise<void> {
    if (await this.suspend()) await this.resume();
  }

  /** Ends it until `resume`. Returns false where there was nothing to end: it is being started anew after a death. */
  async suspend(): Promise<boolean> {
    const child = this.#child;
    if (child?.pid === undefined) return false;
    this.#child = undefined;
    this.#events.changed(this.plan.part, null);
    child.kill();
    await child;
    return true;
  }

  async resume(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.start();
    if (await this.ready()) this.#events.back(this.plan.part);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#child = undefined;
    this.#last?.kill();
    await this.#last;
    this.#events.changed(this.plan.part, null);
  }

  /** From there on it is a death like any other. */
  async #endDeaf(child: Child, gone: AbortSignal): Promise<void> {
    let silent = false;
    const looked = (answers: boolean) => {
      if (answers === !silent || this.#child !== child) return;
      silent = !answers;
      if (silent) this.#events.silent(this.plan.part, this.#process);
      else this.#events.back(this.plan.part);
    };
    if (!(await untilDeaf(this.plan.alive, gone, this.#looks, looked)) || this.#child !== child) return;
    this.#deaf = child;
    child.kill('SIGKILL');
  }

  #ended(child: Child, how: string): void {
    if (this.#child !== child) return;
    const ended = this.#process;
    this.#child = undefined;
    this.#process = undefined;
    const { failures, delayMs } = afterDeath(this.#failures, Date.now() - this.#began);
    this.#failures = failures;
    this.#events.changed(this.plan.part, null);
    this.#events.died(this.plan.part, how, delayMs, ended);
    void this.#revive(delayMs);
  }

  async #revive(delayMs: number): Promise<void> {
    await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    if (this.#stopping.signal.aborted) return;
    this.start();
    const child = this.#child;
    if ((await this.ready()) && this.#child === child) {
      this.#events.back(this.plan.part);
      const healthy = setTimeout(() => {
        if (this.#child === child) this.#failures = 0;
      }, HEALTHY_AFTER_MS);
      healthy.unref();
    }
  }
}
