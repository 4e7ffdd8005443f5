import type { AgentId, EventId, Lang } from '../../bridge/protocol/ids.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import { orderWords } from '../../bridge/protocol/orders/order-words.ts';
import { MAX_MISSION, parseTask } from '../../bridge/protocol/orders/task-order.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import type { Floor, TurnJob } from '../../bridge/protocol/turn.ts';
import * as modelText from '../../bridge/text/room/models.ts';
import { quotedNotRemembered } from '../../bridge/text/room/commands/memory.ts';
import * as say from '../../bridge/text/room/room.ts';
import { followUpUnanswered, followUpUnclear } from '../../bridge/text/tasks/revisions.ts';
import { taskEmpty, taskTooLong } from '../../bridge/text/tasks/task-commands.ts';
import { address, type Audience } from '../addressing/address.ts';
import { letsOneSpeak } from '../addressing/calls.ts';
import { floorSentence } from '../addressing/floor-sentence.ts';
import { typedName } from '../addressing/typed-name.ts';
import { asksToMerge } from '../ballots/said-to-merge.ts';
import { saidToDecide, type SaidToDecide } from '../ballots/said-to-decide.ts';
import { type QuotedWish, quotedToRemember } from '../memory/quoted-to-remember.ts';
import { saidToRemember } from '../memory/said-to-remember.ts';
import { type TaskAbove, underTask, type UnderTask } from '../tasks/follow-ups.ts';
import { parseRoomCommand } from '../commands/parse.ts';
import { ballotOn, planCommand } from './plan-command.ts';
import { isHalf } from './burst.ts';
import { withSecretTold } from './exposed-secrets.ts';
import { type Facts, type IntakePlan, NOTHING } from './intake-plan.ts';
import { houseCommand, notice } from './plan-jobs.ts';
import { speak } from './speak.ts';

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
      return planCommand(parsed.command, message, facts, lang);
    case 'bad-arguments':
      return answer(parsed.usage(lang, typedName(facts.everyone, lang)));
    case 'unknown':
      return answer(say.unknownCommand[lang](parsed.word, parsed.nearest));
    case undefined:
      break;
  }
  if (message.body.trim() === '' && message.attachment === undefined) return answer(say.emptyMessage[lang]());
  const floor = floorSentence(message.body);
  if (floor !== null && !(floor === 'closed' && letsOneSpeak(message.body, facts.agents)))
    return withFloor(floor, message, facts, lang);
  const put = message.attachment === undefined && !message.masked ? saidToDecide(message.body) : null;
  const voters = put === null ? null : votersIn(put, message, facts);
  if (put !== null && voters !== null) return ballotOn(put, voters, message, facts, lang);
  const wanted = message.attachment === undefined ? saidToRemember(message.body, facts.everyone) : null;
  const spoken = () => spokenTo(message, facts, lang);
  if (wanted !== null) return remembering(wanted, message, lang, spoken);
  const quoted = message.attachment === undefined ? quotedToRemember(message.body, facts.quoted, facts.everyone) : null;
  return quoted === null ? spoken() : rememberingQuoted(quoted, message, lang);
}

function spokenTo(message: MessageEvent, facts: Facts, lang: Lang): IntakePlan {
  const audience = address(
    { ...message, body: words(message) },
    { ...facts, agents: [...facts.agents, ...(facts.off ?? [])] },
  );
  const under = facts.task === undefined ? null : underTask(words(message), audience);
  if (facts.task !== undefined && under !== null) {
    const plan = aboutTask(under, facts.task, audience, { message, facts, lang });
    if (plan !== null) return plan;
  }
  return speak(message, asksToMerge(words(message)) ? mergedBy(audience, facts) : audience, facts, lang);
}

/** Plain words under a finished task are about it, and one agent's business. Null where nobody may speak. */
function aboutTask(
  under: UnderTask,
  { root, no, rests }: TaskAbove,
  audience: Audience,
  { message, facts, lang }: { readonly message: MessageEvent; readonly facts: Facts; readonly lang: Lang },
): IntakePlan | null {
  if (under.kind === 'change') {
    if (rests === null) return { jobs: [notice(message, followUpUnanswered[lang](no))] };
    const job = houseCommand('follow-up', message.body, message, lang);
    const agent = under.agent ?? (isExcept(audience) ? meantFor(audience, facts) : undefined);
    const source = rests === undefined ? {} : { source: rests.event, at: rests.at };
    return { jobs: [{ ...job, ...source, task: root, ...(agent === undefined ? {} : { agent }) }] };
  }
  if (facts.floor === 'closed') return null;
  // The other half of a sentence may say what it is.
  if (under.kind === 'unclear' && !isHalf(message.body)) return { jobs: [notice(message, followUpUnclear[lang](no))] };
  const one = under.kind === 'question' && under.named !== null ? audience : oneFor(facts, audience);
  if (one === null) return null;
  const plan = speak(message, one, facts, lang);
  const jobs = plan.jobs.map((job) => (job.type === 'turn' && under.kind !== 'thanks' ? ofRecord(job, root) : job));
  return { ...plan, jobs };
}

/**
 * Who votes: everybody, or those who are called beside what is put to the vote. Null where nobody may speak, and where
 * it is one agent's to say.
 */
function votersIn(said: SaidToDecide, message: MessageEvent, facts: Facts): readonly AgentId[] | null {
  // "클로드 안 vs 자비스 안" calls neither.
  const options = said.about === 'options' ? said.options : [];
  const body = options
    .reduce((text, option) => text.replaceAll(option, ' '), message.body)
    .replace(/(?<![A-Za-z])vs(?![A-Za-z])\.?|[:：/|,]/giu, ' ');
  const audience = address({ ...message, body }, { ...facts, floor: facts.floor === 'called' ? 'open' : facts.floor });
  if (audience.kind !== 'agents') return null;
  const named = audience.reason === 'mention' || audience.reason === 'callsign';
  // Under whatever message it is written: a vote is everybody's.
  const meant = named || audience.reason === 'except' ? audience.agents : facts.agents.map(({ id }) => id);
  const voters = named ? meant : meant.filter((id) => !facts.whenCalled.has(id) && facts.away?.has(id) !== true);
  return voters.length > 1 ? voters : null;
}

/** Whoever answers a question looks and does not act. */
const ofRecord = ({ hands, ...job }: TurnJob, task: EventId): TurnJob => ({
  ...job,
  task,
  ...(hands === undefined ? {} : { hands: 'look' }),
});

/** Of what all have said one makes one. */
function mergedBy(audience: Audience, facts: Facts): Audience {
  if (audience.kind !== 'agents' || audience.reason !== 'everyone') return audience;
  return oneFor(facts) ?? audience;
}

/** The integrator, or the first who is there in its place: of those who are meant, where some are left out. */
function oneFor(facts: Facts, audience?: Audience): Audience | null {
  const one = meantFor(audience, facts);
  return one === undefined ? null : { kind: 'agents', agents: [one], reason: 'callsign' };
}

function meantFor(audience: Audience | undefined, { agents, integrator, ready, quiet }: Facts): AgentId | undefined {
  const left = audience !== undefined && isExcept(audience) ? audience.agents : agents.map(({ id }) => id);
  const there = left.filter((id) => ready.has(id) && quiet?.has(id) !== true);
  return there.find((id) => id === integrator) ?? there[0];
}

const isExcept = (audience: Audience): audience is Extract<Audience, { kind: 'agents' }> =>
  audience.kind === 'agents' && audience.reason === 'except';

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

/** What is nothing but to be remembered sets off nobody's turn: who is told so is told by the coordinator, once it is stored. */
function remembering(
  { lines, rest }: NonNullable<ReturnType<typeof saidToRemember>>,
  message: MessageEvent,
  lang: Lang,
  spoken: () => IntakePlan,
): IntakePlan {
  const stored = { ...houseCommand('memory', '', message, lang), lines: [...lines] };
  if (!rest) return { jobs: [stored] };
  const plan = spoken();
  return { ...plan, jobs: [stored, ...plan.jobs] };
}

function rememberingQuoted(wish: QuotedWish, message: MessageEvent, lang: Lang): IntakePlan {
  if (wish.kind === 'refused') return { jobs: [notice(message, quotedNotRemembered[lang](wish.why))] };
  const { lines, quoted } = wish;
  return { jobs: [{ ...houseCommand('memory', '', message, lang), lines: [...lines], quoted }] };
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
