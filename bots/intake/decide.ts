import type { Lang } from '../../bridge/protocol/ids.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import { orderWords } from '../../bridge/protocol/orders/order-words.ts';
import { MAX_MISSION, parseTask } from '../../bridge/protocol/orders/task-order.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import type { Floor } from '../../bridge/protocol/turn.ts';
import * as modelText from '../../bridge/text/room/models.ts';
import * as say from '../../bridge/text/room/room.ts';
import { taskEmpty, taskTooLong } from '../../bridge/text/tasks/task-commands.ts';
import { address } from '../addressing/address.ts';
import { floorSentence } from '../addressing/floor-sentence.ts';
import { typedName } from '../addressing/typed-name.ts';
import { saidToRemember } from '../memory/said-to-remember.ts';
import { parseRoomCommand } from '../commands/parse.ts';
import { planCommand } from './plan-command.ts';
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
  if (floor !== null) return withFloor(floor, message, facts, lang);
  const wanted = message.attachment === undefined ? saidToRemember(message.body, facts.everyone) : null;
  const spoken = () =>
    speak(
      message,
      address({ ...message, body: words(message) }, { ...facts, agents: [...facts.agents, ...(facts.off ?? [])] }),
      facts,
      lang,
    );
  return wanted === null ? spoken() : remembering(wanted, message, lang, spoken);
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
