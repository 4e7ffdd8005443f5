import type { Ask, AskKind } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';
import { diagnosePrompt, reportPrompt, verifyPrompt, workPrompt } from './carrying-out.ts';
import { estimateTokens } from '../../models/token-estimate.ts';
import type { AskFacts } from './facts.ts';
import { filesSent } from './files.ts';
import { critiquePrompt, proposePrompt, sharedBeginning, triagePrompt, votePrompt } from './planning.ts';
import { taskSystem } from './system.ts';

/** Rules, schemas and words around the material; what is left is the material's. */
const FIXED_TOKENS = 4_000;
const LEAST_ROOM = 1_000;

/** Of all files together. Every model reads them in every phase, and each time costs: whole where something is made of them. */
const FILE_TOKENS: Readonly<Record<Exclude<AskKind, PlanningKind>, number>> = {
  work: 16_000,
  verify: 4_000,
  diagnose: 4_000,
  report: 8_000,
};

/** The phases until one plan has won. */
type PlanningKind = 'triage' | 'propose' | 'critique' | 'vote';

export interface TaskPrompt {
  /** The same for an agent in every task. */
  readonly system: string;
  /** In their order: whatever further phases of the task begin with as well, and last what is asked now. */
  readonly parts: readonly string[];
}

/** How long answers may be, in tokens. */
export interface AnswerRoom {
  readonly own: number;
  /** Of all phases of planning: what they share has to be cut alike. */
  readonly longest: number;
}

/** What a model is asked in a phase, within its context. */
export function taskPrompt(state: TaskState, ask: Ask, facts: AskFacts, answers: AnswerRoom): TaskPrompt {
  const room = roomFor(facts, answers.own);
  const parts = isPlanning(ask.kind)
    ? planning(state, ask, ask.kind, facts, { room, shared: roomFor(facts, answers.longest) })
    : carryingOut(state, ask, ask.kind, facts, room);
  return { system: taskSystem(facts, state.lang), parts };
}

const isPlanning = (kind: AskKind): kind is PlanningKind => !(kind in FILE_TOKENS);

const roomFor = ({ agent, orders = '', remembered = '' }: AskFacts, outputTokens: number): number =>
  Math.max(
    LEAST_ROOM,
    agent.contextTokens - outputTokens - FIXED_TOKENS - estimateTokens(orders) - estimateTokens(remembered),
  );

function planning(
  state: TaskState,
  ask: Ask,
  kind: PlanningKind,
  facts: AskFacts,
  { room, shared }: { readonly room: number; readonly shared: number },
): readonly string[] {
  const first = sharedBeginning(state, facts, shared);
  const left = Math.max(LEAST_ROOM, room - estimateTokens(first));
  switch (kind) {
    case 'triage':
      return [first, triagePrompt(state, facts)];
    case 'propose':
      return [first, proposePrompt(state, facts, shared)];
    case 'critique':
      return [first, ...critiquePrompt(state, ask, facts, { shared, left })];
    case 'vote':
      return [first, ...votePrompt(state, ask, facts, { shared, left })];
  }
}

function carryingOut(
  state: TaskState,
  ask: Ask,
  kind: Exclude<AskKind, PlanningKind>,
  facts: AskFacts,
  room: number,
): readonly string[] {
  const files = filesSent(facts.files ?? [], Math.min(FILE_TOKENS[kind], room / 3));
  const left = Math.max(LEAST_ROOM, room - estimateTokens(files));
  const first = [facts.remembered ?? '', files].filter((part) => part !== '');
  return [...first, question(state, ask, kind, facts, left)];
}

function question(
  state: TaskState,
  ask: Ask,
  kind: Exclude<AskKind, PlanningKind>,
  facts: AskFacts,
  room: number,
): string {
  switch (kind) {
    case 'work':
      return workPrompt(state, ask, facts, room);
    case 'verify':
      return verifyPrompt(state, facts, room);
    case 'diagnose':
      return diagnosePrompt(state, ask, facts, room);
    case 'report':
      return reportPrompt(state, facts, room);
  }
}
