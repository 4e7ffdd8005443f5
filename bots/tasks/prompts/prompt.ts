import type { Ask, TaskState } from '../state/task-state.ts';
import { diagnosePrompt, reportPrompt, verifyPrompt, workPrompt } from './carrying-out.ts';
import { estimateTokens } from '../../models/token-estimate.ts';
import type { AskFacts } from './facts.ts';
import { filesSent } from './files.ts';
import { critiquePrompt, proposePrompt, triagePrompt, votePrompt } from './planning.ts';
import { taskSystem } from './system.ts';

/** Rules, schemas and words around the material; what is left is the material's. */
const FIXED_TOKENS = 4_000;
const LEAST_ROOM = 1_000;

/** Of all files together. Every model reads them in every phase, and each time costs: whole where something is made of them. */
const FILE_TOKENS: Readonly<Record<Ask['kind'], number>> = {
  triage: 2_000,
  propose: 8_000,
  critique: 2_000,
  vote: 2_000,
  work: 16_000,
  verify: 4_000,
  diagnose: 4_000,
  report: 8_000,
};

export interface TaskPrompt {
  readonly system: string;
  readonly user: string;
}

/** What a model is asked in a phase, within its context. */
export function taskPrompt(state: TaskState, ask: Ask, facts: AskFacts, outputTokens: number): TaskPrompt {
  const room = Math.max(LEAST_ROOM, facts.agent.contextTokens - outputTokens - FIXED_TOKENS);
  const files = filesSent(facts.files ?? [], Math.min(FILE_TOKENS[ask.kind], room / 3));
  const left = Math.max(LEAST_ROOM, room - estimateTokens(files));
  return {
    system: taskSystem(facts, state.lang),
    user:
      files === ''
        ? question(state, ask, facts, left)
        : `${question(state, ask, facts, left)}\n\n${files}\n\nThe files end here. Answer what was asked at the beginning, in the form that was asked for.`,
  };
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
