import type { Entry } from '../../bridge/appservice/timeline.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { BallotJob, TurnJob } from '../../bridge/protocol/turn.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import type { ChatMessage, Pace, ProviderRequest } from '../models/providers/provider.ts';
import { type ModelRequestDeps, requestFor } from '../turns/model-request.ts';
import type { TurnDeps } from '../turns/turn.ts';
import { ballotFormat, ballotQuestion, optionsFor, readVote } from './ballot-question.ts';
import type { CastVote } from './ballot-store.ts';

export interface AskVoterDeps extends ModelRequestDeps, Pick<TurnDeps, 'bindings' | 'ghost' | 'log'> {}

/** The master sits and waits for all of them; whoever needs longer has no vote. */
const PATIENCE_MS: Readonly<Record<Pace, number>> = { seconds: 75_000, minutes: 150_000, 'by-hand': 0 };
/** More than a vote can be. */
const LONGEST_ANSWER = 8_000;

/** A turn like any other, as far as a request is made of one. */
const turnOf = ({ room, source, at, thread, lang }: BallotJob, agent: AgentId): TurnJob => ({
  type: 'turn',
  room,
  source,
  at,
  agent,
  ...(thread === undefined ? {} : { thread }),
  root: source,
  depth: 0,
  lang,
});

/**
 * One agent's vote: one call, with the conversation up to the question and nobody else's vote in it.
 * @throws the signal's reason when aborted; nothing else.
 */
export async function askVoter(
  job: BallotJob,
  voter: AgentId,
  heard: { readonly source: Entry; readonly entries: readonly Entry[] },
  deps: AskVoterDeps,
  signal: AbortSignal,
): Promise<CastVote> {
  signal.throwIfAborted();
  const binding = deps.bindings.get(voter);
  const agent = deps.residents.byId.get(voter);
  if (binding === undefined || agent === undefined) return { missing: 'gone' };
  const { provider } = binding;
  const options = optionsFor(job, voter);
  if (provider.rehearsal) return played(job, voter, options);
  if (provider.pace === 'by-hand') return { missing: 'by-hand' };
  const deadline = AbortSignal.timeout(PATIENCE_MS[provider.pace]);
  const both = AbortSignal.any([signal, deadline]);
  try {
    const account = deps.ghost(agent.userId);
    const asker = { id: `${job.source}.ballot.${voter}`, job: turnOf(job, voter), agent, provider, account };
    const { resume: _, ...request } = await requestFor(asker, heard, deps, 'whole');
    const asked: ProviderRequest = {
      ...request,
      messages: behindThem(request.messages, ballotQuestion(job, voter, deps.roster.ownerTitle)),
      format: ballotFormat(options, job.lang),
      hurried: true,
    };
    let text = '';
    for await (const part of provider.stream(asked, both)) {
      if (part.type === 'restart') text = '';
      else if (part.type === 'text') text += part.text;
      if (text.length > LONGEST_ANSWER) break;
    }
    return readVote(maskSecrets(text).text, options) ?? { missing: 'spoilt' };
  } catch (error) {
    signal.throwIfAborted();
    deps.log.warn(
      { event: job.source, agent: voter, error: error instanceof Error ? error.name : 'unknown' },
      'a vote was not given',
    );
    if (deadline.aborted) return { missing: 'late' };
    return { missing: error instanceof ProviderFault && error.code.startsWith('purse.') ? 'resting' : 'fault' };
  }
}

/** What is asked stands in the last message: some providers refuse two of one role. */
function behindThem(messages: readonly ChatMessage[], question: string): readonly ChatMessage[] {
  const part = { type: 'text', text: question, passing: true } as const;
  const last = messages.at(-1);
  return last?.role === 'user'
    ? [...messages.slice(0, -1), { ...last, content: [...last.content, part] }]
    : [...messages, { role: 'user', content: [part] }];
}

/** A stand-in's vote falls where chance would have it, and says so. */
function played(job: BallotJob, voter: AgentId, options: readonly string[]): CastVote {
  const at = Number.parseInt(sha256(`${voter} ${job.source}`).slice(0, 8), 16) % Math.max(1, options.length);
  return { choice: options[at] ?? null, reason: '', rehearsal: true };
}
