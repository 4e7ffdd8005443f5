import type { EventId } from '../../bridge/protocol/ids.ts';
import type { ChatMessage, Provider, ProviderRequest, StreamPart } from '../models/providers/provider.ts';
import type { Journal, TurnStep } from './journal.ts';
import { oneCall } from './one-call.ts';
import { numberedFound } from './found.ts';
import { CLEAN, needsConsent, type Taint, taintOf, withTaint } from './rule-of-two.ts';
import type { TaintStore } from './taint-store.ts';
import type { Tool, ToolOutcome, ToolTurn, ToolUse } from './tool.ts';

/** Calls of a model in one turn. */
export const MAX_TURN_STEPS = 12;
/** Tools at work at once; what a model asks for beyond that it is told to ask for again. */
const MAX_SIDE_BY_SIDE = 6;
/** The same call with the same words: a model that goes round in circles. */
const MAX_SAME = 2;

export interface Hands {
  readonly journal: Journal;
  readonly taints: TaintStore;
  readonly tools: readonly Tool[];
}

/** What was done, for the line under the answer. */
export interface Deed {
  readonly shown: string;
  readonly outcome: ToolOutcome;
}

export type TurnPart =
  | StreamPart
  /** What the model said so far led to calls: `shown` is at work, and the answer begins anew. */
  | { readonly type: 'at-work'; readonly shown: readonly string[] }
  /** Right before the finish. */
  | { readonly type: 'did'; readonly deeds: readonly Deed[]; /** It was not let go on. */ readonly cutShort: boolean };

interface Made {
  readonly deed: Deed | null;
  readonly outcome: ToolOutcome;
  /** Into the turn. */
  readonly brought: Taint;
}

/**
 * A turn as a loop: one call of the model a step, then the tools that it asks for, until it asks for none. Every step
 * and every outcome is in the journal before the next, so that a turn that was killed goes on and nothing is done twice.
 */
export async function* streamWithHands(
  provider: Provider,
  request: ProviderRequest,
  turn: ToolTurn,
  { journal, taints, tools }: Hands,
): AsyncGenerator<TurnPart> {
  const offered = { ...request, tools: tools.map(({ offer }) => offer) };
  let messages = request.messages;
  const deeds: Deed[] = [];
  const described = { untrusted: tools.some(({ foreign }) => foreign === true), private: false };
  let taint = withTaint(turn.taint, described);
  const seen = new Map<string, number>();
  /** Pages that searches have named, over the whole turn. */
  let sources = 0;
  for (let number = 0; ; number += 1) {
    let step = await journal.step(turn.id, number);
    if (step === null) {
      const { text, calls, finish } = yield* oneCall(provider, { ...offered, messages }, turn.signal);
      const label = finish.model ?? provider.label;
      const state = finish.step === undefined ? {} : { state: { provider: label, state: finish.step } };
      const made = { text, calls: calls.map(({ id, name, input }) => ({ id, name, input })), ...state };
      const goesOn = finish.reason === 'tools' && made.calls.length > 0;
      const cutShort = goesOn && (number + 1 >= MAX_TURN_STEPS || Date.now() > turn.deadline);
      if (!goesOn || cutShort) {
        if (deeds.length > 0 || cutShort) yield { type: 'did', deeds, cutShort };
        yield finish;
        return;
      }
      step = await journal.keepStep(turn.id, number, made);
    }
    turn.signal.throwIfAborted();
    const uses = step.calls.map((call) => understood(call, tools, turn, seen));
    yield { type: 'at-work', shown: uses.flatMap((use) => ('shown' in use ? [use.shown] : [])) };
    // All of a step were asked for before any of them was done.
    const before = taint;
    const done = await Promise.all(uses.map((use, place) => carriedOut(use, number, place, turn, before, journal)));
    const brought = done.map((made) => made.brought).reduce(withTaint, CLEAN);
    taint = withTaint(taint, brought);
    // Before a word is drawn from it.
    await taints.note(turn.job, brought);
    deeds.push(...done.flatMap(({ deed }) => deed ?? []));
    messages = [...messages, ...told(step, done, sources)];
    sources += done.reduce((sum, { outcome }) => sum + sourcesOf(outcome).length, 0);
  }
}

function understood(
  call: TurnStep['calls'][number],
  tools: readonly Tool[],
  { job }: ToolTurn,
  seen: Map<string, number>,
): ToolUse | { readonly bad: string } {
  const found = tools.find(({ offer }) => offer.name === call.name);
  if (found === undefined)
    return {
      bad: `there is no tool of that name for this message. There are: ${tools.map(({ offer }) => offer.name).join(', ')}`,
    };
  const same = `${call.name} ${call.input}`;
  const times = (seen.get(same) ?? 0) + 1;
  seen.set(same, times);
  if (times > MAX_SAME) return { bad: 'you have asked for exactly this before: go by what came of it, or answer now' };
  let input: unknown;
  try {
    input = JSON.parse(call.input.trim() === '' ? '{}' : call.input);
  } catch {
    return { bad: 'the input is no JSON' };
  }
  return found.use(input, job);
}

async function carriedOut(
  use: ToolUse | { readonly bad: string },
  step: number,
  place: number,
  turn: ToolTurn,
  before: Taint,
  journal: Journal,
): Promise<Made> {
  if ('bad' in use) return notDone(use.bad);
  if (place >= MAX_SIDE_BY_SIDE) return notDone(`at most ${MAX_SIDE_BY_SIDE} at once: ask for it again`);
  const known = await journal.outcome(turn.id, step, place);
  const asks = needsConsent(before, use.flow);
  const outcome =
    known ??
    (await journal.keepOutcome(turn.id, step, place, await use.carryOut(turn, `${turn.id}.${step}.${place}`, asks)));
  return {
    deed: { shown: use.shown, outcome },
    outcome,
    brought: withTaint(taintOf(use.flow), outcome.taint ?? CLEAN),
  };
}

const notDone = (text: string): Made => ({ deed: null, outcome: { text, failed: true }, brought: CLEAN });
export const sourcesOf = ({ found }: ToolOutcome) => found?.sources ?? [];

/** What the model said and what came of it, as it reads them in the next step. */
function told(step: TurnStep, done: readonly Made[], sources: number): readonly ChatMessage[] {
  const { text, calls, state } = step;
  let named = sources;
  return [
    {
      role: 'assistant',
      content: [
        ...(text.trim() === '' ? [] : [{ type: 'text', text } as const]),
        ...calls.map((call) => ({ type: 'tool-call', ...call }) as const),
      ],
      ...(state === undefined ? {} : { step: state }),
    },
    {
      role: 'user',
      content: calls.map(({ id, name }, place) => {
        const outcome = done[place]?.outcome;
        const found = outcome?.found === undefined ? '' : `\n${numberedFound(outcome.found, named)}`;
        named += outcome === undefined ? 0 : sourcesOf(outcome).length;
        return {
          type: 'tool-result',
          id,
          name,
          // Its own words are the house's; what a program, a page or a person wrote stands sealed within them.
          text: `${outcome?.text ?? ''}${found}`,
          ...(outcome?.failed === true ? { failed: true } : {}),
        } as const;
      }),
    },
  ];
}

/** Where in ops the last of them stands. */
export const recordOf = (deeds: readonly Deed[]): EventId | undefined =>
  deeds.findLast(({ outcome }) => outcome.record !== undefined)?.outcome.record;
