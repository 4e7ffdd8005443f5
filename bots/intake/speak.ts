import type { AgentId, Lang } from '../../bridge/protocol/ids.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { mayNotSpeak, notOnline } from '../../bridge/text/room/agent-api.ts';
import { allFrozen, restsNow } from '../../bridge/text/room/budget.ts';
import * as modelText from '../../bridge/text/room/models.ts';
import * as say from '../../bridge/text/room/room.ts';
import type { Audience } from '../addressing/address.ts';
import { type Facts, type IntakePlan, NOTHING } from './intake-plan.ts';
import { letterFor, notice, turnFor } from './plan-jobs.ts';

/** Turns for those who are meant and can answer, of which one rings, and one line about the others. Pure. */
export function speak(message: MessageEvent, audience: Audience, facts: Facts, lang: Lang): IntakePlan {
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
  const meant = calledByName ? there : there.filter((id) => !facts.whenCalled.has(id) && facts.away?.has(id) !== true);
  if (meant.length === 0)
    return { jobs: [...later, notice(message, modelText.wantsName[lang](there.map(facts.nameOf)))] };
  const isQuiet = (id: AgentId) => facts.quiet?.has(id) === true;
  const speakers = meant.filter((id) => facts.ready.has(id) && !isQuiet(id));
  const may = handsOf(speakers, { calledByName, ...facts });
  const rings = speakers.find((id) => may(id).hands === 'act') ?? speakers[0];
  const turns = speakers.map((agent) =>
    turnFor(message, agent, lang, { ...may(agent), ...(agent === rings ? {} : { silent: true }) }),
  );
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

function calledOther(message: MessageEvent, facts: Facts): string {
  const body = message.body.toLowerCase();
  const other =
    facts.others.find((one) => message.mentions.includes(one.userId) || one.userId === facts.repliedTo) ??
    facts.others.find((one) => one.callsigns.some((callsign) => body.includes(callsign.toLowerCase())));
  return other?.name ?? facts.others[0]?.name ?? '';
}

/**
 * Words from everyone, hands from one: whoever is called by name acts, of a message to all the first of the roster's
 * `acts` that can. The others look things up.
 */
export function handsOf(
  speakers: readonly AgentId[],
  { calledByName, handy, acts }: Pick<Facts, 'handy' | 'acts'> & { readonly calledByName: boolean },
): (agent: AgentId) => Pick<TurnJob, 'hands'> {
  const able = speakers.filter((id) => handy.has(id));
  const first = [...acts, ...able].find((id) => able.includes(id));
  return (agent) => {
    if (!able.includes(agent)) return {};
    return { hands: calledByName || agent === first ? 'act' : 'look' };
  };
}
