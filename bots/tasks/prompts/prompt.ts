import type { Ask, TaskState } from '../state.ts';
import { diagnosePrompt, reportPrompt, verifyPrompt, workPrompt } from './carrying-out.ts';
import type { AskFacts } from './facts.ts';
import { critiquePrompt, proposePrompt, triagePrompt, votePrompt } from './planning.ts';
import { taskSystem } from './system.ts';

/** Rules, schemas and words around the material; what is left is the material's. */
const FIXED_TOKENS = 4_000;
const LEAST_ROOM = 1_000;

export interface TaskPrompt {
  readonly system: string;
  readonly user: string;
}

/** What a mind is asked in a phase, within its context. */
export function taskPrompt(state: TaskState, ask: Ask, facts: AskFacts, outputTokens: number): TaskPrompt {
  const room = Math.max(LEAST_ROOM, facts.agent.contextTokens - outputTokens - FIXED_TOKENS);
  return { system: taskSystem(facts, state.lang), user: question(state, ask, facts, room) };
}

function question(state: TaskState, ask: Ask, facts: AskFacts, room: number): string {
  switch (ask.kind) {
    case 'triage':
      return triagePrompt(state, room);
    case 'propose':
      return proposePrompt(state, facts, room);
    case 'critique':
      return critiquePrompt(state, ask, room);
    case 'vote':
      return votePrompt(state, ask, room);
    case 'work':
      return workPrompt(state, ask, room);
    case 'verify':
      return verifyPrompt(state, room);
    case 'diagnose':
      return diagnosePrompt(state, ask, facts, room);
    case 'report':
      return reportPrompt(state, room);
  }
}
