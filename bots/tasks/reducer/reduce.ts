import { abandoned } from './abandoned.ts';
import { lacksOf } from '../plan/promised-files.ts';
import { Draft, windUpAt } from '../state/draft.ts';
import { freeze, thaw } from './freeze.ts';
import { freezeLimitId, messageId } from '../state/message-ids.ts';
import { putOut } from './leaving.ts';
import { asking } from '../phases/asking.ts';
import { choose } from '../phases/deciding.ts';
import { critique } from '../phases/critique.ts';
import { diagnosing } from '../phases/diagnosing.ts';
import { executing, takeResult } from '../phases/executing.ts';
import type { PhaseRules } from '../phases/phase.ts';
import { proposing } from '../phases/proposing.ts';
import { reporting } from '../phases/reporting.ts';
import { triage } from '../phases/triage.ts';
import { verifying } from '../phases/verifying.ts';
import { voting } from '../phases/voting.ts';
import { proposeAgain, closeUnbegun, newRun, soleOf, windUp } from '../phases/ways-out.ts';
import { beginWaiting, retracted, revise } from './revising.ts';
import { lose, noteMessage } from './incoming-messages.ts';
import type { Phase } from '../state/task-state.ts';
import type { AgentId } from '../../../bridge/protocol/ids.ts';
import type { Reduce, TaskEvent } from '../state/transitions.ts';

const PHASES: Readonly<Partial<Record<Phase, PhaseRules>>> = {
  triage,
  proposing,
  critique,
  voting,
  asking,
  executing,
  verifying,
  diagnosing,
  reporting,
};

/** The coordinator: what a task does when something happens. Pure; time is the event's. */
export const reduce: Reduce = (state, event, rules) => {
  const draft = new Draft(state, event.at, rules);
  happen(draft, event);
  while (draft.next !== null) {
    const phase = draft.next;
    draft.next = null;
    draft.set({ phase, since: draft.at });
    PHASES[phase]?.enter(draft);
  }
  if (draft.state === state) return { state, effects: [] };
  draft.set({ version: state.version + 1 });
  return { state: draft.state, effects: [...draft.effects, ...abandoned(state, draft.state, event, rules)] };
};

function happen(draft: Draft, event: TaskEvent): void {
  if (event.kind === 'begin') return begin(draft);
  if (draft.state.version === 0) return;
  if (event.kind === 'said' || event.kind === 'unsaid') return heard(draft, event);
  if (event.kind === 'retry') return retry(draft, event);
  if (event.kind === 'revise') return revise(draft, event);
  if (event.kind === 'retracted') return retracted(draft, event.event) ? end(draft) : undefined;
  if (draft.ended) return;
  switch (event.kind) {
    case 'answered':
      return answered(draft, event);
    case 'refused':
      return event.code === 'purse.frozen' ? heldUp(draft, event.ask) : absent(draft, event.ask, event.code);
    case 'tapped':
      return tapped(draft, event);
    case 'presence':
      return presence(draft, event.here);
    case 'chosen':
      return choose(draft, event.hash, event.event);
    case 'result':
      return takeResult(draft, event.result);
    case 'timer':
      return expired(draft, event.id);
    case 'frozen':
      return freeze(draft);
    case 'thawed':
      return thaw(draft);
    case 'left':
      return left(draft, event.agent);
    case 'cancel':
      return cancel(draft);
  }
}

function begin(draft: Draft): void {
  const { state } = draft;
  if (state.version > 0) return;
  draft.timer(`deadline.${state.runs}`, windUpAt(state));
  draft.set({
    alone: soleOf(state.electorate),
    lacks: [...lacksOf(state.mission, state.origin, draft.rules)],
  });
  if (state.electorate.length > 0) return draft.go('triage');
  draft.set({ ending: 'no-agents', outcome: 'failed' });
  closeUnbegun(draft);
}

function answered(draft: Draft, event: Extract<TaskEvent, { kind: 'answered' }>): void {
  const { asks, tokens, costMicroUsd, phase } = draft.state;
  const ask = asks.find(({ id }) => id === event.ask);
  if (ask === undefined || ask.kind !== event.answer.kind || draft.at > ask.until) return;
  draft.close(ask);
  draft.set({
    tokens: { input: tokens.input + (event.tokens?.input ?? 0), output: tokens.output + (event.tokens?.output ?? 0) },
    costMicroUsd: costMicroUsd + (event.costMicroUsd ?? 0),
  });
  PHASES[phase]?.answered?.(draft, ask, event.answer);
}

function absent(draft: Draft, id: string, code: Parameters<Draft['refuse']>[1]): void {
  const ask = draft.state.asks.find((one) => one.id === id);
  if (ask === undefined) return;
  draft.close(ask);
  draft.refuse(ask, code);
  PHASES[draft.state.phase]?.absent?.(draft, ask);
}

/** The freeze came before the task had heard of it: it is asked again when it thaws. */
function heldUp(draft: Draft, id: string): void {
  if (draft.state.asks.some((ask) => ask.id === id)) freeze(draft);
}

function heard(draft: Draft, event: Extract<TaskEvent, { kind: 'said' | 'unsaid' }>): void {
  const say = draft.state.saying.find(({ id }) => id === event.id);
  if (say === undefined) return;
  if (event.kind === 'said') noteMessage(draft, say, event.event);
  else lose(draft, say);
  if (draft.ended && draft.next === null) return beginWaiting(draft);
  if (draft.next !== null) return;
  if (say.id === messageId.failure(draft.state.round) && draft.state.setback !== null) return proposeAgain(draft);
  if (draft.state.setback === null) PHASES[draft.state.phase]?.said?.(draft, say);
}

/** First out of the electorate, then out of what it was asked: the phase goes on with whoever is left. */
function left(draft: Draft, agent: AgentId): void {
  const asked = draft.state.asks.filter((ask) => ask.agent === agent);
  putOut(draft, agent);
  for (const ask of asked) {
    if (draft.ended || draft.next !== null || !draft.state.asks.some(({ id }) => id === ask.id)) continue;
    draft.close(ask);
    PHASES[draft.state.phase]?.absent?.(draft, ask);
  }
}

/** Open from the moment the proposals stand until the votes are counted. */
function tapped(draft: Draft, { hash, event }: Extract<TaskEvent, { kind: 'tapped' }>): void {
  const { phase, decision, proposals, tap, tapEvent } = draft.state;
  if ((phase !== 'critique' && phase !== 'voting') || decision !== null || draft.state.setback !== null) return;
  if (hash !== null && !proposals.some((one) => one.hash === hash)) return;
  if (hash === tap && (hash === null || event === tapEvent)) return;
  draft.set({ tap: hash, tapEvent: hash === null ? null : event });
  PHASES[phase]?.ownerHeard?.(draft);
}

/** Asked once for each poll, when all ballots are in. */
function presence(draft: Draft, here: boolean): void {
  const { pollOpen, phase, setback } = draft.state;
  if (pollOpen?.owner !== 'asked') return;
  draft.set({ pollOpen: { ...pollOpen, owner: here ? 'here' : 'away' } });
  if (setback === null) PHASES[phase]?.ownerHeard?.(draft);
}

function expired(draft: Draft, id: string): void {
  const { timers, asks, runs, phase, setback, frozenAt, freezes } = draft.state;
  const due = timers[id];
  if (due === undefined) return;
  if (frozenAt !== null) return id === freezeLimitId(freezes) ? windUp(draft) : undefined;
  // Set again since, for later.
  if (draft.at < due) return;
  draft.disarm(id);
  if (id === `deadline.${runs}`) return windUp(draft);
  const ask = asks.find((one) => `until.${one.id}` === id);
  if (ask !== undefined) absent(draft, ask.id, 'provider.timeout');
  else if (setback === null) PHASES[phase]?.expired?.(draft, id);
}

function cancel(draft: Draft): void {
  draft.set({ revisionsWanted: [] });
  end(draft);
}

/** This round alone: what waits for its end begins then. */
function end(draft: Draft): void {
  draft.withdraw();
  draft.set({ ending: 'cancelled' });
  draft.end('cancelled');
  draft.say({ id: messageId.ended(draft.state.round), what: 'ended' });
}

/** A new round under a new electorate, with the same span of time; an unknown command is sent again instead, in what is left. */
function retry(draft: Draft, { ready, event }: Extract<TaskEvent, { kind: 'retry' }>): void {
  const { state } = draft;
  if (state.phase !== 'failed' && state.phase !== 'partial' && state.phase !== 'cancelled' && state.phase !== 'asking')
    return;
  if (state.retry === event || ready.length === 0) return;
  const runs = state.runs + 1;
  const { revision } = state;
  draft.set({
    runs,
    retry: event,
    withdrawn: null,
    // Another try is everybody's.
    ...(revision === undefined ? {} : { revision: { ...revision, small: false } }),
  });
  if (state.question?.kind === 'unknown-command') {
    const again = Object.entries(state.commands).map(([step, command]) => [
      step,
      command.state === 'unknown' ? { ...command, state: 'waiting' as const } : command,
    ]);
    draft.set({ question: null, commands: Object.fromEntries(again) });
    draft.timer(`deadline.${runs}`, windUpAt(state));
    return draft.go('executing');
  }
  const electorate = [...new Set(ready)];
  draft.set(newRun(draft, electorate));
  draft.timer(`deadline.${runs}`, windUpAt(draft.state));
  draft.go(state.triage === null ? 'triage' : 'proposing');
}
