import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Rooms } from '../bridge/appservice/rooms.ts';
import type { Entry, Timeline } from '../bridge/appservice/timeline.ts';
import { AgentId, EventId, type Lang, type RoomId, type UserId } from '../bridge/protocol/ids.ts';
import type { EditEvent, MembershipEvent, MessageEvent, ReactionEvent, RoomEvent, UpgradeEvent } from '../bridge/protocol/room-event.ts';
import { ModelName, type Roster } from '../bridge/protocol/roster.ts';
import { parseTask } from '../bridge/protocol/task-order.ts';
import { refused } from '../bridge/matrix/account.ts';
import { Floor, jobId, SwarmJob } from '../bridge/protocol/turn.ts';
import type { JobQueue } from '../bridge/queue/jobs.ts';
import { raise } from '../bridge/queue/atomic.ts';
import { swarmKey } from '../bridge/queue/redis.ts';
import { clockTime } from '../bridge/text/purse.ts';
import * as say from '../bridge/text/room.ts';
import { parseCommand } from './commands/parse.ts';
import { ENCRYPTED_EVERY_S } from './coordinator.ts';
import { decideForMaster, decideForOthers, type Facts, type Plan } from './decide.ts';
import { languageOf } from './language.ts';
import type { Minds } from './minds.ts';
import { permalinkOfRoom } from './tasks/permalink.ts';
import { type Former, moveRoom } from './upgraded-rooms.ts';
import { MODELS_KEY, storedModel } from './model-choices.ts';
import type { Purse } from './purse/purse.ts';
import type { WebChatDesk } from './relay-desk.ts';
import type { Residents } from './residents.ts';
import type { RoomMemory } from './room-memory.ts';
import type { RunningTurns } from './running-turns.ts';
import type { TaskEar } from './tasks/ear.ts';
import { WaitingRequests } from './waiting-requests.ts';

export interface IntakeDeps {
  readonly redis: Redis;
  readonly queue: JobQueue<SwarmJob>;
  readonly timeline: Timeline;
  readonly rooms: Rooms;
  readonly residents: Residents;
  readonly roster: Roster;
  readonly running: RunningTurns;
  readonly minds: Minds;
  /** Takes over what the masters have chosen. */
  readonly reloadMinds: () => Promise<void>;
  readonly memory: Pick<RoomMemory, 'of' | 'consider' | 'forget' | 'redacted'>;
  readonly desk: Pick<WebChatDesk, 'waits' | 'bring'>;
  readonly purse: Pick<Purse, 'quiet' | 'frozen'>;
  readonly timeZone: string;
  readonly tasks: TaskEar;
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
  readonly agentsTable: (lang: Lang, present: ReadonlySet<AgentId>, off: ReadonlySet<AgentId>) => string;
  readonly log: Logger;
}

/** What of a message is the writer's own language; null where all of it is a machine's. */
function ownWords(body: string): string | null {
  const order = parseTask(body);
  if (order !== null) return order.kind === 'task' ? order.mission : null;
  return parseCommand(body) === null ? body : null;
}

type Heard = Pick<MessageEvent, 'eventId' | 'roomId' | 'at'>;

const StoredPlan = z.object({
  jobs: z.array(SwarmJob),
  floor: Floor.optional(),
  stopAt: z.number().optional(),
  stopThread: EventId.optional(),
  forgetAt: z.number().optional(),
  model: z.object({ agent: AgentId, name: ModelName.nullable() }).optional(),
  carried: z.object({ turn: z.string(), text: z.string() }).optional(),
});
type Effects = Readonly<Omit<z.infer<typeof StoredPlan>, 'jobs'>> & { readonly jobs: readonly SwarmJob[] };

/** Decisions are remembered as long as the jobs they made. */
const REMEMBER_S = 3 * 24 * 3600;
const STOP_SIGN = '🛑';

/**
 * Keeps a decision, or gives back the one that is kept already: in one step, so that two swarms never act on two.
 * A floor and a model are kept with the time of the event that set them; an older event that comes late undoes nothing.
 */
const DECIDE = `
local known = redis.call('GET', KEYS[1])
if known then return known end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ${REMEMBER_S})
if ARGV[2] ~= '' then
  local before = redis.call('GET', KEYS[2])
  if not before or tonumber(string.match(before, '^%d+')) <= tonumber(ARGV[3]) then redis.call('SET', KEYS[2], ARGV[3] .. ' ' .. ARGV[2]) end
end
if ARGV[5] ~= '' then
  local before = redis.call('HGET', KEYS[4], ARGV[5])
  if not before or tonumber(string.match(before, '^%d+')) <= tonumber(ARGV[3]) then redis.call('HSET', KEYS[4], ARGV[5], ARGV[6]) end
end
if ARGV[4] ~= '' then redis.call('SET', KEYS[3], '1', 'EX', ${30 * REMEMBER_S}) end
return false`;

/**
 * Turns what was heard into work. A decision is stored before it takes effect and found again when the event
 * comes a second time, so that a repeated delivery neither answers twice nor undoes what was said since.
 */
export function createIntake(deps: IntakeDeps): (event: RoomEvent) => Promise<void> {
  const { redis, queue, rooms, residents } = deps;

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
    switch (event.kind) {
      case 'message':
        return residents.isOwn(event.sender) ? deps.tasks.hear(event) : hear(event);
      case 'reaction':
        return event.key.startsWith(STOP_SIGN) ? stopBySign(event) : signed(event);
      case 'redaction':
        deps.running.cancel({ room: event.roomId, source: event.target });
        deps.running.cancel({ room: event.roomId, answer: event.target });
        await deps.tasks.hear(event);
        return deps.memory.redacted(event.roomId, event.target);
      case 'membership':
        return event.membership === 'invite' ? invited(event) : undefined;
      case 'upgrade':
        return upgraded(event);
      case 'encrypted':
        return cannotRead(event, say.cannotReadEncrypted[deps.lang](deps.hqName), saidToday);
      case 'unreadable':
        return cannotRead(event, say.unreadableMessage[deps.lang]());
      case 'edit':
        return event.masked ? secretInEdit(event) : edited(event);
      case 'poll-response':
        return deps.tasks.hear(event);
      case 'standing':
      case 'power':
        return undefined;
    }
  }

  async function hear(message: MessageEvent): Promise<void> {
    const master = (await rooms.masters()).has(message.sender);
    const told = swarmKey('told', message.sender);
    const [known, floor, toldBefore] = await redis.mget(swarmKey('decision', message.eventId), swarmKey('floor', message.roomId), told);
    if (known != null) return carryOut(message.roomId, StoredPlan.parse(JSON.parse(known)));
    if (!master) return decided(message, withMask(message, decideForOthers(message, { fallbackLang: deps.lang, ownerTitle: deps.roster.ownerTitle }, toldBefore != null)));
    const now = deps.former.get(message.roomId);
    if (now !== undefined && message.thread === undefined && parseCommand(message.body) === null) {
      return decided(message, withMask(message, { jobs: [{ type: 'notice', room: message.roomId, source: message.eventId, text: say.goesOnElsewhere[deps.lang](permalinkOfRoom(now, deps.serverName)) }] }));
    }
    const seen = await facts(message, Floor.safeParse(floor?.split(' ')[1]).data);
    // That nobody speaks is a decision too: what was said under a closed floor stays unanswered when it comes again.
    if (seen === null) return;
    const tap = await waiting.toldOf(message, seen.roomLang);
    const plan = tap === null ? decideForMaster(message, seen) : { jobs: [tap] };
    await decided(message, plan, true);
    if (plan.jobs.some((job) => job.type === 'turn')) deps.memory.consider(message.roomId, seen.roomLang);
    deps.log.info({ event: message.eventId, room: message.roomId, jobs: plan.jobs.length, afterMs: Date.now() - message.at }, 'heard');
  }

  /** A secret is taken out of the room whoever wrote it. */
  function withMask(message: MessageEvent, plan: Plan): Plan {
    if (!message.masked || plan.jobs.length > 0) return plan;
    return { ...plan, jobs: [maskNotice(message)] };
  }

  function maskNotice(event: { roomId: RoomId; eventId: EventId; body: string; thread?: EventId }): SwarmJob {
    const lang = languageOf(event.body, deps.lang);
    return {
      type: 'notice',
      room: event.roomId,
      source: event.eventId,
      ...(event.thread === undefined ? {} : { thread: event.thread }),
      text: say.secretMasked[lang](),
      redact: { event: event.eventId, otherwise: say.secretNotRemoved[lang]() },
    };
  }

  async function decided(event: Heard, plan: Plan, always = false): Promise<void> {
    const nothing = plan.jobs.length === 0 && plan.floor === undefined && plan.stopAt === undefined;
    if (nothing && !always) return;
    const { told, ...stored } = plan;
    const keys = [swarmKey('decision', event.eventId), swarmKey('floor', event.roomId), swarmKey('told', told ?? ''), MODELS_KEY];
    const known = await redis.eval(DECIDE, keys.length, ...keys, JSON.stringify(stored), plan.floor ?? '', event.at, told ?? '', plan.model?.agent ?? '', storedModel(event.at, plan.model?.name ?? null));
    // A crash before the jobs are made is mended by the next delivery.
    await carryOut(event.roomId, typeof known === 'string' ? StoredPlan.parse(JSON.parse(known)) : plan);
  }

  async function carryOut(room: RoomId, plan: Effects): Promise<void> {
    if (plan.stopAt !== undefined) {
      deps.running.cancel({ room, until: plan.stopAt });
      // A crash must not set going again what was stopped.
      await raise(redis, swarmKey('stopped'), room, plan.stopAt);
      await deps.tasks.stop(room, plan.stopAt, plan.stopThread);
    }
    if (plan.forgetAt !== undefined) await deps.memory.forget(room, plan.forgetAt);
    if (plan.model !== undefined) await deps.reloadMinds();
    if (plan.carried !== undefined) await deps.desk.bring(plan.carried.turn, plan.carried.text);
    await queue.add(plan.jobs.map((job) => ({ id: jobId(job), data: job })));
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
      ready: deps.minds.ready,
      byHand: deps.minds.byHand,
      quiet: new Map([...deps.purse.quiet()].map(([id, { until }]) => [id, (lang: Lang) => (until === null ? '' : clockTime(until, Date.now(), deps.timeZone, lang))])),
      frozen: deps.purse.frozen,
      everyone: residents.agents,
      mindOf: (id, model) => {
        const mind = model === undefined ? deps.minds.get(id) : deps.minds.try(id, model);
        return { model: mind?.config.model ?? '', answers: mind?.provider.label ?? '' };
      },
      relayed: await relayed(repliedTo),
      floor: floor ?? (message.roomId === deps.ops ? 'called' : 'open'),
      repliedTo: repliedTo?.event.sender,
      ...(quoted == null ? {} : { unasked: new Set([quoted.event.sender, ...(quoted.mentions ?? quoted.event.mentions)]) }),
      threadOf: threadRoot?.event.sender,
      fallbackLang: deps.lang,
      roomLang: await roomLanguage(message.roomId),
      ownerTitle: deps.roster.ownerTitle,
      integrator: deps.roster.integrator,
      nameOf: (id) => residents.byId.get(id)?.config.name ?? id,
      agentsTable: (lang) => deps.agentsTable(lang, new Set(present.map((agent) => agent.id)), new Set(residents.agents.filter((agent) => off.has(agent.userId)).map((agent) => agent.id))),
      memory: await remembered(message),
      running: deps.running.count(message.roomId),
      tasks: await goingTasks(message),
      away: deps.minds.away,
      runsHere: isHouse,
    };
  }

  /** Asked of Redis only where somebody wants to end them. */
  async function goingTasks({ roomId, thread, body }: MessageEvent): Promise<number> {
    const parsed = parseCommand(body);
    return parsed?.kind === 'command' && parsed.command.name === 'stop' ? deps.tasks.going(roomId, thread) : 0;
  }

  /** Asked of Redis only where somebody wants to see it. */
  async function remembered({ roomId, body }: MessageEvent): Promise<Facts['memory']> {
    const parsed = parseCommand(body);
    if (parsed?.kind !== 'command' || parsed.command.name !== 'memory') return null;
    const memory = await deps.memory.of(roomId);
    return memory.text === '' ? null : memory;
  }

  async function relayed(to: Entry | null | undefined): Promise<Facts['relayed']> {
    const { kind, turn, agent } = to?.event.chavion ?? {};
    return kind === 'relay' && turn !== undefined && agent !== undefined ? { turn, agent, waiting: await deps.desk.waits(turn) } : undefined;
  }

  async function roomLanguage(room: RoomId): Promise<Lang> {
    const [entries, masters] = await Promise.all([deps.timeline.view(room), rooms.masters()]);
    const last = entries.filter(({ event }) => masters.has(event.sender)).findLast(({ body }) => ownWords(body) !== null);
    return languageOf(ownWords(last?.body ?? '') ?? '', deps.lang);
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
    const told = await waiting.toldOfSign(reaction, deps.lang);
    if (told !== null) await decided(told.request, { jobs: [told.notice] });
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

  async function cannotRead(event: Heard & { sender: UserId }, text: string, needless?: (event: Heard) => Promise<boolean>): Promise<void> {
    if (!(await rooms.masters()).has(event.sender) || (await needless?.(event)) === true) return;
    await decided(event, { jobs: [{ type: 'notice', room: event.roomId, source: event.eventId, text }] });
  }

  async function edited(event: EditEvent): Promise<void> {
    await deps.tasks.hear(event);
    if (!(await rooms.masters()).has(event.sender) || !(await deps.tasks.edited(event))) return;
    await decided(event, { jobs: [{ type: 'notice', room: event.roomId, source: event.eventId, thread: event.target, text: say.taskEdited[languageOf(event.body, deps.lang)]() }] });
  }

  async function secretInEdit(event: Extract<RoomEvent, { kind: 'edit' }>): Promise<void> {
    await decided(event, { jobs: [maskNotice(event)] });
  }

  return handle;
}
