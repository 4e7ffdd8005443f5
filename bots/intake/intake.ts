import type { Redis } from 'ioredis';
import type { Account } from '../../bridge/matrix/account.ts';
import { permalinkOfRoom } from '../../bridge/matrix/permalink.ts';
import type { Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import type {
  CommandResultEvent,
  EditEvent,
  MembershipEvent,
  MessageEvent,
  RoomEvent,
  UpgradeEvent,
} from '../../bridge/protocol/room-event.ts';
import { Floor, jobId, type SwarmJob } from '../../bridge/protocol/turn.ts';
import type { JobQueue } from '../../bridge/queue/jobs.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import * as say from '../../bridge/text/room/room.ts';
import { revisionEdited } from '../../bridge/text/tasks/revisions.ts';
import { type FileUnlooked, fileUnlooked } from '../../bridge/text/room/exposed-secrets.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import { parseRoomCommand } from '../commands/parse.ts';
import type { MastersVotes } from '../ballots/masters-votes.ts';
import type { CommandResults } from '../hands/command-results.ts';
import type { WebChatRelay } from '../models/web-chat-relay.ts';
import type { MemoryRoom } from '../memory/memory-room.ts';
import type { TaskEventHandler } from '../tasks/event-handler.ts';
import type { Attachments } from '../turns/attachments.ts';
import type { RoomMemory } from '../turns/room-memory.ts';
import { piecesBefore } from './burst-parts.ts';
import { inPieces, joined, restsOn, sinceChange } from './burst.ts';
import { decideForMaster, decideForOthers } from './decide.ts';
import { decideInMemoryRoom, editedLine } from './memory-room-plan.ts';
import { decisionKey, decisionOf, Decisions } from './decisions.ts';
import { createSecondThoughts } from './edits.ts';
import { exposedNotice, secretNotice, withSecretTold } from './exposed-secrets.ts';
import type { Facts } from './intake-plan.ts';
import { createMessageFacts, type MessageFactsDeps } from './message-facts.ts';
import { createReactions } from './reactions.ts';
import { createUnread } from './unread.ts';
import { type Former, moveRoom } from './upgraded-rooms.ts';
import { WaitingRequests } from './waiting-requests.ts';

const DAY_S = 86_400;

export interface IntakeDeps extends MessageFactsDeps {
  readonly redis: Redis;
  readonly queue: JobQueue<SwarmJob>;
  readonly attachments: Pick<Attachments, 'secretsIn'>;
  /** Takes over what the masters have chosen. */
  readonly reloadModels: () => Promise<void>;
  readonly memory: Pick<RoomMemory, 'of' | 'consider' | 'forget' | 'redacted'>;
  readonly relay: Pick<WebChatRelay, 'waits' | 'bring'>;
  readonly tasks: TaskEventHandler;
  readonly commandResults: Pick<CommandResults, 'hear'>;
  readonly votes: Pick<MastersVotes, 'inReaction' | 'inMessage' | 'takenBack'>;
  readonly admin: UserId;
  readonly serverName: string;
  /** Of the house's rooms, upgraded since. */
  readonly former: Former;
  /** In it masters write what the house is to remember. */
  readonly houseMemory: Pick<MemoryRoom, 'isRoom'>;
  /** One of the house's rooms was upgraded. */
  readonly houseUpgraded: () => void;
  readonly hqName: string;
  readonly coordinator: Pick<Account, 'event' | 'userId'>;
}

/** Of several pieces the last may stand elsewhere than the task that the first one answered. */
function underWhich(seen: Facts, rests: MessageEvent | null, { eventId }: MessageEvent): Facts {
  if (seen.task === undefined || rests?.eventId === eventId) return seen;
  return { ...seen, task: { ...seen.task, rests: rests === null ? null : { event: rests.eventId, at: rests.at } } };
}

/**
 * Turns what was heard into work. A decision is stored before it takes effect and found again when the event
 * comes a second time, so that a repeated delivery neither answers twice nor undoes what was said since.
 */
export function createIntake(deps: IntakeDeps): (event: RoomEvent) => Promise<void> {
  const { redis, queue, rooms, residents } = deps;
  const decisions = new Decisions(deps);
  const callables = () => [...residents.agents, ...residents.others];

  const waiting = new WaitingRequests({
    timeline: deps.timeline,
    rooms,
    executor: residents.executor,
    executorCallsigns: residents.others.find(({ userId }) => userId === residents.executor)?.callsigns ?? [],
    coordinator: residents.coordinator,
    isAgent: (user) => residents.byUser.has(user),
    waitingThreads: (room) => deps.tasks.waitingThreads(room),
    serverName: deps.serverName,
  });

  /** Where nobody can read what was said, the house's. */
  const languageHere = (room: RoomId): Promise<Lang> => deps.roomLang(room).catch(() => deps.lang);
  const facts = createMessageFacts(deps);
  const reacted = createReactions({ ...deps, decisions, waiting, languageHere, ordered });
  const unread = createUnread({ ...deps, decisions, languageHere });

  async function handle(event: RoomEvent): Promise<void> {
    await rooms.note(event);
    if (event.masked === true && event.kind !== 'message' && event.kind !== 'edit') {
      await decisions.decided(event, { jobs: [exposedNotice(event, await languageHere(event.roomId))] });
      // What it says is no sign and no vote; who lives here and where the room goes on holds all the same.
      if (
        event.kind === 'reaction' ||
        event.kind === 'poll-response' ||
        event.kind === 'unreadable' ||
        event.kind === 'other'
      )
        return;
    }
    switch (event.kind) {
      case 'message':
        return residents.isOwn(event.sender) ? deps.tasks.hear(event) : hear(event);
      case 'reaction':
        return reacted(event);
      case 'redaction':
        deps.running.cancel({ room: event.roomId, gone: event.target });
        deps.running.cancel({ room: event.roomId, answer: event.target });
        await deps.tasks.hear(event);
        await secondThoughts.deleted(event);
        await countAgain(await deps.votes.takenBack(event));
        return deps.memory.redacted(event.roomId, event.target);
      case 'membership':
        return event.membership === 'invite' ? invited(event) : undefined;
      case 'upgrade':
        return upgraded(event);
      case 'edit':
        return event.masked ? secretInEdit(event) : edited(event);
      case 'poll-response':
      case 'plan-result':
        return deps.tasks.hear(event);
      case 'encrypted':
      case 'unreadable':
      case 'other':
        return unread(event);
      case 'command-result':
        return event.sender === residents.executor ? commandEnded(event) : undefined;
      case 'standing':
      case 'power':
        return undefined;
    }
  }

  /** Whoever asked for it, and was told to wait for a master's yes, hears what came of it. */
  async function commandEnded(event: CommandResultEvent): Promise<void> {
    const next = await deps.commandResults.hear(event);
    if (next !== null) await queue.add([{ id: jobId(next), data: next }]);
  }

  async function countAgain(job: SwarmJob | null): Promise<void> {
    if (job !== null) await queue.add([{ id: jobId(job), data: job }]);
  }

  /** A line that a master has said yes to: as if he had typed it. */
  async function ordered(message: MessageEvent): Promise<void> {
    const [known, floor] = await redis.mget(decisionKey(message.eventId), swarmKey('floor', message.roomId));
    if (known != null) return decisions.carryOut(message.roomId, decisionOf(known));
    const seen = await facts(message, Floor.safeParse(floor?.split(' ')[1]).data);
    if (seen !== null) await decisions.decided(message, decideForMaster(message, seen), true);
  }

  async function hear(heard: MessageEvent): Promise<void> {
    const master = (await rooms.masters()).has(heard.sender);
    const told = swarmKey('told', heard.sender);
    const [known, floor, toldBefore] = await redis.mget(
      decisionKey(heard.eventId),
      swarmKey('floor', heard.roomId),
      told,
    );
    if (known != null) return decisions.carryOut(heard.roomId, decisionOf(known));
    const message = await withFileRead(heard);
    if (!master) {
      const fallbackLang = await languageHere(message.roomId);
      return decisions.decided(
        message,
        withSecretTold(
          message,
          decideForOthers(message, { fallbackLang, ownerTitle: deps.roster.ownerTitle }, toldBefore != null),
          languageOf(message.body, fallbackLang),
        ),
      );
    }
    const now = deps.former.get(message.roomId);
    if (now !== undefined && message.thread === undefined && parseRoomCommand(message.body) === null) {
      const lang = languageOf(message.body, await languageHere(message.roomId));
      const line = {
        type: 'notice',
        room: message.roomId,
        source: message.eventId,
        text: say.goesOnElsewhere[lang](permalinkOfRoom(now, deps.serverName)),
      } as const;
      return decisions.decided(message, withSecretTold(message, { jobs: [line] }, lang));
    }
    if (deps.houseMemory.isRoom(message.roomId) && parseRoomCommand(message.body) === null) {
      const roomLang = await languageHere(message.roomId);
      return decisions.decided(message, decideInMemoryRoom(message, roomLang), true);
    }
    const vote = await deps.votes.inMessage(message);
    if (vote !== null) return decisions.decided(message, { jobs: [vote] }, true);
    const all = await piecesBefore(message, deps.timeline, callables());
    const seen = await facts(joined(all, message), Floor.safeParse(floor?.split(' ')[1]).data);
    const pieces = seen?.task === undefined ? all : sinceChange(all);
    const whole = joined(pieces, message);
    const rests = restsOn(pieces, message);
    // That nobody speaks is a decision too: what was said under a closed floor stays unanswered when it comes again.
    if (seen === null) return;
    const tap = await waiting.toldOf(message, seen.roomLang);
    const plan =
      tap === null
        ? inPieces(decideForMaster(whole, underWhich(seen, rests, message)), pieces, message, callables())
        : withSecretTold(message, { jobs: [tap] }, seen.roomLang);
    await decisions.decided(message, plan, true);
    if (plan.jobs.some((job) => job.type === 'turn')) deps.memory.consider(message.roomId, seen.roomLang);
    deps.log.info(
      { event: message.eventId, room: message.roomId, jobs: plan.jobs.length, afterMs: Date.now() - message.at },
      'heard',
    );
  }

  /** The same with what the file itself holds: it is taken out of the room before an order that hangs on it begins. */
  async function withFileRead(message: MessageEvent): Promise<MessageEvent> {
    if (message.masked || message.attachment === undefined) return message;
    const found = await deps.attachments.secretsIn(message.attachment, () => rooms.reader(message.roomId));
    if (found === 'first-part' || found === 'not-looked') await unlooked(message, message.attachment.name, found);
    return found === 'held' ? { ...message, masked: true } : message;
  }

  /** Said once a day in each room: whoever thinks that it was looked through is careless with it. */
  async function unlooked(
    { roomId: room, eventId: source, thread }: MessageEvent,
    name: string,
    how: FileUnlooked,
  ): Promise<void> {
    const text = fileUnlooked[await languageHere(room)](plainWords(name, 80), how);
    const job = {
      type: 'notice',
      room,
      source,
      ...(thread !== undefined && { thread }),
      slot: 'unlooked',
      text,
    } as const;
    const said = await redis.set(swarmKey('said', 'unlooked', room), jobId(job), 'EX', DAY_S, 'NX', 'GET');
    if (said === null || said === jobId(job)) await queue.add([{ id: jobId(job), data: job }]);
  }

  async function invited(event: MembershipEvent): Promise<void> {
    const agent =
      residents.byUser.get(event.user) ?? (event.user === residents.coordinator ? residents.others[0] : undefined);
    // The admin's invitations are provisioning's own business.
    if (agent === undefined || residents.isOwn(event.sender) || event.sender === deps.admin) return;
    // What stands in the memory room is of all rooms, and some of them are no agent's.
    const isOpen = event.roomId !== deps.memoryRoom || event.user === residents.coordinator;
    const accept = isOpen && (await rooms.masters()).has(event.sender);
    const job = {
      type: 'invite',
      room: event.roomId,
      source: event.eventId,
      agent: agent.id,
      accept,
      lang: deps.lang,
    } as const;
    await queue.add([{ id: jobId(job), data: job }]);
  }

  /** The house's rooms are followed by whoever keeps them; any other room at a master's word. */
  async function upgraded(event: UpgradeEvent): Promise<void> {
    if ([deps.hq, deps.ops, deps.memoryRoom].includes(event.roomId)) return deps.houseUpgraded();
    if ((await rooms.masters()).has(event.sender)) await moveRoom(redis, event.roomId, event.to);
  }

  async function edited(event: EditEvent): Promise<void> {
    await deps.tasks.hear(event);
    if (!(await rooms.masters()).has(event.sender)) return;
    const known = await decisions.known(event.eventId);
    if (known !== null) return decisions.carryOut(event.roomId, known);
    if (deps.houseMemory.isRoom(event.roomId))
      return decisions.decided(event, editedLine(event, await languageHere(event.roomId)));
    const revised = await deps.tasks.revisionEdited(event);
    if (revised !== null) {
      const lang = languageOf(event.body, await languageHere(event.roomId));
      const line = { type: 'notice', room: event.roomId, source: event.eventId, thread: revised } as const;
      return decisions.decided(event, { jobs: [{ ...line, text: revisionEdited[lang]() }] });
    }
    if (!(await deps.tasks.edited(event)))
      return deps.former.has(event.roomId) ? undefined : secondThoughts.edited(event);
    await decisions.decided(event, {
      jobs: [
        {
          type: 'notice',
          room: event.roomId,
          source: event.eventId,
          thread: event.target,
          text: say.taskEdited[languageOf(event.body, await languageHere(event.roomId))](),
        },
      ],
    });
  }

  async function secretInEdit(event: Extract<RoomEvent, { kind: 'edit' }>): Promise<void> {
    await decisions.decided(event, {
      jobs: [secretNotice(event, languageOf(event.body, await languageHere(event.roomId)))],
    });
  }

  const floorIn = async (room: RoomId) =>
    Floor.safeParse((await redis.get(swarmKey('floor', room)))?.split(' ')[1]).data;
  const secondThoughts = createSecondThoughts({
    redis,
    decisions,
    running: deps.running,
    timeline: deps.timeline,
    masters: () => rooms.masters(),
    piecesBefore: (message) => piecesBefore(message, deps.timeline, callables()),
    callables,
    facts: async (message) => facts(message, await floorIn(message.roomId)),
    languageHere,
  });
  return handle;
}
