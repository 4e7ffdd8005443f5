import type { Redis } from 'ioredis';
import type { Entry, Timeline } from '../../bridge/appservice/timeline.ts';
import type { EventId, Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { orderWords } from '../../bridge/protocol/orders/order-words.ts';
import type { EditEvent, MessageEvent, RedactionEvent } from '../../bridge/protocol/room-event.ts';
import { parseTask } from '../../bridge/protocol/orders/task-order.ts';
import type { SwarmJob } from '../../bridge/protocol/turn.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import * as say from '../../bridge/text/room/edits.ts';
import type { Callable } from '../addressing/callable.ts';
import { inPieces, joined } from './burst.ts';
import { parseRoomCommand } from '../commands/parse.ts';
import type { CommandName } from '../commands/names.ts';
import { decideForMaster } from './decide.ts';
import { notice } from './plan-jobs.ts';
import type { Facts, IntakePlan } from './intake-plan.ts';
import { type Decision, type Decisions, replacedBy } from './decisions.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import type { RunningTurns } from '../turns/running-turns.ts';

export interface SecondThoughtsDeps {
  readonly redis: Redis;
  readonly decisions: Pick<Decisions, 'known' | 'decided' | 'carryOut'>;
  readonly running: Pick<RunningTurns, 'isSpeaking'>;
  readonly timeline: Pick<Timeline, 'find' | 'view'>;
  readonly masters: () => Promise<ReadonlySet<UserId>>;
  readonly piecesBefore: (message: MessageEvent) => Promise<readonly MessageEvent[]>;
  readonly callables: () => readonly Callable[];
  readonly facts: (message: MessageEvent) => Promise<Facts | null>;
  readonly languageHere: (room: RoomId) => Promise<Lang>;
}

/** Whoever changes a message later than this corrects it for the record. */
const SOON_MS = 10 * 60_000;

/** These leave nothing behind that anybody reads again from their message: an edited one is as good as a new one. */
const SAME_BY_EDIT: ReadonlySet<CommandName> = new Set([
  'help',
  'agents',
  'stop',
  'floor',
  'discuss',
  'vote',
  'model',
  'memory',
  'forget',
  'status',
  'tasks',
  'cancel',
  'schedules',
  'budget',
  'freeze',
  'thaw',
  'aside',
  'tools',
  'judge',
]);

/** Whether the executor or the launcher would read the order again and refuse it for its edit. */
export function needsNewMessage(message: MessageEvent): boolean {
  const words = orderWords(message);
  if (words === null) return false;
  const parsed = parseRoomCommand(words);
  return parseTask(words)?.kind === 'task' || (parsed?.kind === 'command' && !SAME_BY_EDIT.has(parsed.command.name));
}

/** Whether something was done about it that cannot be taken back; words are another question. */
export const wasBegun = (decision: Decision): boolean =>
  decision.jobs.some(({ type }) => type === 'command' || type === 'order' || type === 'ballot' || type === 'recount') ||
  [decision.floor, decision.stopAt, decision.forgetAt, decision.model, decision.carried].some(
    (one) => one !== undefined,
  );

/** What `message` sets off, for the message that stands in the room under another name: `source`, where `cause` changed it. */
export function underItsName(plan: IntakePlan, source: EventId, cause: EventId): IntakePlan {
  const thread = (job: { readonly thread?: EventId | undefined }) => (job.thread === cause ? { thread: source } : {});
  const jobs = plan.jobs.map((job): SwarmJob =>
    job.type === 'turn'
      ? { ...job, source, root: source, cause, ...thread(job) }
      : job.type === 'ballot' || (job.type === 'command' && job.lines !== undefined)
        ? { ...job, source, ...thread(job) }
        : job.type === 'notice'
          ? { ...job, ...thread(job) }
          : job,
  );
  return {
    ...plan,
    jobs,
    instead: [...(plan.instead ?? []).filter((one) => one.source !== source), { source, by: cause }],
  };
}

const plain = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim();

export interface SecondThoughts {
  /** By a master, and of no task. */
  edited(event: EditEvent): Promise<void>;
  deleted(event: RedactionEvent): Promise<void>;
}

/** What changes when a master edits or deletes what he has just said. */
export function createSecondThoughts(deps: SecondThoughtsDeps): SecondThoughts {
  const { redis, decisions, timeline } = deps;

  /** The message whose turns answer this one now: the last piece, where it was heard with others. */
  async function answeredAs(target: Entry): Promise<Entry> {
    let now = target;
    for (let steps = 0; steps < 20; steps += 1) {
      const by = await replacedBy(redis, now.event.eventId);
      const next = by === null ? null : await timeline.find(target.event.roomId, by);
      if (next === null) break;
      now = next;
    }
    return now;
  }

  /** By the last decision about it. `gone`: a piece of it that was deleted, to which answers may stand. */
  async function tooLate({ event }: Entry, gone?: EventId): Promise<boolean> {
    const decision = await decisions.known((await replacedBy(redis, event.eventId)) ?? event.eventId);
    if (decision !== null && wasBegun(decision)) return true;
    const names = [event.eventId, gone];
    if (names.some((name) => name !== undefined && deps.running.isSpeaking(name))) return true;
    const entries = await timeline.view(event.roomId, event.thread);
    return entries.some(
      ({ event: { chavion } }) =>
        chavion !== undefined &&
        names.includes(chavion.source) &&
        chavion.source !== undefined &&
        (chavion.kind === 'answer' || chavion.kind === 'fault'),
    );
  }

  /** Decides anew about a message as it reads now, under the event that changed it. */
  async function hearAgain(
    { event, body, mentions }: Entry,
    cause: { readonly eventId: EventId; readonly at: number },
    changed: Partial<MessageEvent>,
  ): Promise<void> {
    const now: MessageEvent = { ...event, body, mentions: mentions ?? event.mentions, ...changed };
    const pieces = await deps.piecesBefore(now);
    const message = { ...joined(pieces, now), eventId: cause.eventId, at: cause.at };
    const seen = await deps.facts(message);
    if (seen === null) return;
    const decided = decideForMaster(message, seen);
    // The executor takes no order from what was edited into one.
    const orders = decided.jobs.some((job) => job.type === 'command' && job.name === 'follow-up');
    const meant = orders
      ? { jobs: [notice(message, say.orderByEdit[languageOf(now.body, seen.roomLang)]())] }
      : decided;
    const plan = inPieces(meant, pieces, { ...now, at: cause.at }, deps.callables());
    const instead = pieces.map(({ eventId }) => ({ source: eventId, by: event.eventId }));
    await decisions.decided(
      { ...event, ...cause },
      underItsName({ ...plan, instead }, event.eventId, cause.eventId),
      true,
    );
  }

  return {
    async edited(edit) {
      const target = await timeline.find(edit.roomId, edit.target);
      if (
        target === null ||
        target.event.sender !== edit.sender ||
        target.event.chavion !== undefined ||
        edit.at - target.event.at > SOON_MS
      )
        return;
      const heardAs = swarmKey('heard-as', edit.target);
      if (((await redis.get(heardAs)) ?? sha256(plain(target.event.body))) === sha256(plain(edit.body))) return;
      const changed = {
        body: edit.body,
        mentions: edit.mentions ?? [],
        mentionsRoom: edit.mentionsRoom ?? false,
        ...(edit.pills === undefined ? {} : { pills: edit.pills }),
      };
      const answered = await answeredAs(target);
      const line = (text: string): Promise<void> => {
        const thread = target.event.thread === undefined ? {} : { thread: target.event.thread };
        return decisions.decided(edit, {
          jobs: [{ type: 'notice', room: edit.roomId, source: edit.eventId, ...thread, text, quiet: true }],
        });
      };
      const lang = languageOf(edit.body, await deps.languageHere(edit.roomId));
      if (needsNewMessage({ ...target.event, ...changed })) return line(say.orderByEdit[lang]());
      if (await tooLate(answered)) return line(say.editTooLate[lang]());
      await hearAgain(answered, edit, answered === target ? changed : {});
      await redis.set(heardAs, sha256(plain(edit.body)), 'EX', 24 * 3_600);
    },

    async deleted(redaction) {
      const known = await decisions.known(redaction.eventId);
      if (known !== null) return decisions.carryOut(redaction.roomId, known);
      const { target } = redaction;
      // It was the last piece, or one before it: what is left of the thought is still to be answered.
      const before = (await decisions.known(target))?.instead?.at(-1)?.source;
      const after = await replacedBy(redis, target);
      const left = before ?? after;
      const entry = left == null ? null : await timeline.find(redaction.roomId, left);
      if (entry === null || !(await deps.masters()).has(entry.event.sender)) return;
      const answered = after === null ? entry : await answeredAs(entry);
      if (!(await tooLate(answered, target))) await hearAgain(answered, redaction, {});
    },
  };
}
