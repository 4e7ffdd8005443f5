import type { Account } from '../../bridge/matrix/account.ts';
import { refused } from '../../bridge/matrix/account.ts';
import { messageContent, type OutgoingText } from '../../bridge/matrix/content.ts';
import { plainLine, visibleText } from '../../bridge/matrix/foreign-words.ts';
import { type Weave, woven } from '../../bridge/matrix/woven.ts';
import type { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import { pngSize } from '../../bridge/matrix/png-size.ts';
import { cleanName } from '../../bridge/text/clean-text.ts';
import { isLong } from '../../bridge/protocol/orders/plan-result.ts';
import type { EventId, Lang, RoomId } from '../../bridge/protocol/ids.ts';
import * as say from '../../bridge/text/room/executor.ts';
import { chatUnknownEnd } from '../../bridge/text/room/commands/chat-commands.ts';
import { unknownEnd } from '../../bridge/text/room/plan-commands.ts';
import { type CommandContext, refusalText } from './refusal-text.ts';
import type { AuditMark } from '../ledger/audit.ts';
import { commandText } from './command-text.ts';
import type { LedgerRecord, Outcome, Unreached } from '../ledger/ledger-entry.ts';
import { endResult } from './result-content.ts';
import { mediaTypeOf } from './media-type.ts';
import type { Artifact } from './result-content.ts';
import { begin, finishAgain, LiveMessage, type LiveTarget } from './live-message.ts';
import { withoutKeys } from './file-keys.ts';
import { fitting } from './fitting.ts';
import { firstLines, inlineText, lastLines, type OutputText, shareOf } from './output-text.ts';
import type { OwnRooms } from '../gate/own-rooms.ts';

export interface ReportDeps {
  readonly account: Pick<Account, 'send' | 'upload'>;
  readonly budget: EditBudget;
  readonly rooms: Pick<OwnRooms, 'ops'>;
  readonly timeZone: string;
  /** The executor's own, never to be shown. */
  readonly secrets: readonly string[];
  /** How a person calls the room and the one who ordered. */
  readonly nameOf: (record: LedgerRecord) => string;
}

const SHOWN = { lines: 40, characters: 4_000 };
const GROWING = { lines: 15, characters: 1_500 };
const BRIEF = { lines: 15, characters: 1_200 };
/** What stays known of the output when the executor dies before it has told. */
export const TAIL = { lines: 30, characters: 3_000 };

/** Tells in the ops room, line by line while it runs, and in the room of the order how it went. */
export class Reports {
  readonly #deps: ReportDeps;

  constructor(deps: ReportDeps) {
    this.#deps = deps;
  }

  live(record: LedgerRecord, output: OutputText, shows: (event: EventId) => void): LiveMessage {
    const began = Date.now();
    const render = (): OutgoingText => {
      const tail = output.tail(GROWING.lines, GROWING.characters);
      const ms = Date.now() - began;
      return this.#message(
        record,
        'record',
        (weave) =>
          `${say.END_MARK.running} ${this.#title(record, weave)}\n${say.running[record.job.lang](ms)}${tail === '' ? '' : weave.block(tail)}`,
        { streaming: true },
      );
    };
    return new LiveMessage(this.#target(record), this.#deps.budget, render, shows);
  }

  /** In ops, and where a master ordered it himself or was asked, also there; `again` after a crash, when they may stand there already. Returns their events, the first the one in ops. */
  async end(
    record: LedgerRecord,
    told: { readonly outcome: Outcome; readonly whole: string; readonly binary: boolean; readonly mark: AuditMark },
    live: LiveMessage | 'fresh' | 'again',
  ): Promise<EventId[]> {
    const { lang, room } = record.job;
    const whole = told.binary ? say.binaryOutput[lang]() : told.whole;
    const long = whole.split('\n').length > SHOWN.lines || whole.length > SHOWN.characters;
    const shown = long ? lastLines(whole, SHOWN.lines, SHOWN.characters) : whole;
    const mark = say.auditMark[lang](told.mark.seq, told.mark.hash.slice(0, 8));
    const message = this.#message(record, room === this.#deps.rooms.ops ? 'answer' : 'record', (weave, share) => {
      const head = `${say.END_MARK[told.outcome.kind]} ${this.#title(record, weave)}\n${this.outcome(told.outcome, lang, weave, record.job.type === 'chat' ? 'chat' : 'order')} · ${mark}`;
      const output = told.binary ? `\n\n${whole}` : whole === '' ? '' : weave.block(shareOf(shown, share));
      return `${head}${output}${long ? `\n${say.wholeInFile[lang]()}` : ''}`;
    });
    const target = this.#target(record);
    const inOps = await (live === 'fresh'
      ? begin(target, message)
      : live === 'again'
        ? finishAgain(target, message, this.#deps.budget)
        : live.finish(message));
    if (long)
      await this.#attach(record, inOps, Buffer.from(whole), 'output.txt', 'text/plain', this.#deps.rooms.ops, 'file');
    await this.#beside(record, told.binary ? '' : told.whole);
    if (room === this.#deps.rooms.ops || !isToldInRoom(record)) return [inOps];
    return [inOps, await this.#brief(record, told, whole, inOps)];
  }

  /** A file of the workspace, into the room of the order. */
  async artifact(record: LedgerRecord, path: string, bytes: Uint8Array, number: number): Promise<Artifact> {
    const name = cleanName(path.split('/').at(-1) ?? 'file');
    const mediaType = mediaTypeOf(path, bytes);
    const { bytes: shown, keys } = withoutKeys(bytes, this.#deps.secrets);
    const sent = await this.#attach(
      record,
      record.job.root,
      Buffer.from(shown),
      name,
      mediaType,
      record.job.room,
      `artifact${number}`,
    );
    if (keys !== 'none') {
      await this.notice(
        record.job.room,
        woven(({ code }) => say.keysInFile[record.job.lang](code(visibleText(path)), keys === 'masked')),
        `${record.prepared.key}.keys${number}`,
        whereOf(record),
      );
    }
    return { path, ...sent, bytes: shown.length, mediaType };
  }

  /** That a file was asked for and could not be had. */
  async missing(record: LedgerRecord, path: string, number: number): Promise<void> {
    const { lang, room } = record.job;
    await this.notice(
      room,
      woven(({ code }) => say.artifactMissing[lang](code(visibleText(path)))),
      `${record.prepared.key}.missing${number}`,
      whereOf(record),
    );
  }

  /** A line of the executor's own in a room, said once for each `txn`. */
  async notice(
    room: RoomId,
    said: Pick<OutgoingText, 'text' | 'html'>,
    txn: string,
    about: { readonly replyTo?: EventId; readonly thread?: EventId } = {},
  ): Promise<EventId | null> {
    const content = messageContent({
      ...said,
      msgtype: 'm.notice',
      chavion: { v: 1, kind: 'notice', ...(about.replyTo === undefined ? {} : { source: about.replyTo }) },
      ...about,
    });
    try {
      return await this.#deps.account.send(room, 'm.room.message', content, `x.${txn}`);
    } catch (error) {
      if (!refused(error)) throw error;
      return null;
    }
  }

  /** What of a task's output is longer than the message of its run shows, as a file in its thread. */
  async #beside(record: LedgerRecord, whole: string): Promise<void> {
    const { plan } = record.prepared;
    if (plan === undefined || !isLong(whole)) return;
    const name = `${cleanName(plan.title, 40).replaceAll('/', '-').trim()}.txt`;
    await this.#attach(record, record.job.root, Buffer.from(whole), name, 'text/plain', record.job.room, 'whole');
  }

  async #brief(
    record: LedgerRecord,
    { outcome, binary }: { readonly outcome: Outcome; readonly binary: boolean },
    whole: string,
    report: EventId,
  ): Promise<EventId> {
    const { lang, room, root } = record.job;
    const { chat } = record.prepared;
    // Of what went wrong the end tells, of the rest the beginning.
    const short = (outcome.kind === 'failed' ? lastLines : firstLines)(whole, BRIEF.lines, BRIEF.characters);
    const more = short === whole ? '' : `\n${say.moreInOps[lang]()}`;
    const empty = outcome.kind === 'done' && whole === '' ? ` · ${say.noOutput[lang]()}` : '';
    // The agents' API reads it for whoever asked from outside.
    const result =
      record.job.type === 'outside'
        ? { result: endResult(record.prepared, { outcome, output: binary ? '' : whole, artifacts: [], report }) }
        : {};
    const message = this.#message(record, 'answer', (weave, share) => {
      const output = binary ? `\n\n${short}` : whole === '' ? '' : weave.block(shareOf(short, share));
      return `${say.END_MARK[outcome.kind]} ${this.outcome(outcome, lang, weave, record.job.type === 'chat' ? 'chat' : 'order')}${empty}${output}${more}`;
    });
    const content = messageContent({
      ...message,
      chavion: { ...message.chavion, ...result },
      replyTo: chat === undefined ? root : (record.request?.event ?? root),
      ...(chat?.thread === undefined ? {} : { thread: chat.thread }),
    });
    return this.#deps.account.send(room, 'm.room.message', content, `x.${record.prepared.key}.brief`);
  }

  #title(record: LedgerRecord, { words, code }: Weave): string {
    const { plan, command } = record.prepared;
    return `${plan === undefined ? '' : `${words(plan.title)} · `}${code(inlineText(visibleText(firstLines(commandText(command), 2, 400))))} · ${words(this.#deps.nameOf(record))}`;
  }

  /** In words, how it ended. */
  outcome(outcome: Outcome, lang: Lang, weave: Weave, context: CommandContext): string {
    const used =
      'rssBytes' in outcome
        ? [say.seconds[lang](outcome.ms), say.memory(outcome.rssBytes)]
            .filter((part) => part !== '')
            .map((part) => ` · ${part}`)
            .join('')
        : '';
    switch (outcome.kind) {
      case 'done':
        return say.ended.done[lang]() + used + unreachedWords(outcome.unreached, lang, weave);
      case 'failed':
        return this.#failure(outcome, lang, weave) + used + unreachedWords(outcome.unreached, lang, weave);
      case 'refused':
        return refusalText(outcome.why, weave.words(outcome.detail ?? ''), lang, context);
      case 'stopped':
        return say.ended.stopped[lang](outcome.ms > 0);
      case 'unknown':
        return UNKNOWN[context][lang](say.timeOf(outcome.startedAt, lang, this.#deps.timeZone));
    }
  }

  #failure(outcome: Extract<Outcome, { kind: 'failed' }>, lang: Lang, { words }: Weave): string {
    switch (outcome.why) {
      case 'exit':
        return say.ended.exit[lang](outcome.exitCode ?? -1);
      case 'output':
        return say.ended.output[lang]();
      case 'file':
        return say.ended.file[lang]();
      case 'killed':
        return say.ended.killed[lang](outcome.detail ?? '');
      case 'sandbox':
        return say.ended.sandbox[lang](words(outcome.detail ?? ''));
    }
  }

  #target(record: LedgerRecord): LiveTarget {
    return { account: this.#deps.account, room: this.#deps.rooms.ops, txn: `x.${record.prepared.key}` };
  }

  /** `record`: in ops, where nobody waits for it unless he has given the order there. */
  #message(
    record: LedgerRecord,
    place: 'record' | 'answer',
    write: (weave: Weave, share: number) => string,
    more: { readonly streaming?: true } = {},
  ): OutgoingText {
    const { job, prepared } = record;
    return fitting(job.root, (share) => ({
      ...woven((weave) => write(weave, share)),
      ...(place === 'record' ? { msgtype: 'm.notice' as const } : {}),
      chavion: { v: 1, kind: 'notice', source: job.root, root: job.root, hashes: [prepared.hash], ...more },
      ...(job.room === this.#deps.rooms.ops ? { replyTo: job.root } : {}),
    }));
  }

  async #attach(
    record: LedgerRecord,
    replyTo: EventId,
    bytes: Buffer,
    name: string,
    mediaType: string,
    room: RoomId,
    slot: string,
  ): Promise<{ readonly url: string; readonly event: EventId }> {
    const url = await this.#deps.account.upload(bytes, mediaType, name);
    const thread = room === this.#deps.rooms.ops ? undefined : threadOf(record);
    const size = pngSize(bytes);
    const content = {
      msgtype: mediaType === 'image/png' || mediaType === 'image/jpeg' ? 'm.image' : 'm.file',
      body: name,
      filename: name,
      url,
      info: { mimetype: mediaType, size: bytes.length, ...(size === null ? {} : { w: size.width, h: size.height }) },
      'm.mentions': {},
      'm.relates_to': {
        ...(thread === undefined ? {} : { rel_type: 'm.thread', event_id: thread, is_falling_back: true }),
        'm.in_reply_to': { event_id: replyTo },
      },
      'com.chavion': { v: 1, kind: 'notice', source: record.job.root, hashes: [record.prepared.hash], silent: true },
    };
    return {
      url,
      event: await this.#deps.account.send(room, 'm.room.message', content, `x.${record.prepared.key}.${slot}`),
    };
  }
}

/** Where what belongs to it stands: a task has its own thread, a conversation may be in one. */
const threadOf = ({ prepared, job }: LedgerRecord): EventId | undefined =>
  prepared.plan === undefined ? prepared.chat?.thread : job.root;

function whereOf(record: LedgerRecord): { readonly replyTo?: EventId; readonly thread?: EventId } {
  const thread = threadOf(record);
  return {
    ...(record.prepared.plan === undefined ? { replyTo: record.job.root } : {}),
    ...(thread === undefined ? {} : { thread }),
  };
}

/** A task has its thread, and what an agent ran unasked is told in its answer. */
const isToldInRoom = ({ prepared, request }: LedgerRecord): boolean =>
  prepared.plan === undefined && (prepared.chat === undefined || request !== undefined);

const UNKNOWN = { order: say.ended.unknown, plan: unknownEnd, chat: chatUnknownEnd } as const;

const unreachedWords = (unreached: Unreached | undefined, lang: Lang, { code }: Weave): string =>
  (unreached ?? [])
    .map(({ destination, why }) => ` · ${say.unreached[lang](code(plainLine(destination)), why)}`)
    .join('');
