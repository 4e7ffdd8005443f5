import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { filesMissing } from '../../../bridge/text/tasks/task-needs.ts';
import { endingOf, missingFiles } from '../plan/promised-files.ts';
import type { Draft } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { helpers, triedInVain } from '../state/seats.ts';
import type { Answer } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';
import type { PhaseRules } from './phase.ts';
import { newPlan, wrapUp } from './ways-out.ts';

/** Who says nothing, or quotes what stands nowhere, leaves it to the next one; not for ever. */
const MAX_VERIFIERS = 4;

/** Every check of the plan has held; now somebody who did not write it says whether the mission is done, and quotes; and code looks for what was promised. */
export const verifying: PhaseRules = {
  enter: askNext,
  absent: askNext,
  answered(draft, ask, answer) {
    if (answer.kind !== 'verify') return;
    if (!quotesStand(draft.state, answer)) {
      draft.refuse(ask, 'evidence');
      return askNext(draft);
    }
    const { holds, why, quotes, played, missing: undone } = answer;
    // Code looks for what was promised, whatever was said of it; a rehearsal is not measured by that.
    const missing = holds && played !== 'played' ? missingFiles(draft.state) : [];
    if (missing.length > 0) {
      draft.set({
        verdict: { by: null, holds: false, why: filesMissing[draft.state.lang](missing.slice(0, 10)), quotes: [] },
      });
      return draft.say({ id: messageId.verdict(draft.state.round), what: 'verdict' });
    }
    draft.set({
      verdict: {
        by: ask.agent,
        holds,
        why,
        quotes,
        ...(played === undefined ? {} : { played }),
        ...(undone === undefined ? {} : { missing: undone }),
      },
    });
    draft.say({ id: messageId.verdict(draft.state.round), as: ask.agent, what: 'verdict', about: ask.agent });
  },
  said(draft, { what }) {
    if (what !== 'verdict') return;
    if (draft.state.verdict?.holds === true) wrapUp(draft, endingOf(draft.state));
    else newPlan(draft, 'not-verified');
  },
};

function askNext(draft: Draft): void {
  const { state } = draft;
  const tried = triedInVain(state, 'verify');
  const next = tried.size < MAX_VERIFIERS ? verifiers(draft).find((agent) => !tried.has(agent)) : undefined;
  if (next !== undefined) return draft.ask('verify', next);
  draft.set({ verdict: { by: null, holds: false, why: '', quotes: [] } });
  wrapUp(draft, 'unverified');
}

/** Its authors check a plan only where there is nobody else. */
function verifiers({ state, rules }: Draft): readonly AgentId[] {
  const all = helpers(state, rules).filter((agent) => !state.leaving.includes(agent));
  const others = all.filter((agent) => state.plan?.authors.includes(agent) !== true);
  return others.length > 0 ? others : all;
}

/** Letter for letter; who says it holds shows by what, where anything can be shown. */
function quotesStand(state: TaskState, { holds, quotes }: Extract<Answer, { kind: 'verify' }>): boolean {
  const textOf = (step: string): string => state.commands[step]?.result?.output ?? state.works[step]?.text ?? '';
  const anything = [...Object.keys(state.commands), ...Object.keys(state.works)].some((step) => textOf(step) !== '');
  return quotes.every(({ step, quote }) => textOf(step).includes(quote)) && (!holds || quotes.length > 0 || !anything);
}
