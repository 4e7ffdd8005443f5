import type { Redis } from 'ioredis';
import type { MailSettings } from '../../bridge/mail/mail-settings.ts';
import type { OrderJob } from '../../bridge/protocol/command-job.ts';
import type { Command } from '../../bridge/protocol/command.ts';
import type { SendMailCommand } from '../../bridge/protocol/outside-commands.ts';
import type { Policy } from '../../bridge/protocol/policy.ts';
import { executorKey } from '../../bridge/queue/executor-queue.ts';
import { takeNumber } from '../../bridge/queue/numbers.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRecord, Prepared, PreparedLetter } from '../ledger/ledger-entry.ts';
import { isToOwner } from '../policy/outside-ruling.ts';
import type { Inputs } from '../work/inputs.ts';
import { type PerformDeps, takeFile } from '../work/perform.ts';

export type Sealed =
  /** `letter` numbers it, and so is called in the same breath as the ledger is written. */
  | { readonly kind: 'sealed'; readonly letter: () => PreparedLetter | undefined }
  /** `mail-files`: with the path of the first that could not be had. */
  | { readonly kind: 'refused'; readonly why: 'no-mail' | 'mail-files'; readonly detail: string };

/** What servers take as a rule, a third of it being lost on how files travel. */
const MAX_LETTER_FILES = 12 * 1024 * 1024;
/** More than any owner lets pass unasked in a day. */
const MOST_LETTERS = 100_000;
/** Until the day is over everywhere. */
const KEEP_S = 48 * 3_600;

export interface LettersDeps {
  readonly account: () => MailSettings | null;
  readonly ledger: Pick<Ledger, 'all'>;
  /** Where executors of one house count together. */
  readonly redis: Redis;
  readonly inputs: Pick<Inputs, 'place'>;
  readonly perform: PerformDeps;
  readonly timeZone: string;
  readonly now: () => number;
}

/** What a letter is made of beside its command is looked at when it is asked for: it is shown, hashed, and sent so or not at all. */
export class Letters {
  readonly #deps: LettersDeps;

  constructor(deps: LettersDeps) {
    this.#deps = deps;
  }

  /** `bare`: the same command prepared without all that. Of what is no letter nothing is sealed. */
  async seal(bare: Prepared, job: OrderJob, policy: Policy): Promise<Sealed> {
    const { command } = bare;
    if (!isLetter(command)) return { kind: 'sealed', letter: () => undefined };
    const { account, ledger, inputs, perform } = this.#deps;
    const settings = account();
    if (settings === null) return { kind: 'refused', why: 'no-mail', detail: '' };
    // What a master has posted may be what is to go with it.
    await inputs.place(bare, job, policy);
    const files: PreparedLetter['files'] = [];
    for (const path of command.attachments) {
      const { bytes, sha256 } = await takeFile(bare, path, policy, perform);
      const sum = files.reduce((all, file) => all + file.bytes, bytes?.length ?? 0);
      if (bytes === undefined || sha256 === undefined || sum > MAX_LETTER_FILES)
        return { kind: 'refused', why: 'mail-files', detail: path };
      files.push({ path, bytes: bytes.length, sha256 });
    }
    const { address: from, verified, freeADay } = settings;
    const rest = { from, ...(verified ? { own: from } : {}), files, freeADay };
    const today = this.#day();
    const before = isToOwner(command, { ...rest, before: 0 }) ? await this.#beforeIt(bare, today) : 0;
    return {
      kind: 'sealed',
      // What is on its own disk counts even where Redis has forgotten.
      letter: () => ({ ...rest, before: Math.max(before, this.#ownLetters(ledger.all(), today)) }),
    };
  }

  /** How many other letters to the owner the executors of the house have sealed on that day, this executor and others. */
  async #beforeIt({ key }: Prepared, day: string): Promise<number> {
    const number = await takeNumber(this.#deps.redis, executorKey('own-letters', day), key, {
      most: MOST_LETTERS,
      seconds: KEEP_S,
    });
    return (number ?? MOST_LETTERS) - 1;
  }

  /** How many letters to the owner himself this executor has taken on that day of his. */
  #ownLetters(records: readonly LedgerRecord[], day: string): number {
    return records.filter(
      ({ prepared: { command, letter }, claimedAt }) =>
        isLetter(command) && isToOwner(command, letter) && this.#day(claimedAt) === day,
    ).length;
  }

  #day(at = this.#deps.now()): string {
    return new Intl.DateTimeFormat('en-CA', { timeZone: this.#deps.timeZone, dateStyle: 'short' }).format(at);
  }
}

const isLetter = (command: Command): command is SendMailCommand => command.type === 'send_mail';
