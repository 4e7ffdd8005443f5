import type { Redis } from 'ioredis';
import { type Account, isAnnotatedAlready, refused } from '../../bridge/matrix/account.ts';
import { executorKey } from '../../bridge/queue/executor-queue.ts';
import { takeNumber } from '../../bridge/queue/numbers.ts';
import { MAX_CHAT_COMMANDS } from '../../bridge/protocol/command-job.ts';
import { COMMAND_COUNTED_TYPE } from '../../bridge/protocol/orders/command-request.ts';
import type { LedgerRecord } from './ledger-entry.ts';

/** Far longer than a message can set anything off. */
const KEEP_S = 24 * 3_600;

/**
 * How many commands one message has set off in conversation, whichever executor of the house took them: each has a number
 * in Redis, and one at the homeserver, which takes it once. Where Redis has forgotten, the homeserver has not; of two
 * that come in one moment the homeserver may take both, and so no two are sent the same one.
 */
export class ChatCount {
  readonly #account: Pick<Account, 'send'>;
  readonly #redis: Redis;

  constructor({ account, redis }: { readonly account: Pick<Account, 'send'>; readonly redis: Redis }) {
    this.#account = account;
    this.#redis = redis;
  }

  /** Whether this one is among those that its message may set off; durable when it resolves. Asked again it is counted once. */
  async count(record: LedgerRecord): Promise<boolean> {
    const { job, prepared } = record;
    if (job.type !== 'chat' || prepared.attempt > 1) return true;
    // Where Redis has forgotten, numbers that are used come up once more: they are left out, and nobody gets them again.
    for (let turn = 0; turn < MAX_CHAT_COMMANDS; turn += 1) {
      const number = await takeNumber(
        this.#redis,
        executorKey('chats', job.root),
        turn === 0 ? job.request : `${job.request} ${turn}`,
        { most: MAX_CHAT_COMMANDS, seconds: KEEP_S },
      );
      const noted = number === null ? 'refused' : await this.#note(record, number);
      if (noted !== 'taken') return noted === 'mine';
    }
    return false;
  }

  /** `taken`: by another command. */
  async #note({ job, prepared }: LedgerRecord, number: number): Promise<'mine' | 'taken' | 'refused'> {
    const relation = { rel_type: 'm.annotation', event_id: job.root, key: String(number) };
    try {
      // Like the sign of a claim: whoever goes on after a crash repeats himself, and has what he had.
      await this.#account.send(
        job.room,
        COMMAND_COUNTED_TYPE,
        { 'm.relates_to': relation },
        `n.${number}.${prepared.key}.${prepared.nonce}`,
      );
      return 'mine';
    } catch (error) {
      if (isAnnotatedAlready(error)) return 'taken';
      if (refused(error)) return 'refused';
      throw error;
    }
  }
}
