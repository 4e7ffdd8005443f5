import type { Logger } from 'pino';
import { sha256 } from '../../../bridge/digest/canonical.ts';
import { type SourceLink, sourceLines } from '../../../bridge/matrix/source-links.ts';
import { maskSecrets } from '../../../bridge/matrix/secrets/secrets.ts';
import { ProviderFault } from '../../../bridge/protocol/fault.ts';
import type { AgentId } from '../../../bridge/protocol/ids.ts';
import type { AgentConfig, Roster } from '../../../bridge/protocol/roster.ts';
import type { ModelBinding, ModelBindings } from '../../models/model-bindings.ts';
import { costOf } from '../../budget/cost.ts';
import type {
  ChatMessage,
  Provider,
  ProviderRequest,
  StreamPart,
  TokenUsage,
} from '../../models/providers/provider.ts';
import { estimateTokens } from '../../models/token-estimate.ts';
import { answerFormat } from './answer-schemas.ts';
import { parseAnswer, type ParsedAnswer } from './answer-parse.ts';
import { MAX_ANSWER_CHARS } from './json-in-text.ts';
import type { AskFacts, TaskFile } from '../prompts/facts.ts';
import { taintWith, withConsent, withConsents } from '../plan/plan-consents.ts';
import { wantedNow } from '../plan/promised-files.ts';
import { CLEAN, type Taint, withTaint } from '../../hands/rule-of-two.ts';
import { NOTHING_RECALLED, type Recall, type Recalled } from '../../memory/recall.ts';
import type { WebSearchDeps } from '../../hands/web-search.ts';
import { isAskedSimply, simpleForm } from './simple-form.ts';
import { mayLookUp, streamLookingUp } from './looking-up.ts';
import { taskPrompt } from '../prompts/prompt.ts';
import { rehearseTask } from '../offline/offline-answers.ts';
import { askTurn, repairTurn } from '../state/ask-turn.ts';
import { Answer, type Ask, type AskKind, type RefusalCode } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';

export interface TaskModelsDeps {
  readonly bindings: Pick<ModelBindings, 'get' | 'alone'>;
  readonly roster: Pick<Roster, 'ownerTitle'>;
  /** As they are now. */
  readonly lent: () => readonly { readonly name: string; readonly mode: 'ro' | 'rw' }[];
  /** `host:port` that the policy allows at all; null leaves it to each approval. */
  readonly hosts: () => readonly string[] | null;
  /** What masters have sent for the task. */
  readonly files?: (state: TaskState) => Promise<readonly TaskFile[]>;
  /** The owner's own address, where letters can be sent now. */
  readonly mail?: () => string | undefined;
  readonly recall: Recall;
  /** Without it nobody in a task looks anything up but who does so unasked. */
  readonly search?: WebSearchDeps;
  readonly timeZone: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
}

/** More than any phase lasts; timers cannot be set much further ahead. */
const LONGEST_MS = 7 * 24 * 3_600_000;

export interface Spent {
  readonly input: number;
  readonly output: number;
}

export type ModelReply =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly tokens: Spent; readonly costMicroUsd?: number }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/**
 * One model's part in one phase, from its prompt to an answer that has the right shape and has been nowhere but in that
 * model. Asked once more when the words cannot be used. Ends by `ask.until`.
 *
 * @throws the signal's reason when aborted; nothing else.
 */
export async function askModel(
  state: TaskState,
  ask: Ask,
  deps: TaskModelsDeps,
  signal: AbortSignal,
): Promise<ModelReply> {
  signal.throwIfAborted();
  const binding = bindingFor(ask.agent, deps);
  if (binding === undefined) return { kind: 'refused', code: 'provider.absent' };
  const [files, remembered] = binding.provider.rehearsal
    ? [[], NOTHING_RECALLED]
    : await Promise.all([filesOf(state, deps), rememberedOf(state, ask.agent, deps)]);
  signal.throwIfAborted();
  const facts = {
    ...factsFor(state, binding.config, deps),
    files,
    orders: deps.recall.ordersFor(ask.agent),
    remembered: remembered.text,
  };
  const left = Math.min(Math.ceil(ask.until - facts.now), LONGEST_MS);
  if (left <= 0) return { kind: 'refused', code: 'provider.timeout' };
  const deadline = AbortSignal.timeout(left);
  try {
    if (binding.provider.rehearsal)
      return {
        kind: 'answered',
        answer: Answer.parse(rehearseTask(state, ask, facts)),
        tokens: { input: 0, output: 0 },
      };
    return await converse(
      state,
      ask,
      binding,
      facts,
      withFiles(remembered.taint, files),
      deps,
      AbortSignal.any([signal, deadline]),
    );
  } catch (error) {
    signal.throwIfAborted();
    const code: RefusalCode = deadline.aborted
      ? 'provider.timeout'
      : error instanceof ProviderFault
        ? error.code
        : 'turn.failed';
    // Names only: what a provider says may hold the prompt or the key.
    deps.log.warn(
      {
        task: state.root,
        ask: ask.id,
        model: binding.provider.label,
        code,
        error: error instanceof Error ? error.name : 'unknown',
      },
      'a model did not answer',
    );
    return { kind: 'refused', code };
  }
}

/** A real model's fault is told as it is: a stand-in for chats, which knows nothing of plans, does not take its place. */
function bindingFor(agent: AgentId, { bindings }: TaskModelsDeps): ModelBinding | undefined {
  const binding = bindings.get(agent);
  return binding?.provider.standIn?.rehearsal === true && !binding.provider.rehearsal ? bindings.alone(agent) : binding;
}

async function converse(
  state: TaskState,
  ask: Ask,
  binding: ModelBinding,
  facts: AskFacts,
  held: Taint,
  deps: Pick<TaskModelsDeps, 'search'>,
  signal: AbortSignal,
): Promise<ModelReply> {
  const agent = { ...binding.config, maxOutputTokens: outputTokens(ask.kind, binding.config) };
  const form = isAskedSimply(agent, state) ? simpleForm(state, ask, facts, agent.maxOutputTokens) : undefined;
  const { system, parts } = {
    ...taskPrompt(state, ask, facts, {
      own: agent.maxOutputTokens,
      longest: outputTokens('propose', binding.config),
    }),
    ...(form === undefined ? {} : { parts: form.parts }),
  };
  const read = form?.read ?? ((text: string) => parseAnswer(text, state, ask));
  const request = {
    turn: askTurn(state, ask),
    agent,
    ownerTitle: facts.ownerTitle,
    lang: state.lang,
    system,
    messages: [said('user', ...parts)],
    question: wantedNow(state),
    ...(form === undefined ? answerFormat(ask.kind) : { format: form.format }),
    cacheKey: sha256(`${agent.id} ${state.root}`).slice(0, 32),
    task: { no: state.no, phase: ask.kind, until: ask.until },
  };

  const looks =
    form === undefined && mayLookUp(state, ask) && binding.provider.callsTools === true ? deps.search : undefined;
  const search = looks !== undefined && looks.searchers(agent.id).length > 0 ? looks : undefined;
  const first = await listen(
    binding,
    request,
    signal,
    search === undefined ? undefined : (provider) => streamLookingUp(provider, request, search, held.private, signal),
  );
  const parsed = understood(first, state, read, first.addresses, held);
  if (parsed.ok) return answered(parsed.answer, first.tokens, first.usd);

  const messages = [...request.messages, said('assistant', beginning(first.text)), said('user', repair(parsed.faults))];
  const second = await listen(binding, { ...request, turn: repairTurn(request.turn), messages }, signal);
  const repaired = understood(second, state, read, first.addresses, held);
  const tokens = {
    input: first.tokens.input + second.tokens.input,
    output: first.tokens.output + second.tokens.output,
  };
  const usd = first.usd === null || second.usd === null ? null : first.usd + second.usd;
  return repaired.ok ? answered(repaired.answer, tokens, usd) : { kind: 'refused', code: 'off-schema' };
}

interface Heard {
  readonly text: string;
  readonly tokens: Spent;
  /** Micro-dollars; null where nobody sends a bill. */
  readonly usd: number | null;
  /** As Markdown links, where it named any. */
  readonly sources: string;
  /** Letter for letter, of what was looked up. */
  readonly addresses: readonly string[];
  /** It asks something back, which nobody in a task can answer. */
  readonly asksBack: boolean;
}

/** Everything one answer says, up to what could be of use. */
async function listen(
  { provider, config: { price } }: ModelBinding,
  request: ProviderRequest,
  signal: AbortSignal,
  stream = (asked: Provider): AsyncIterable<StreamPart> => asked.stream(request, signal),
): Promise<Heard> {
  let text = '';
  let usage: TokenUsage | undefined;
  let asksBack = false;
  let sources: SourceLink[] = [];
  for await (const part of stream(provider)) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'restart') {
      text = '';
      sources = [];
    } else if (part.type === 'source') sources.push({ url: part.url, title: part.title });
    else if (part.type === 'finish') {
      usage = part.usage;
      asksBack = part.resume !== undefined;
    }
    if (text.length > MAX_ANSWER_CHARS) break;
  }
  signal.throwIfAborted();
  const prompt = [
    request.system,
    ...request.messages.flatMap(({ content }) => content.flatMap((part) => (part.type === 'text' ? [part.text] : []))),
  ].join('\n');
  const used = usage ?? { inputTokens: estimateTokens(prompt), outputTokens: estimateTokens(text) };
  return {
    text: maskSecrets(text).text,
    sources: sourceLines(text, sources),
    addresses: sources.map(({ url }) => url),
    tokens: { input: used.inputTokens, output: used.outputTokens },
    usd: price === undefined ? null : costOf(used, price).usd,
    asksBack,
  };
}

function understood(
  { text, sources, asksBack }: Heard,
  state: TaskState,
  read: (text: string) => ParsedAnswer,
  addresses: readonly string[],
  held: Taint,
): ParsedAnswer {
  if (asksBack)
    return {
      ok: false,
      faults: ['you asked something back; nobody can answer here: decide by yourself with what you have'],
    };
  const parsed = read(text);
  if (!parsed.ok) return parsed;
  const { answer } = parsed;
  if (answer.kind === 'work' && sources !== '') return read(`${text}\n\n${sources}`);
  return { ok: true, answer: consented(answer, state, addresses, held) };
}

/** What a model has planned, with what a master has to be asked for. `held`: in what it was given. */
function consented(answer: Answer, state: TaskState, addresses: readonly string[], held: Taint): Answer {
  // What earlier plans have read stands in the workspace, and in what the model was given of them.
  const { untrusted, private: own } = withTaint(held, state.held ?? CLEAN);
  const taint = { untrusted: untrusted || addresses.length > 0, private: own };
  // A round of the cycle quotes what agents have said.
  const isKnown = (url: string) =>
    addresses.includes(url) ||
    (state.origin !== 'cycle' && state.mission.includes(url)) ||
    state.revision?.words.includes(url) === true;
  if (answer.kind === 'propose') return { ...answer, plan: withConsents(answer.plan, { taint, isKnown }) };
  if (answer.kind !== 'diagnose' || answer.command === null) return answer;
  const before = (state.plan?.plan.steps ?? []).flatMap((step) => (step.kind === 'command' ? [step.command] : []));
  const all = taintWith([...before, answer.command], taint);
  return { ...answer, command: withConsent(answer.command, { taint: all, isKnown }) };
}

/** Plans may carry whole files, reports whole pages; more than half of its context a model cannot write. */
const LONG: ReadonlySet<AskKind> = new Set(['propose', 'work', 'diagnose', 'report']);
const LONG_TOKENS = 16_000;

const outputTokens = (kind: AskKind, { maxOutputTokens, taskOutputTokens, contextTokens }: AgentConfig): number =>
  taskOutputTokens ??
  (LONG.has(kind) ? Math.max(maxOutputTokens, Math.min(LONG_TOKENS, Math.floor(contextTokens / 2))) : maxOutputTokens);

const REPEATED_CHARS = 6_000;
const beginning = (text: string): string =>
  text.trim() === '' ? '(nothing)' : text.slice(0, REPEATED_CHARS).toWellFormed();

const repair = (faults: readonly string[]): string =>
  `That cannot be used:\n${faults.map((fault) => `- ${fault}`).join('\n')}\n\nAnswer the question above once more, whole, with these faults put right. Nothing else: no apology, no words around it.`;

/** What is asked stands last and is another thing in the next phase: what providers are told to keep ends before it. */
const said = (role: ChatMessage['role'], ...texts: readonly string[]): ChatMessage => ({
  role,
  content: texts.map((text, i) => ({
    type: 'text',
    text,
    ...(i === texts.length - 1 ? { passing: true as const } : {}),
  })),
});

const answered = (answer: Answer, tokens: Spent, usd: number | null): ModelReply => ({
  kind: 'answered',
  answer,
  tokens,
  ...(usd === null ? {} : { costMicroUsd: usd }),
});

/** A task goes on without them where they cannot be had. */
async function filesOf(state: TaskState, { files, log }: TaskModelsDeps): Promise<readonly TaskFile[]> {
  try {
    return (await files?.(state)) ?? [];
  } catch (error) {
    log.warn(
      { task: state.root, error: error instanceof Error ? error.name : 'unknown' },
      'the files of a task cannot be read',
    );
    return [];
  }
}

/** Files of a mission are the owner's, and whoever wrote them may have been anybody. */
const withFiles = (taint: Taint, files: readonly TaskFile[]): Taint =>
  files.length > 0 ? { untrusted: true, private: true } : taint;

/** The same in every phase, as long as nobody takes it back. */
async function rememberedOf(state: TaskState, agent: AgentId, { recall, log }: TaskModelsDeps): Promise<Recalled> {
  const { room, root } = state;
  const { by } = state.revision ?? state;
  const question = wantedNow(state);
  try {
    return await recall.factsFor({ question, asker: by, room, agent });
  } catch (error) {
    log.warn(
      { task: root, error: error instanceof Error ? error.name : 'unknown' },
      'what is remembered cannot be read',
    );
    return NOTHING_RECALLED;
  }
}

function factsFor(
  { electorate, gone }: TaskState,
  agent: AgentConfig,
  { bindings, roster, lent, hosts, mail, timeZone, now }: TaskModelsDeps,
): AskFacts {
  const workers = electorate.flatMap((id) => (gone.includes(id) ? [] : (bindings.get(id)?.config ?? [])));
  return {
    agent,
    ownerTitle: roster.ownerTitle,
    workers,
    lent: lent(),
    hosts: hosts(),
    mail: mail?.(),
    timeZone,
    now: now(),
  };
}
