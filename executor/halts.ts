import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Account } from '../bridge/matrix/account.ts';
import { messageContent, type OutgoingText } from '../bridge/matrix/content.ts';
import { plainLine } from '../bridge/matrix/foreign-words.ts';
import { woven } from '../bridge/matrix/woven.ts';
import type { Lang, RoomId } from '../bridge/protocol/ids.ts';
import { executorHalted, executorResumed } from '../bridge/text/room/executor.ts';
import { sha256 } from '../bridge/digest/canonical.ts';
import type { ExecutorHealth } from '../bridge/protocol/executor-settings.ts';

const WHATS = ['account', 'sandbox', 'memory', 'rules'] as const;
type What = (typeof WHATS)[number];

interface Teller {
  readonly account: Pick<Account, 'send'>;
  readonly ops: RoomId;
  readonly lang: Lang;
}

const AGAIN_MS: Readonly<Record<What, number>> = { account: 3_000, sandbox: 15_000, memory: 15_000, rules: 15_000 };
const LOOK_MS = 1_000;

/** What stood still when it was last told of, each with a name of its own. */
const Told = z.partialRecord(z.enum(WHATS), z.object({ why: z.string(), occasion: z.string() }));
type Told = z.infer<typeof Told>;

/**
 * What keeps the executor from taking orders; told in ops when it begins and when it is over. Which occasion that is
 * stands in a file: the same trouble over many restarts is told once, and its end too where a restart has ended it.
 */
export class Halts {
  readonly #path: string;
  readonly #now = new Map<What, string>();
  #told: Told;
  #teller: Teller | null = null;
  #works = false;

  constructor(path: string) {
    this.#path = path;
    this.#told = read(path);
  }

  health(): ExecutorHealth {
    const [why] = this.#now.values();
    if (why !== undefined) return { state: 'halted', why };
    return { state: this.#works ? 'working' : 'starting' };
  }

  works(): void {
    this.#works = true;
  }

  tellThrough(teller: Teller): void {
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
    if (this.#teller === null) return;
    const before = this.#told[what];
    const occasion = before?.why === why ? before.occasion : randomUUID();
    this.#keep({ ...this.#told, [what]: { why, occasion } });
    this.#tell(this.#teller, `${occasion} ${why}`, (lang) =>
      woven(({ code }) => executorHalted[lang](code(plainLine(why, 500)))),
    );
  }

  #over(what: What): void {
    this.#now.delete(what);
    const before = this.#told[what];
    if (before === undefined || this.#teller === null) return;
    this.#tell(this.#teller, `${before.occasion} over`, (lang) => ({ text: executorResumed[lang]() }));
    const { [what]: _, ...others } = this.#told;
    this.#keep(others);
  }

  /** Sent again it is the same message: its id is made of what it is about. */
  #tell(
    { account, ops, lang }: Teller,
    about: string,
    said: (lang: Lang) => Pick<OutgoingText, 'text' | 'html'>,
  ): void {
    const content = messageContent({ ...said(lang), msgtype: 'm.notice', chavion: { v: 1, kind: 'notice' } });
    account.send(ops, 'm.room.message', content, `x.halt.${sha256(about).slice(0, 24)}`).catch(() => undefined);
  }

  /** On a full disk it is remembered until the next start only. */
  #keep(told: Told): void {
    this.#told = told;
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(told), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // as said above
    }
  }
}

/** Nothing that counts is lost with it. */
function read(path: string): Told {
  try {
    return existsSync(path) ? (Told.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? {}) : {};
  } catch {
    return {};
  }
}
