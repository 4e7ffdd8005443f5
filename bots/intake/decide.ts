import type { AgentId, EventId, Lang, UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import type { ModelName } from '../../bridge/protocol/roster.ts';
import { orderWords } from '../../bridge/protocol/orders/order-words.ts';
import { MAX_MISSION, parseTask } from '../../bridge/protocol/orders/task-order.ts';
import type {
  Floor,
  SwarmCommandJob,
  SwarmCommandName,
  InboxJob,
  NoticeJob,
  SwarmJob,
  TurnJob,
} from '../../bridge/protocol/turn.ts';
import { mayNotSpeak, notOnline } from '../../bridge/text/room/agent-api.ts';
import { helpText, type HelpPlace } from '../../bridge/text/room/help.ts';
import * as modelText from '../../bridge/text/room/models.ts';
import type { ModelState } from '../../bridge/text/room/models.ts';
import { allFrozen, restsNow } from '../../bridge/text/room/budget.ts';
import * as say from '../../bridge/text/room/room.ts';
import { taskEmpty, taskTooLong } from '../../bridge/text/tasks/task-commands.ts';
import { address, type Audience, type Callable } from '../addressing/address.ts';
import { typedName } from '../addressing/typed-name.ts';
import { floorSentence } from '../addressing/floor-sentence.ts';
import { isForHouse, parseRoomCommand, type RoomCommand } from '../commands/parse.ts';
import { languageOf, languageOfCommand } from '../../bridge/protocol/orders/language.ts';
import { withSecretTold } from './exposed-secrets.ts';
import { type Choosable, modelWish } from './model-wish.ts';

/** What a message sets off. Stored as a whole before anything is done, so that a repeated event does the same. */
export interface IntakePlan {
  readonly jobs: readonly SwarmJob[];
  /** The room's new floor. */
  readonly floor?: Floor;
  /** Answers to this room's events up to this time (origin_server_ts) end. */
  readonly stopAt?: number;
  /** ... and so do tasks: this one, or all of the room. */
  readonly stopThread?: EventId;
  /** A model is another one from now on; null: the roster's again. */
  readonly model?: { readonly agent: AgentId; readonly name: ModelName | null };
  /** Words from a web chat, for the turn that waits for them. */
  readonly carried?: { readonly turn: string; readonly text: string };
  /** What was said in this room up to this time (origin_server_ts) is not remembered any more. */
  readonly forgetAt?: number;
  /** Answers to these are not needed any more where nothing of them was seen: that event's are in their place. */
  readonly instead?: readonly { readonly source: EventId; readonly by: EventId }[];
  /** Somebody who is no master has now been told so. */
  readonly told?: UserId;
}

export interface Facts {
  readonly agents: readonly Callable[];
  readonly others: readonly (Callable & { readonly name: string })[];
  /** Those with a model to answer with. */
  readonly ready: ReadonlySet<AgentId>;
  /** Those of them that are asked only when called by name. */
  readonly byHand: ReadonlySet<AgentId>;
  /** Those of them in blackout that have said so: until when, in words. */
  readonly quiet?: ReadonlyMap<AgentId, (lang: Lang) => string>;
  /** Nobody answers anything. */
  readonly frozen?: boolean;
  /** Whoever lives in the house, here or elsewhere. */
  readonly everyone: readonly Choosable[];
  /** The agent's model and how it stands with it: as it is now, as it would be with `model`, with null as in the roster. */
  readonly modelOf: (
    agent: AgentId,
    model?: ModelName | null,
  ) => { readonly model: string; readonly state: ModelState };
  /** What this message replies to was put up to be carried to a web chat. */
  readonly relayed?: { readonly turn: string; readonly agent: AgentId; readonly waiting: boolean } | undefined;
  readonly floor: Floor;
  readonly repliedTo?: UserId | undefined;
  readonly unasked?: ReadonlySet<UserId>;
  readonly threadOf?: UserId | undefined;
  readonly fallbackLang: Lang;
  /** What masters last wrote in here: the name of a command says little about who types it. */
  readonly roomLang: Lang;
  readonly ownerTitle: string;
  readonly integrator: AgentId;
  readonly nameOf: (agent: AgentId) => string;
  /** Those who live elsewhere and are not there now: what calls them is left in their inbox. */
  readonly away?: ReadonlySet<AgentId>;
  /** Those who live elsewhere and may not speak; they count as away. */
  readonly mute?: ReadonlySet<AgentId>;
  /** Those who live here and cannot be heard in this room of the house: not in it, or their account is closed, locked or suspended. */
  readonly off?: readonly Callable[];
  /** The table of `!agents`. */
  readonly agentsTable: (lang: Lang) => string;
  /** The summary that `!memory` shows; null where there is none. */
  readonly memory: { readonly text: string; readonly by: string } | null;
  /** How many answers `!stop` would end now, and how many tasks. */
  readonly running: number;
  readonly tasks?: number;
  /** Of masters, which the executor ends then. */
  readonly commands?: number;
  /** HQ and ops the executor reads too. */
  readonly place: HelpPlace;
}

const NOTHING: IntakePlan = { jobs: [] };

/** What a master's message sets off. Pure; the same message and facts give the same plan. */
export function decideForMaster(message: MessageEvent, facts: Facts): IntakePlan {
  return withSecretTold(
    message,
    understood(message, facts),
    languageOf(words(message), facts.roomLang, namesOf(facts)),
  );
}

function understood(message: MessageEvent, facts: Facts): IntakePlan {
  const answer = (text: string): IntakePlan => ({ jobs: [notice(message, text)] });

  const said = orderWords(message);
  const order = said === null ? null : parseTask(said);
  if (said === null && ordersSomething(message.body)) return answer(say.notAnOrderHere[facts.roomLang]());
  if (order?.kind === 'bad')
    return answer(order.why === 'empty' ? taskEmpty[facts.roomLang]() : taskTooLong[facts.roomLang](MAX_MISSION));
  if (order !== null)
    return {
      jobs: [houseCommand('task', order.mission, message, languageOf(order.mission, facts.roomLang, namesOf(facts)))],
    };

  const parsed = said === null ? null : parseRoomCommand(said);
  const lang =
    parsed === null ? languageOf(words(message), facts.roomLang, namesOf(facts)) : commandLanguage(message.body, facts);
  if (facts.relayed !== undefined && parsed?.kind !== 'command') return carryBack(message, facts.relayed, facts);
  switch (parsed?.kind) {
    case 'command':
      return carryOut(parsed.command, message, facts, lang);
    case 'bad-arguments':
      return answer(parsed.usage(lang, typedName(facts.everyone, lang)));
    case 'unknown':
      return answer(say.unknownCommand[lang](parsed.word, parsed.nearest));
    case undefined:
      break;
  }
  if (message.body.trim() === '' && message.attachment === undefined) return answer(say.emptyMessage[lang]());
  const floor = floorSentence(message.body);
  if (floor !== null) return withFloor(floor, message, facts, lang);
  return speak(
    message,
    address({ ...message, body: words(message) }, { ...facts, agents: [...facts.agents, ...(facts.off ?? [])] }),
    facts,
    lang,
  );
}

const ordersSomething = (body: string): boolean =>
  parseTask(body) !== null || parseRoomCommand(body)?.kind === 'command';

/** No chat for the others: what a master brings back from a web chat is that agent's answer. */
function carryBack(
  message: MessageEvent,
  { turn, agent, waiting }: NonNullable<Facts['relayed']>,
  facts: Facts,
): IntakePlan {
  // The words are a machine's, in any language.
  const lang = facts.roomLang;
  if (!waiting) return { jobs: [notice(message, modelText.noLongerWaiting[lang](facts.nameOf(agent)))] };
  if (message.body.trim() === '' || message.attachment !== undefined)
    return { jobs: [notice(message, modelText.answerInWords[lang]())] };
  return { jobs: [], carried: { turn, text: message.body } };
}

/** The sentence that sets the floor may call somebody too: both are done. */
function withFloor(floor: Floor, message: MessageEvent, facts: Facts, lang: Lang): IntakePlan {
  const audience = address(message, { ...facts, floor });
  const turns =
    audience.kind === 'agents' && audience.reason === 'callsign'
      ? speak(message, audience, facts, lang).jobs.filter((job) => job.type === 'turn')
      : [];
  return { jobs: [notice(message, say.floorChanged[lang](floor, facts.floor)), ...turns], floor };
}

/** A file without a caption has its name for a body: it calls nobody and is nobody's language. */
const words = (message: MessageEvent): string => (message.body === message.attachment?.name ? '' : message.body);
const namesOf = (facts: Facts): readonly string[] => facts.everyone.flatMap(({ id, callsigns }) => [id, ...callsigns]);

/** A Korean command decides, and so does a sentence behind a Latin one; `!agents` alone could be anybody's, and arguments are nobody's. */
const commandLanguage = (body: string, facts: Facts): Lang =>
  languageOf(body, facts.roomLang, [...namesOf(facts), 'open', 'called', 'closed']);

/** What stands behind these is a name, an id or an amount. */
const NAMED: ReadonlySet<SwarmCommandName> = new Set([
  'schedules',
  'unschedule',
  'run-now',
  'cycle',
  'budget',
  'freeze',
  'thaw',
  'agent',
  'admin',
  'aside',
]);

/** The words of the command are a machine's; the one in front of them may be Korean. */
const runLanguage = (body: string, facts: Facts): Lang => languageOfCommand(body, facts.roomLang);

/** What somebody else's message sets off: it is heard, and a command is answered once. */
export function decideForOthers(
  message: MessageEvent,
  facts: Pick<Facts, 'fallbackLang' | 'ownerTitle'>,
  toldBefore: boolean,
): IntakePlan {
  if (
    toldBefore ||
    message.msgtype === 'm.notice' ||
    (parseRoomCommand(message.body) === null && parseTask(message.body) === null)
  )
    return NOTHING;
  const lang = languageOf(message.body, facts.fallbackLang);
  return { jobs: [notice(message, say.onlyMasters[lang](facts.ownerTitle))], told: message.sender };
}

function carryOut(command: RoomCommand, message: MessageEvent, facts: Facts, lang: Lang): IntakePlan {
  const answer = (text: string): IntakePlan => ({ jobs: [notice(message, text)] });
  if (isForHouse(command))
    return {
      jobs: [
        houseCommand(
          command.name,
          command.words,
          message,
          NAMED.has(command.name) ? runLanguage(message.body, facts) : lang,
        ),
      ],
    };
  switch (command.name) {
    case 'help':
      return answer(
        helpText[lang]({
          place: facts.place,
          example: exampleOf(facts, lang),
          agent: facts.agents.map(({ id }) => facts.nameOf(id)).join(', '),
        }),
      );
    case 'agents':
      return answer(facts.agentsTable(lang));
    case 'stop':
      return {
        ...answer(say.stopped[lang](facts.running, facts.tasks, facts.commands)),
        stopAt: message.at,
        ...(message.thread === undefined ? {} : { stopThread: message.thread }),
      };
    case 'memory':
      if (facts.memory === null) return answer(modelText.noMemory[lang]());
      return { jobs: [{ ...notice(message, modelText.memoryShown[lang](facts.memory)), memory: true }] };
    case 'forget':
      return { ...answer(modelText.forgotten[lang]()), forgetAt: message.at };
    case 'floor':
      if (command.floor === null) return answer(say.floorShown[lang](facts.floor));
      return { ...answer(say.floorChanged[lang](command.floor, facts.floor)), floor: command.floor };
    case 'run':
      return facts.place === 'hq' || facts.place === 'ops'
        ? {
            jobs: [
              {
                type: 'order',
                room: message.roomId,
                source: message.eventId,
                at: message.at,
                lang: runLanguage(message.body, facts),
              },
            ],
          }
        : answer(say.runElsewhere[lang]());
    case 'model':
      return chooseModel(command.words, message, facts);
    case 'discuss':
      return discuss(command, message, facts, lang);
  }
}

export function houseCommand(
  name: SwarmCommandName,
  words: string,
  message: MessageEvent,
  lang: Lang,
): SwarmCommandJob {
  const thread = message.thread === undefined ? {} : { thread: message.thread };
  return {
    type: 'command',
    room: message.roomId,
    source: message.eventId,
    at: message.at,
    by: message.sender,
    ...thread,
    lang,
    name,
    words,
  };
}

function chooseModel(words: string, message: MessageEvent, facts: Facts): IntakePlan {
  // Names of models are nobody's language.
  const lang = runLanguage(message.body, facts);
  const answer = (text: string): IntakePlan => ({ jobs: [notice(message, text)] });
  const wish = modelWish(words, facts.everyone);
  switch (wish.kind) {
    case 'nobody':
      return answer(
        modelText.nobodyCalled[lang](
          wish.word,
          facts.everyone.map(({ id }) => facts.nameOf(id)),
        ),
      );
    case 'no-model':
      return answer(modelText.notModel[lang](facts.nameOf(wish.agent), wish.word, wish.why));
    case 'show':
      return answer(modelText.modelShown[lang]({ name: facts.nameOf(wish.agent), ...facts.modelOf(wish.agent) }));
    case 'set': {
      const said = wish.model === null ? modelText.modelReset : modelText.modelSet;
      return {
        ...answer(said[lang]({ name: facts.nameOf(wish.agent), ...facts.modelOf(wish.agent, wish.model) })),
        model: { agent: wish.agent, name: wish.model },
      };
    }
  }
}

function exampleOf(facts: Facts, lang: Lang): string {
  const name = typedName(facts.agents, lang);
  return lang === 'ko'
    ? `${name}, 오늘 뭐부터 할까?`
    : `${name.charAt(0).toUpperCase()}${name.slice(1)}, what comes first today?`;
}

function discuss(
  command: Extract<RoomCommand, { name: 'discuss' }>,
  message: MessageEvent,
  facts: Facts,
  lang: Lang,
): IntakePlan {
  if (facts.frozen === true) return { jobs: [notice(message, allFrozen[lang]())] };
  const speakers = facts.agents
    .map((agent) => agent.id)
    .filter((id) => facts.ready.has(id) && facts.quiet?.has(id) !== true);
  const [first] = speakers;
  const thread = message.thread ?? message.eventId;
  if (first === undefined) return { jobs: [notice(message, say.discussionNeedsAgents[lang]())] };
  const order = Array.from({ length: command.rounds }, () => speakers).flat();
  const opening = say.discussionStarted[lang](command.topic, command.rounds, speakers.map(facts.nameOf));
  const turn = turnFor(message, first, lang, {
    thread,
    discussion: {
      topic: command.topic,
      rounds: command.rounds,
      order: [...order, summariser(speakers, facts)],
      index: 0,
    },
  });
  return { jobs: [{ ...notice(message, opening), thread }, turn] };
}

const summariser = (speakers: readonly AgentId[], facts: Facts): AgentId =>
  speakers.includes(facts.integrator) ? facts.integrator : (speakers[0] ?? facts.integrator);

function speak(message: MessageEvent, audience: Audience, facts: Facts, lang: Lang): IntakePlan {
  if (audience.kind === 'nobody') {
    switch (audience.reason) {
      case 'floor-called':
      case 'floor-closed':
        return NOTHING;
      case 'other-called':
        return { jobs: [notice(message, say.takesNoTurns[lang](calledOther(message, facts)))] };
      case 'no-agents':
        return { jobs: [notice(message, say.noAgents[lang]())] };
    }
  }
  if (facts.frozen === true) return { jobs: [notice(message, allFrozen[lang]())] };
  const calledByName = audience.reason === 'mention' || audience.reason === 'reply' || audience.reason === 'callsign';
  const isOff = (id: AgentId) => facts.off?.some((agent) => agent.id === id) === true;
  const off = audience.agents.filter(isOff);
  const there = audience.agents.filter((id) => !isOff(id));
  if (calledByName && there.length === 0) return { jobs: [notice(message, say.isOff[lang](off.map(facts.nameOf)))] };
  if (there.length === 0) return { jobs: [notice(message, say.noAgents[lang]())] };
  // What is said to all is for those too who are not there now: they find it when they look in.
  const later = calledByName
    ? []
    : there.filter((id) => facts.away?.has(id) === true).map((agent) => letterFor(message, agent));
  const meant = calledByName ? there : there.filter((id) => !facts.byHand.has(id) && facts.away?.has(id) !== true);
  if (meant.length === 0)
    return { jobs: [...later, notice(message, modelText.wantsName[lang](there.map(facts.nameOf)))] };
  const isQuiet = (id: AgentId) => facts.quiet?.has(id) === true;
  const speakers = meant.filter((id) => facts.ready.has(id) && !isQuiet(id));
  const turns = speakers.map((agent) => turnFor(message, agent, lang));
  if (!calledByName && speakers.length > 0) return { jobs: [...turns, ...later] };
  const away = meant.filter((id) => facts.away?.has(id) === true);
  const missing = meant.filter((id) => !facts.ready.has(id) && !away.includes(id));
  const resting = meant
    .filter((id) => facts.ready.has(id) && isQuiet(id))
    .map((id) => ({ name: facts.nameOf(id), until: facts.quiet?.get(id)?.(lang) ?? '' }));
  const said = [
    ...(calledByName && off.length > 0 ? [say.isOff[lang](off.map(facts.nameOf))] : []),
    ...(resting.length === 0 ? [] : [restsNow[lang](resting)]),
    ...(missing.length === 0 ? [] : [say.hasNoModel[lang](missing.map(facts.nameOf))]),
    ...unheard(away, facts, lang),
  ];
  const left = [...turns, ...later, ...away.map((agent) => letterFor(message, agent))];
  return { jobs: said.length === 0 ? left : [...left, notice(message, said.join('\n'))] };
}

/** Who lives elsewhere and gives no answer, and why. */
function unheard(away: readonly AgentId[], facts: Facts, lang: Lang): readonly string[] {
  const mute = away.filter((id) => facts.mute?.has(id) === true);
  const asleep = away.filter((id) => !mute.includes(id));
  return [
    ...(asleep.length === 0 ? [] : [notOnline[lang](asleep.map(facts.nameOf))]),
    ...mute.map((id) => mayNotSpeak[lang](facts.nameOf(id), id)),
  ];
}

function letterFor(message: MessageEvent, agent: AgentId): InboxJob {
  return {
    type: 'letter',
    room: message.roomId,
    source: message.eventId,
    agent,
    text: message.body,
    ...(message.thread === undefined ? {} : { thread: message.thread }),
  };
}

function calledOther(message: MessageEvent, facts: Facts): string {
  const body = message.body.toLowerCase();
  const other =
    facts.others.find((one) => message.mentions.includes(one.userId) || one.userId === facts.repliedTo) ??
    facts.others.find((one) => one.callsigns.some((callsign) => body.includes(callsign.toLowerCase())));
  return other?.name ?? facts.others[0]?.name ?? '';
}

function turnFor(
  message: MessageEvent,
  agent: AgentId,
  lang: Lang,
  more: Partial<Pick<TurnJob, 'thread' | 'discussion'>> = {},
): TurnJob {
  return {
    type: 'turn',
    room: message.roomId,
    source: message.eventId,
    at: message.at,
    agent,
    ...(message.thread === undefined ? {} : { thread: message.thread }),
    root: message.eventId,
    depth: 0,
    lang,
    ...(message.masked ? { heard: { event: message.eventId, sender: message.sender, body: message.body } } : {}),
    ...more,
  };
}

function notice(message: Pick<MessageEvent, 'roomId' | 'eventId' | 'thread'>, text: string): NoticeJob {
  return {
    type: 'notice',
    room: message.roomId,
    source: message.eventId,
    ...(message.thread === undefined ? {} : { thread: message.thread }),
    text,
  };
}
