import { z } from 'zod';
import { sha256 } from '../../bridge/digest/canonical.ts';
import type { AgentId, Lang } from '../../bridge/protocol/ids.ts';
import type { BallotJob } from '../../bridge/protocol/turn.ts';
import { abstention } from '../../bridge/text/ballots.ts';
import type { AnswerFormat } from '../models/providers/provider.ts';
import { objectsIn } from '../tasks/answers/json-in-text.ts';
import { sameWord } from './alternatives.ts';
import type { Cast } from './count.ts';

export interface Vote extends Cast {
  readonly reason: string;
}

/** Nobody votes for himself; and each reads the options in another order, as models like what stands first. */
export function optionsFor(
  job: Pick<BallotJob, 'source' | 'options' | 'candidates'>,
  voter: AgentId,
): readonly string[] {
  const others = job.options.filter((_, at) => job.candidates?.[at] !== voter);
  const from = Number.parseInt(sha256(`${job.source} ${voter}`).slice(0, 8), 16) % Math.max(1, others.length);
  return [...others.slice(from), ...others.slice(0, from)];
}

/** What a voter is asked, behind the conversation. */
export function ballotQuestion(
  job: Pick<BallotJob, 'question' | 'options' | 'candidates' | 'lang' | 'source'>,
  voter: AgentId,
  ownerTitle: string,
): string {
  const options = optionsFor(job, voter);
  const about = job.question === '' ? '' : `\nQuestion: ${job.question}`;
  const between =
    options.length > 0
      ? `\nOptions:\n${options.map((option) => `- ${option}`).join('\n')}`
      : '\nThere is no list: name what you are for in at most five words.';
  const whose =
    job.candidates === undefined
      ? ''
      : '\nIt is about whose opinion in this conversation is best; your own is not on the list.';
  const language = job.lang === 'ko' ? 'Korean' : 'English';
  return [
    `[secret ballot] ${ownerTitle} has put this to the vote.${about}${whose}${between}`,
    `Nobody sees your vote before all have voted, and you see nobody else's: judge for yourself, by the matter alone. Do not answer the message in words. Write one JSON object and nothing else:`,
    `{"reason": "half a line in ${language}, at most 20 letters, why", "choice": "${options.length > 0 ? 'one option, letter for letter' : 'what you are for'}"}`,
    `Only where you truly cannot choose, the choice is "${abstention[job.lang]()}".`,
  ].join('\n');
}

export function ballotFormat(options: readonly string[], lang: Lang): AnswerFormat {
  const choice =
    options.length > 0
      ? { type: 'string' as const, enum: [...new Set([...options, abstention[lang]()])] }
      : { type: 'string' as const };
  const schemaOf = (chosen: typeof choice) => ({
    type: 'object' as const,
    properties: { reason: { type: 'string' as const }, choice: chosen },
    required: ['reason', 'choice'],
    additionalProperties: false as const,
  });
  return { name: 'ballot', schema: schemaOf(choice), steady: schemaOf({ type: 'string' }) };
}

const Written = z.object({ choice: z.string(), reason: z.string().catch('') });
const LONGEST_CHOICE = 40;
const LONGEST_REASON = 200;

/** The vote in whatever a model wrote; null where there is none. Words around it, and an answer that is no JSON, are forgiven. */
export function readVote(text: string, options: readonly string[]): Vote | null {
  const written = objectsIn(text)
    .objects.flatMap((one) => Written.safeParse(one).data ?? [])
    .at(-1);
  const said = written?.choice ?? bareChoice(text, options);
  if (said === undefined) return null;
  const reason = (written?.reason ?? '').slice(0, LONGEST_REASON).toWellFormed();
  const key = sameWord(said);
  if (key === '' || key === sameWord(abstention.ko()) || key === sameWord(abstention.en()))
    return options.some((option) => sameWord(option) === key) ? chosen(key, options, reason) : { choice: null, reason };
  if (options.length === 0) {
    const choice = said.replace(/\s+/gu, ' ').trim();
    return choice.length > LONGEST_CHOICE ? null : { choice: choice.toWellFormed(), reason };
  }
  return chosen(key, options, reason);
}

function chosen(key: string, options: readonly string[], reason: string): Vote | null {
  const exact = options.find((option) => sameWord(option) === key);
  if (exact !== undefined) return { choice: exact, reason };
  const within = options.filter((option) => key.includes(sameWord(option)));
  const [only] = within;
  return only !== undefined && within.length === 1 ? { choice: only, reason } : null;
}

/** Words without JSON count where they are one of the options. */
const bareChoice = (text: string, options: readonly string[]): string | undefined =>
  options.find((option) => sameWord(option) === sameWord(text));
