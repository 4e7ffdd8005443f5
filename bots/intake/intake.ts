import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Entry, Timeline } from '../../bridge/appservice/timeline.ts';
import type { AgentId, EventId, Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { EditEvent, MembershipEvent, MessageEvent, OtherEvent, ReactionEvent, RoomEvent, UpgradeEvent } from '../../bridge/protocol/room-event.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import { refused } from '../../bridge/matrix/account.ts';
import { Floor, jobId, type SwarmJob } from '../../bridge/protocol/turn.ts';
import type { JobQueue } from '../../bridge/queue/jobs.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { clockTime } from '../../bridge/text/room/budget.ts';
import * as say from '../../bridge/text/room/room.ts';
import type { Attachments } from '../turns/attachments.ts';
import { parseRoomCommand } from '../commands/parse.ts';
import { ENCRYPTED_EVERY_S } from '../residents/coordinator.ts';
import { inPieces, joined } from './burst.ts';
import { decideForMaster, decideForOthers, type Facts } from './decide.ts';
import { decisionKey, decisionOf, Decisions, type Heard } from './decisions.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import { exposedNotice, secretNotice, unreadLine, withSecretTold } from './exposed-secrets.ts';
import type { ModelBindings } from '../models/model-bindings.ts';
import { modelState } from '../models/model-state.ts';
import { permalinkOfRoom } from '../../bridge/matrix/permalink.ts';
import { type Former, moveRoom } from './upgraded-rooms.ts';
import { piecesBefore } from './burst-parts.ts';
import { openOrders } from './open-orders.ts';
import type { Budget } from '../budget/budget.ts';
import type { WebChatRelay } from '../models/relay-desk.ts';
import type { Residents } from '../residents/residents.ts';
import type { RoomMemory } from '../turns/room-memory.ts';
import type { RunningTurns } from '../turns/running-turns.ts';
import { createSecondThoughts } from './edits.ts';
import type { TaskEventHandler } from '../tasks/event-handler.ts';
import { WaitingRequests } from './waiting-requests.ts';

export interface IntakeDeps {
  readonly redis: Redis;
  readonly queue: JobQueue<SwarmJob>;
  readonly timeline: Timeline;
  readonly rooms: Rooms;
  readonly residents: Residents;
  readonly roster: Roster;
  readonly running: RunningTurns;
  readonly attachments: Pick<Attachments, 'holdsSecret'>;
  readonly bindings: ModelBindings;
  /** Takes over what the masters have chosen. */
  readonly reloadModels: () => Promise<void>;
  readonly memory: Pick<RoomMemory, 'of' | 'consider' | 'forget' | 'redacted'>;
  readonly relay: Pick<WebChatRelay, 'waits' | 'bring'>;
  readonly spending: Pick<Budget, 'quiet' | 'frozen'>;
  readonly timeZone: string;
  readonly tasks: TaskEventHandler;
  readonly hq: RoomId;
  readonly ops: RoomId;
  readonly admin: UserId;
  readonly serverName: string;
  /** Of HQ and ops, upgraded since. */
  readonly former: Former;
  /** HQ or ops was upgraded. */
  readonly houseUpgraded: () => void;
  readonly hqName: string;
  readonly lang: Lang;
  /** What masters last wrote in a room. */
  readonly roomLang: (room: RoomId) => Promise<Lang>;
  readonly agentsTable: (lang: Lang, present: ReadonlySet<AgentId>, off: ReadonlySet<AgentId>) => string;
  readonly log: Logger;
}

const STOP_SIGN = '🛑';

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
    isAgent: (user) => residents.byUser.has(user),
    waitingThreads: (room) => deps.tasks.waitingThreads(room),
    serverName: deps.serverName,
  });

  async function handle(event: RoomEvent): Promise<void> {
    await rooms.note(event);
    if (event.masked === true && event.kind !== 'message' && event.kind !== 'edit') {
      await decisions.decided(event, { jobs: [exposedNotice(event, await languageHere(event.roomId))] });
      // What it says is no sign and no vote; who lives here and where the room goes on holds all the same.
      if (event.kind === 'reaction' || event.kind === 'poll-response' || event.kind === 'unreadable' || event.kind === 'other') return;
    }
    switch (event.kind) {
      case 'message':
        return residents.isOwn(event.sender) ? deps.tasks.hear(event) : hear(event);
      case 'reaction':
        return event.key.startsWith(STOP_SIGN) ? stopBySign(event) : signed(event);
      case 'redaction':
        deps.running.cancel({ room: event.roomId, gone: event.target });
        deps.running.cancel({ room: event.roomId, answer: event.target });
        await deps.tasks.hear(event);
        await secondThoughts.deleted(event);
        return deps.memory.redacted(event.roomId, event.target);
      case 'membership':
        return event.membership === 'invite' ? invited(event) : undefined;
      case 'upgrade':
        return upgraded(event);
      case 'encrypted':
        return cannotRead(event, (lang) => say.cannotReadEncrypted[lang](deps.hqName), saidToday);
      case 'unreadable':
        return cannotRead(event, (lang) => say.unreadableMessage[lang]());
      case 'edit':
        return event.masked ? secretInEdit(event) : edited(event);
      case 'poll-response':
        return deps.tasks.hear(event);
      case 'other':
        return unread(event);
      case 'standing':
      case 'power':
        return undefined;
    }
  }

  async function hear(heard: MessageEvent): Promise<void> {
    const master = (await rooms.masters()).has(heard.sender);
    const told = swarmKey('told', heard.sender);
    const [known, floor, toldBefore] = await redis.mget(decisionKey(heard.eventId), swarmKey('floor', heard.roomId), told);
    if (known != null) return decisions.carryOut(heard.roomId, decisionOf(known));
    const message = await withFileRead(heard);
    if (!master) {
      const fallbackLang = await languageHere(message.roomId);
      return decisions.decided(message, withSecretTold(message, decideForOthers(message, { fallbackLang, ownerTitle: deps.roster.ownerTitle }, toldBefore != null), languageOf(message.body, fallbackLang)));
    }
    const now = deps.former.get(message.roomId);
    if (now !== undefined && message.thread === undefined && parseRoomCommand(message.body) === null) {
      const lang = languageOf(message.body, await languageHere(message.roomId));
      const line = { type: 'notice', room: message.roomId, source: message.eventId, text: say.goesOnElsewhere[lang](permalinkOfRoom(now, deps.serverName)) } as const;
      return decisions.decided(message, withSecretTold(message, { jobs: [line] }, lang));
    }
    const pieces = await piecesBefore(message, deps.timeline, callables());
    const whole = joined(pieces, message);
    const seen = await facts(whole, Floor.safeParse(floor?.split(' ')[1]).data);
    // That nobody speaks is a decision too: what was said under a closed floor stays unanswered when it comes again.
    if (seen === null) return;
    const tap = await waiting.toldOf(message, seen.roomLang);
    const plan = tap === null ? inPieces(decideForMaster(whole, seen), pieces, message, callables()) : withSecretTold(message, { jobs: [tap] }, seen.roomLang);
    await decisions.decided(message, plan, true);
    if (plan.jobs.some((job) => job.type === 'turn')) deps.memory.consider(message.roomId, seen.roomLang);
    deps.log.info({ event: message.eventId, room: message.roomId, jobs: plan.jobs.length, afterMs: Date.now() - message.at }, 'heard');
  }

  /** The same with what the file itself holds: it is taken out of the room before an order that hangs on it begins. */
  async function withFileRead(message: MessageEvent): Promise<MessageEvent> {
    if (message.masked || message.attachment === undefined) return message;
    return (await deps.attachments.holdsSecret(message.attachment, () => rooms.reader(message.roomId))) ? { ...message, masked: true } : message;
  }

  /** Null in a room that cannot be read any more: nobody there could answer. */
  async function facts(message: MessageEvent, floor: Floor | undefined): Promise<Facts | null> {
    try {
      return await gathered(message, floor);
    } catch (error) {
      if (!refused(error)) throw error;
      deps.log.warn({ room: message.roomId }, 'no resident can read this room');
      return null;
    }
  }

  async function gathered(message: MessageEvent, floor: Floor | undefined): Promise<Facts> {
    const members = await rooms.members(message.roomId);
    const off = await rooms.off();
    const present = residents.agents.filter((agent) => members.has(agent.userId) && !off.has(agent.userId));
    const isHouse = message.roomId === deps.hq || message.roomId === deps.ops;
    const find = async (id: EventId | undefined) => (id === undefined ? undefined : await deps.timeline.find(message.roomId, id));
    const [repliedTo, hungOn, threadRoot] = await Promise.all([find(message.replyTo), find(message.hungOn), find(message.thread)]);
    const quoted = repliedTo ?? hungOn;
    return {
      agents: present,
      // Elsewhere nobody expects all of them.
      off: isHouse ? residents.agents.filter((agent) => !present.includes(agent)) : [],
      others: residents.others,
      ready: deps.bindings.ready,
      byHand: deps.bindings.byHand,
      quiet: new Map([...deps.spending.quiet()].map(([id, { until }]) => [id, (lang: Lang) => (until === null ? '' : clockTime(until, Date.now(), deps.timeZone, lang))])),
      frozen: deps.spending.frozen,
      everyone: residents.agents,
      modelOf: (id, model) => {
        const binding = model === undefined ? deps.bindings.get(id) : deps.bindings.try(id, model);
        return { model: binding?.config.model ?? '', state: binding === undefined ? { kind: 'ready' } : modelState(binding) };
      },
      relayed: await relayed(repliedTo),
      floor: floor ?? (message.roomId === deps.ops ? 'called' : 'open'),
      repliedTo: repliedTo?.event.sender,
      ...(quoted == null ? {} : { unasked: new Set([quoted.event.sender, ...(quoted.mentions ?? quoted.event.mentions)]) }),
      threadOf: threadRoot?.event.sender,
      fallbackLang: deps.lang,
      roomLang: await deps.roomLang(message.roomId),
      ownerTitle: deps.roster.ownerTitle,
      integrator: deps.roster.integrator,
      nameOf: (id) => residents.byId.get(id)?.config.name ?? id,
      agentsTable: (lang) => deps.agentsTable(lang, new Set(present.map((agent) => agent.id)), new Set(residents.agents.filter((agent) => off.has(agent.userId)).map((agent) => agent.id))),
      memory: await remembered(message),
      running: deps.running.count(message.roomId),
      ...(await going(message)),
      away: deps.bindings.away,
      mute: deps.bindings.mute,
      place: message.roomId === deps.hq ? 'hq' : message.roomId === deps.ops ? 'ops' : present.length === 1 ? 'direct' : 'other',
    };
  }

  /** Asked of Redis only where somebody wants to end them. */
  async function going({ roomId, thread, body, at }: MessageEvent): Promise<Pick<Facts, 'tasks' | 'commands'>> {
    const parsed = parseRoomCommand(body);
    if (parsed?.kind !== 'command' || parsed.command.name !== 'stop') return {};
    // In ops it means everything.
    const where = roomId === deps.ops ? [deps.hq, deps.ops] : [roomId];
    const [tasks, masters, lines] = await Promise.all([deps.tasks.going(roomId, thread), rooms.masters(), Promise.all(where.map((room) => deps.timeline.view(room, room === roomId ? thread : undefined)))]);
    return { tasks, commands: openOrders(lines.flat(), { masters, executor: residents.executor, at }) };
  }

  /** Asked of Redis only where somebody wants to see it. */
  async function remembered({ roomId, body }: MessageEvent): Promise<Facts['memory']> {
    const parsed = parseRoomCommand(body);
    if (parsed?.kind !== 'command' || parsed.command.name !== 'memory') return null;
    const memory = await deps.memory.of(roomId);
    return memory.text === '' ? null : memory;
  }

  async function relayed(to: Entry | null | undefined): Promise<Facts['relayed']> {
    const { kind, turn, agent } = to?.event.chavion ?? {};
    return kind === 'relay' && turn !== undefined && agent !== undefined ? { turn, agent, waiting: await deps.relay.waits(turn) } : undefined;
  }

  /** 🛑 on a question ends its answers, on an answer that one. */
  async function stopBySign(reaction: ReactionEvent): Promise<void> {
    if (!(await rooms.masters()).has(reaction.sender)) return;
    deps.running.cancel({ room: reaction.roomId, source: reaction.target });
    deps.running.cancel({ room: reaction.roomId, answer: reaction.target });
    await deps.tasks.stopSign(reaction);
  }

  /** 👍 under a request is no yes: he hears once what is. */
  async function signed(reaction: ReactionEvent): Promise<void> {
    if (!(await rooms.masters()).has(reaction.sender)) return;
    const told = await waiting.toldOfSign(reaction, await languageHere(reaction.roomId));
    if (told !== null) await decisions.decided(told.request, { jobs: [told.notice] });
  }

  async function invited(event: MembershipEvent): Promise<void> {
    const agent = residents.byUser.get(event.user) ?? (event.user === residents.coordinator ? residents.others[0] : undefined);
    // The admin's invitations are provisioning's own business.
    if (agent === undefined || residents.isOwn(event.sender) || event.sender === deps.admin) return;
    const accept = (await rooms.masters()).has(event.sender);
    const job = { type: 'invite', room: event.roomId, source: event.eventId, agent: agent.id, accept, lang: deps.lang } as const;
    await queue.add([{ id: jobId(job), data: job }]);
  }

  /** HQ and ops are followed by whoever keeps the house's rooms; any other room at a master's word. */
  async function upgraded(event: UpgradeEvent): Promise<void> {
    if (event.roomId === deps.hq || event.roomId === deps.ops) return deps.houseUpgraded();
    if ((await rooms.masters()).has(event.sender)) await moveRoom(redis, event.roomId, event.to);
  }

  /** The same key as when an agent comes in: one line a day, whoever says it. Again for the same event: the same answer. */
  async function saidToday(event: Heard): Promise<boolean> {
    const said = await redis.set(swarmKey('said', `encrypted.${event.roomId}`), event.eventId, 'EX', ENCRYPTED_EVERY_S, 'NX', 'GET');
    return said !== null && said !== event.eventId;
  }

  async function cannotRead(event: Heard & { sender: UserId }, text: (lang: Lang) => string, needless?: (event: Heard) => Promise<boolean>): Promise<void> {
    if (!(await rooms.masters()).has(event.sender) || (await needless?.(event)) === true) return;
    await decisions.decided(event, { jobs: [{ type: 'notice', room: event.roomId, source: event.eventId, text: text(await languageHere(event.roomId)) }] });
  }

  /** Of a master's poll or sticker. */
  async function unread(event: OtherEvent): Promise<void> {
    if (!(await rooms.masters()).has(event.sender)) return;
    const line = unreadLine(event, await languageHere(event.roomId));
    if (line !== null) await decisions.decided(event, { jobs: [line] });
  }

  /** Where nobody can read what was said, the house's. */
  const languageHere = (room: RoomId): Promise<Lang> => deps.roomLang(room).catch(() => deps.lang);

  async function edited(event: EditEvent): Promise<void> {
    await deps.tasks.hear(event);
    if (!(await rooms.masters()).has(event.sender)) return;
    const known = await decisions.known(event.eventId);
    if (known !== null) return decisions.carryOut(event.roomId, known);
    if (!(await deps.tasks.edited(event))) return deps.former.has(event.roomId) ? undefined : secondThoughts.edited(event);
    await decisions.decided(event, { jobs: [{ type: 'notice', room: event.roomId, source: event.eventId, thread: event.target, text: say.taskEdited[languageOf(event.body, await languageHere(event.roomId))]() }] });
  }

  async function secretInEdit(event: Extract<RoomEvent, { kind: 'edit' }>): Promise<void> {
    await decisions.decided(event, { jobs: [secretNotice(event, languageOf(event.body, await languageHere(event.roomId)))] });
  }

  const floorIn = async (room: RoomId) => Floor.safeParse((await redis.get(swarmKey('floor', room)))?.split(' ')[1]).data;
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
