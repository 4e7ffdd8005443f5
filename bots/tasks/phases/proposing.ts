import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { PlanHash, type Plan } from '../../../bridge/protocol/plan.ts';
import type { Draft } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { checkPlan } from '../plan/plan-check.ts';
import { helpers, presentSeats, proposers, triedInVain } from '../state/seats.ts';
import { asksForMore, openToAll } from './revision-limits.ts';
import type { Ask } from '../state/ask.ts';
import { decide } from './deciding.ts';
import { agreeAsPair, pairFor } from './pairing.ts';
import type { PhaseRules } from './phase.ts';
import { newPlan, newPlansLeft, planFacts, askMaster } from './ways-out.ts';

/** A poll has no more answers (MSC3381). */
const MAX_CANDIDATES = 20;

/** Each agent alone and blind; equal plans are one candidate. */
export const proposing: PhaseRules = {
  enter(draft) {
    const { revision, firstRound } = draft.state;
    if (revision !== undefined && revision.since === undefined)
      draft.set({ revision: { ...revision, since: firstRound } });
    draft.say({ id: messageId.electorate(draft.state.round, draft.state.recalled), what: 'electorate' });
    const pair = pairFor(draft);
    if (pair !== null) draft.set({ pair: [...pair] });
    for (const agent of pair ?? proposers(draft.state, draft.rules)) draft.ask('propose', agent);
    standWhenAllAreIn(draft);
  },
  answered(draft, ask, answer) {
    if (answer.kind !== 'propose') return;
    const faults = checkPlan(answer.plan, planFacts(draft));
    if (faults.length > 0) draft.refuse(ask, 'plan', faults);
    else accept(draft, ask, answer.plan);
    standWhenAllAreIn(draft);
  },
  absent: standWhenAllAreIn,
};

function accept(draft: Draft, ask: Ask, plan: Plan): void {
  const { proposals, round } = draft.state;
  const hash = PlanHash.parse(draft.rules.hash(plan));
  const equal = proposals.find((one) => one.hash === hash);
  if (equal === undefined && proposals.length >= MAX_CANDIDATES) return draft.refuse(ask, 'many');
  draft.set({
    proposals:
      equal === undefined
        ? [...proposals, { hash, plan, authors: [ask.agent], events: [] }]
        : proposals.map((one) => (one.hash === hash ? { ...one, authors: [...one.authors, ask.agent] } : one)),
  });
  draft.say({ id: messageId.proposal(round, ask.agent), as: ask.agent, what: 'proposal', about: hash });
}

function standWhenAllAreIn(draft: Draft): void {
  const { state } = draft;
  if (state.asks.length > 0) return;
  if (state.pair !== undefined && state.pair !== null) {
    const { pair } = state;
    if (agreeAsPair(draft)) return;
    for (const agent of proposers(state, draft.rules)) if (!pair.includes(agent)) draft.ask('propose', agent);
    if (draft.state.asks.length > 0) return;
  }
  const [first] = state.proposals;
  const rest = first === undefined ? notAsked(draft) : [];
  for (const agent of rest) draft.ask('propose', agent);
  if (rest.length > 0) return;
  if (first === undefined) return withoutPlan(draft);
  if (state.electorate.length === 1 && asksForMore(draft, first.plan)) return openToAll(draft);
  if (state.electorate.length === 1) return decide(draft, { winner: first.hash, rule: 'alone', countedBy: 'alone' });
  draft.say({ id: messageId.poll(state.round, state.repolled), what: 'poll' });
  draft.set({ pollOpen: { at: draft.at, owner: 'unasked' } });
  draft.go('critique');
}

/** Weak ones, who were left out while there was hope of the others. */
function notAsked({ state, rules }: Draft): readonly AgentId[] {
  const tried = triedInVain(state, 'propose');
  return presentSeats(state).filter((agent) => rules.seconds?.has(agent) === true && !tried.has(agent));
}

/**
 * Who made a plan with faults may make a better one, everybody may where one alone made none, and whoever did not manage
 * the form is asked in a simpler one, once; silence is not asked again.
 */
function withoutPlan(draft: Draft): void {
  const { state, rules } = draft;
  const faulty = state.refusals.some(({ round, code }) => round === state.round && code === 'plan');
  const unread =
    state.round === state.firstRound &&
    state.refusals.some(
      ({ round, kind, code }) => round === state.round && kind === 'propose' && code === 'off-schema',
    );
  const others = state.alone !== null && helpers(state, rules).some((agent) => agent !== state.alone);
  if ((faulty || unread || others) && newPlansLeft(state)) return newPlan(draft, 'no-plan');
  askMaster(draft, 'no-plan');
}
