import type { AgentId, Lang } from '../../bridge/protocol/ids.ts';
import { languageOfCommand } from '../../bridge/protocol/orders/language.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import type { SwarmCommandName } from '../../bridge/protocol/turn.ts';
import { allFrozen } from '../../bridge/text/room/budget.ts';
import * as ballotText from '../../bridge/text/ballots.ts';
import { helpText } from '../../bridge/text/room/help.ts';
import * as modelText from '../../bridge/text/room/models.ts';
import * as say from '../../bridge/text/room/room.ts';
import { MAX_OPTIONS } from '../ballots/alternatives.ts';
import { planBallot } from '../ballots/plan-ballot.ts';
import { putToVote, type SaidToDecide } from '../ballots/said-to-decide.ts';
import { typedName } from '../addressing/typed-name.ts';
import { isForHouse, type RoomCommand } from '../commands/parse.ts';
import type { Facts, IntakePlan } from './intake-plan.ts';
import { modelWish } from './model-wish.ts';
import { houseCommand, notice, turnFor } from './plan-jobs.ts';

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
  'tools',
  'judge',
  'publish',
]);

/** The words of the command are a machine's; the one in front of them may be Korean. */
const runLanguage = (body: string, facts: Facts): Lang => languageOfCommand(body, facts.roomLang);

/** What a master's command sets off. Pure. */
export function planCommand(command: RoomCommand, message: MessageEvent, facts: Facts, lang: Lang): IntakePlan {
  const answer = (text: string): IntakePlan => ({ jobs: [notice(message, text)] });
  if (command.name === 'model') return chooseModel(command.words, message, facts);
  if (command.name === 'forget' && command.words === '')
    return { ...answer(modelText.forgotten[lang]()), forgetAt: message.at };
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
    case 'undo':
      return { jobs: [] };
    case 'vote':
      return ballotOn(
        putToVote(command.words),
        facts.agents.map(({ id }) => id).filter((id) => !facts.whenCalled.has(id)),
        message,
        facts,
        lang,
      );
    case 'discuss':
      return discuss(command, message, facts, lang);
  }
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
      return { jobs: [houseCommand('model', words, message, lang)] };
    case 'set': {
      const becomes = facts.modelOf(wish.agent, wish.model);
      // Whoever can be asked is asked first; the way back stands open always.
      if (wish.model !== null && becomes.state.kind === 'ready')
        return { jobs: [houseCommand('model', words, message, lang)] };
      const said = wish.model === null ? modelText.modelReset : modelText.modelSet;
      return {
        ...answer(said[lang]({ name: facts.nameOf(wish.agent), ...becomes })),
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

/** Everybody's secret vote, or why there is none. */
export function ballotOn(
  said: SaidToDecide,
  meant: readonly AgentId[],
  message: MessageEvent,
  facts: Facts,
  lang: Lang,
): IntakePlan {
  const answer = (text: string): IntakePlan => ({ jobs: [notice(message, text)] });
  const plan = planBallot(said, { ...facts, meant }, lang);
  switch (plan.kind) {
    case 'ballot': {
      const { roomId: room, eventId: source, at, thread } = message;
      const where = { room, source, at, ...(thread === undefined ? {} : { thread }), lang };
      return { jobs: [{ type: 'ballot', ...where, ...plan.paper }] };
    }
    case 'no-options':
      return answer(
        ballotText.noOptions[lang](lang === 'ko' ? '!투표 점심: 짜장 / 짬뽕' : '!vote lunch: soup / salad'),
      );
    case 'too-many':
      return answer(ballotText.tooManyOptions[lang](MAX_OPTIONS));
    case 'nobody':
      return answer(ballotText.nobodyVotes[lang]());
    case 'frozen':
      return answer(allFrozen[lang]());
  }
}

const summariser = (speakers: readonly AgentId[], facts: Facts): AgentId =>
  speakers.includes(facts.integrator) ? facts.integrator : (speakers[0] ?? facts.integrator);
