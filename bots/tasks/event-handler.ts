import { z } from 'zod';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Timeline } from '../../bridge/appservice/timeline.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import { CHAVION_KEY, ChavionContent } from '../../bridge/protocol/content.ts';
import { type EventId, type RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { EditEvent, PollResponseEvent, ReactionEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';
import { hasEnded, RETRIED } from './runtime/machine.ts';
import { isToBeChanged, type TaskAbove } from './follow-ups.ts';
import { isTaken } from './reducer/revising.ts';
import { messageId } from './state/message-ids.ts';
import { answerNamed, POLL_START } from './messages/poll-content.ts';
import type { TaskState } from './state/task-state.ts';
import type { Tasks } from './tasks.ts';

export interface TaskEventHandlerDeps {
  readonly tasks: Pick<Tasks, 'apply' | 'get' | 'live' | 'cancel' | 'retry'>;
  readonly rooms: Pick<Rooms, 'masters' | 'reader'>;
  readonly timeline: Pick<Timeline, 'find'>;
  readonly coordinator: UserId;
  readonly executor: UserId;
  /** Rooms that were upgraded, and where they go on: what runs in the old one is stopped from the new one too. */
  readonly former?: ReadonlyMap<RoomId, RoomId>;
}

export interface TaskEventHandler {
  /** What in a room means something to a task, beside commands. Stored when it resolves. */
  hear(event: RoomEvent): Promise<void>;
  /** The executor takes nothing of a task whose message was changed by its writer: it ends at once. Whether it did. */
  edited(event: EditEvent): Promise<boolean>;
  /** A change that a master wants of a task ends with his message as it was; the thread where it was to be made. */
  revisionEdited(event: EditEvent): Promise<EventId | null>;
  /** The finished task that a message stands under, or answers. */
  above(room: RoomId, about: readonly (EventId | undefined)[]): Promise<TaskAbove | null>;
  /** 🛑 by a master. */
  stopSign(reaction: ReactionEvent): Promise<void>;
  /** 🔁 by a master on a task's card takes it up once more: whether it was one, and whether anybody could. */
  again(reaction: ReactionEvent): Promise<'taken-up' | 'nobody-ready' | 'none'>;
  /** `!stop` of a master: in a task's thread that task, elsewhere all of the room that began before. */
  /** How many `!stop` would end now. */
  going(room: RoomId, thread: EventId | undefined): Promise<number>;
  /** Threads of the room in which a command waits for a master's ✅. */
  waitingThreads(room: RoomId): Promise<readonly EventId[]>;
  stop(room: RoomId, until: number, thread: EventId | undefined): Promise<void>;
}

export function taskEventHandler(deps: TaskEventHandlerDeps): TaskEventHandler {
  const { tasks, rooms } = deps;

  async function hear(event: RoomEvent): Promise<void> {
    switch (event.kind) {
      case 'message':
      case 'edit': {
        // As an executor of an earlier version says it.
        const result = event.sender === deps.executor ? event.chavion?.result : undefined;
        const root = event.chavion?.act?.conversation ?? event.chavion?.root;
        return result === undefined || root === undefined ? undefined : took(event.roomId, root, result);
      }
      case 'plan-result':
        return event.sender === deps.executor ? took(event.roomId, event.root, event.result) : undefined;
      case 'poll-response':
        return tapped(event);
      case 'redaction': {
        // The homeserver lets through who may: the author, and whoever may take out others' words.
        const task = await liveTask(event.target, event.roomId);
        if (task !== null) await tasks.cancel(task.root, event.sender);
        await retract(event.target, event.roomId);
        // A tap that was taken out of the room is none: the executor would not find it.
        for (const { root, by, room, tapEvent } of await tasks.live()) {
          if (room === event.roomId && tapEvent === event.target)
            await tasks.apply(root, { kind: 'tapped', at: Date.now(), by, hash: null, event: event.target });
        }
        return;
      }
      case 'reaction':
      case 'membership':
      case 'power':
      case 'encrypted':
      case 'upgrade':
      case 'standing':
      case 'command-result':
      case 'other':
      case 'unreadable':
        return;
    }
  }

  async function took(room: RoomId, root: EventId, result: CommandResult): Promise<void> {
    const task = await tasks.get(root);
    if (task?.room === room) await tasks.apply(root, { kind: 'result', at: Date.now(), result });
  }

  /** A message that wants a change of a task: the task that it is taken for. */
  async function revisionOf(message: EventId, room: RoomId): Promise<TaskState | null> {
    return (await tasks.live()).find((task) => task.room === room && isTaken(task, message)) ?? null;
  }

  async function retract(message: EventId, room: RoomId): Promise<TaskState | null> {
    const task = await revisionOf(message, room);
    return task === null ? null : tasks.apply(task.root, { kind: 'retracted', at: Date.now(), event: message });
  }

  async function tapped(event: PollResponseEvent): Promise<void> {
    if (!(await rooms.masters()).has(event.sender)) return;
    const root = await taskOfPoll(event.roomId, event.target);
    const task = root === null ? null : await tasks.get(root);
    if (task === null || task.room !== event.roomId || isOfEarlierRound(task, event.target)) return;
    const [answer] = event.answers;
    const hash =
      answer === undefined
        ? null
        : answerNamed(
            task.proposals.map((proposal) => proposal.hash),
            answer,
          );
    // An answer that the poll does not have spoils the vote (MSC3381).
    await tasks.apply(task.root, {
      kind: 'tapped',
      at: Date.now(),
      by: event.sender,
      hash: hash ?? null,
      event: event.eventId,
    });
  }

  /** The poll itself says whose it is, if the coordinator wrote it. */
  async function taskOfPoll(room: RoomId, poll: EventId): Promise<EventId | null> {
    const raw = Poll.safeParse(await (await rooms.reader(room)).event(room, poll)).data;
    return raw?.sender === deps.coordinator ? (raw.content[CHAVION_KEY].act?.conversation ?? null) : null;
  }

  async function liveTask(root: EventId, room: RoomId): Promise<TaskState | null> {
    const task = await tasks.get(root);
    return task !== null && task.room === room && !hasEnded(task) ? task : null;
  }

  /** The task that a message of the coordinator's shows: its card, or the message of its run. */
  async function shownBy(
    room: RoomId,
    event: EventId,
  ): Promise<{ readonly root: EventId; readonly isCard: boolean } | null> {
    const entry = await deps.timeline.find(room, event);
    const chavion = entry?.event.sender === deps.coordinator ? entry.event.chavion : undefined;
    const isCard = chavion?.kind === 'card';
    return chavion?.root !== undefined && (isCard || chavion.run === true) ? { root: chavion.root, isCard } : null;
  }

  const meant = async (room: RoomId, thread: EventId | undefined): Promise<readonly TaskState[]> =>
    (await tasks.live()).filter(
      (task) =>
        (task.room === room || deps.former?.get(task.room) === room) && (thread === undefined || task.root === thread),
    );

  return {
    hear,
    async edited({ target, roomId, sender }) {
      const task = await liveTask(target, roomId);
      if (task === null || task.by !== sender || task.root !== target) return false;
      await tasks.cancel(task.root, sender);
      return true;
    },
    async revisionEdited({ target, roomId, sender }) {
      const task = await revisionOf(target, roomId);
      const wanted = task?.revisionsWanted?.find(({ event }) => event === target) ?? task?.revision;
      if (task === null || wanted?.by !== sender) return null;
      await retract(target, roomId);
      return task.root;
    },
    async above(room, about) {
      for (const root of new Set(about.flatMap((one) => one ?? []))) {
        const task = await tasks.get(root);
        if (task?.room === room && isToBeChanged(task)) return { root, no: task.no };
      }
      return null;
    },
    async stopSign({ roomId, target, sender }) {
      // What waits is taken back alone: what is under way is not meant.
      const waiting = await revisionOf(target, roomId);
      if (waiting?.revisionsWanted?.some(({ event }) => event === target) === true)
        return void (await retract(target, roomId));
      const shown = await shownBy(roomId, target);
      const task =
        (await liveTask(target, roomId)) ??
        (shown === null ? await revisionOf(target, roomId) : await liveTask(shown.root, roomId));
      if (task !== null) await tasks.cancel(task.root, sender);
    },
    async again({ roomId, target, sender, eventId }) {
      const shown = await shownBy(roomId, target);
      const task = shown?.isCard === true ? await tasks.get(shown.root) : null;
      if (task === null || task.room !== roomId || !RETRIED.has(task.phase)) return 'none';
      const after = await tasks.retry(task.root, sender, eventId);
      return after?.retry === eventId ? 'taken-up' : 'nobody-ready';
    },
    going: async (room, thread) => (await meant(room, thread)).length,
    waitingThreads: async (room) =>
      (await meant(room, undefined))
        .filter(({ commands }) => Object.values(commands).some(({ state }) => state === 'asked'))
        .map(({ root }) => root),
    async stop(room, until, thread) {
      const hit = (await meant(room, thread)).filter(({ at, revision }) => (revision?.sent ?? at) <= until);
      for (const { root } of hit) await tasks.cancel(root, null);
    },
  };
}

/** A late tap in a poll that is over says nothing of the plans that stand now. */
const isOfEarlierRound = ({ events, round, repolled }: TaskState, poll: EventId): boolean =>
  Object.entries(events).some(([id, event]) => event === poll && id !== messageId.poll(round, repolled));

const Poll = z.object({
  type: z.literal(POLL_START),
  sender: UserId,
  content: z.object({ [CHAVION_KEY]: ChavionContent }),
});
