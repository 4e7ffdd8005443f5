import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../bridge/matrix/account.ts';
import { messageContent, type OutgoingText } from '../bridge/matrix/content.ts';
import { plainLine } from '../bridge/matrix/foreign-words.ts';
import { woven } from '../bridge/matrix/woven.ts';
import type { Lang, RoomId } from '../bridge/protocol/ids.ts';
import { executorHalted, executorResumed } from '../bridge/text/room/executor.ts';
import { sha256 } from '../bridge/digest/canonical.ts';
import type { ExecutorHealth } from '../bridge/protocol/executor-settings.ts';

type What = 'account' | 'sandbox' | 'memory' | 'rules';

const AGAIN_MS: Readonly<Record<What, number>> = { account: 3_000, sandbox: 15_000, memory: 15_000, rules: 15_000 };
const LOOK_MS = 1_000;

/** What keeps the executor from taking orders; told in ops when it begins and when it is over. */
export class Halts {
  readonly #now = new Map<What, string>();
  #teller: { readonly account: Account; readonly ops: RoomId; readonly lang: Lang } | null = null;
  #works = false;
  #told = 0;

  health(): ExecutorHealth {
    const [why] = this.#now.values();
    if (why !== undefined) return { state: 'halted', why };
    return { state: this.#works ? 'working' : 'starting' };
  }

  works(): void {
    this.#works = true;
  }

  tellThrough(teller: { readonly account: Account; readonly ops: RoomId; readonly lang: Lang }): void {
    this.#teller = teller;
  }

  /** Tries until it succeeds; in between the executor stands still and says why. */
  async until<T>(what: What, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const done = await attempt();
        this.#over(what);
        return done;
      } catch (error) {
        this.#begin(what, error);
        await sleep(AGAIN_MS[what], undefined, { signal });
      }
    }
  }

  /** Looks every second; throws nothing. */
  watch(what: What, look: () => void): void {
    const once = (): void => {
      try {
        look();
        this.#over(what);
      } catch (error) {
        this.#begin(what, error);
      }
    };
    once();
    setInterval(once, LOOK_MS).unref();
  }

  #begin(what: What, error: unknown): void {
    const why = (error instanceof Error ? error.message : 'unknown').slice(0, 500);
    if (this.#now.get(what) === why) return;
    this.#now.set(what, why);
    this.#tell((lang) => woven(({ code }) => executorHalted[lang](code(plainLine(why, 500)))), why);
  }

  #over(what: What): void {
    if (this.#now.delete(what)) this.#tell((lang) => ({ text: executorResumed[lang]() }), what);
  }

  #tell(said: (lang: Lang) => Pick<OutgoingText, 'text' | 'html'>, about: string): void {
    if (this.#teller === null) return;
    const { account, ops, lang } = this.#teller;
    this.#told += 1;
    // The same trouble over many restarts within an hour is told once.
    const txn = `x.halt.${sha256(`${about} ${this.#told} ${Math.floor(Date.now() / 3_600_000)}`).slice(0, 24)}`;
    const content = messageContent({ ...said(lang), msgtype: 'm.notice', chavion: { v: 1, kind: 'notice' } });
    account.send(ops, 'm.room.message', content, txn).catch(() => undefined);
  }
}
