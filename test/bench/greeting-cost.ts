import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { AgentId, RoomId, type UserId } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import { costOf } from '../../bots/budget/cost.ts';
import { modelPrice } from '../../bots/models/model-price.ts';
import type { ProviderRequest } from '../../bots/models/providers/provider.ts';
import { estimateTokens } from '../../bots/models/token-estimate.ts';
import { createResidents, type Resident } from '../../bots/residents/residents.ts';
import { Beginnings } from '../../bots/turns/beginnings.ts';
import type { ContextNeed } from '../../bots/turns/context-need.ts';
import { NO_MEMORY } from '../../bots/turns/memory-plan.ts';
import { type ModelRequestDeps, needOf, requestFor } from '../../bots/turns/model-request.ts';
import { table } from './figures.ts';
import { agentUser, MASTER_USER, said, SPEAKERS, talk } from './talk.ts';
import { type Spoken, typicalDays } from './typical-days.ts';
import { noRecall } from '../house/paper-memory.ts';

/** Fills the widest window, 64,000 tokens. */
const ROUNDS_BEFORE = 160;
const MINUTE = 60_000;
/** For so long a provider keeps what it has read, counted from the last reading; and nothing shorter than that. */
const KEPT_MS = 5 * MINUTE;
const KEPT_TOKENS = 1_024;
/** So that six answer a greeting: by default one has no key, and one is not asked for small talk. */
const MODELS: Readonly<Record<string, string>> = { manus: 'openai/gpt-6.1-terra', michael: 'openai/gpt-6-luna' };

const roster = Roster.parse({
  ...defaultRoster,
  agents: defaultRoster.agents.map((agent) => ({ ...agent, model: MODELS[agent.id] ?? agent.model })),
});
const residents = createResidents(roster, 'bench');

/** What an answer is given: always the whole window; what it needs; or the whole while the provider still keeps it. */
const WAYS = ['the whole, always (before)', 'by need', 'by need, the whole while it is kept'] as const;
type Way = (typeof WAYS)[number];

interface Sum {
  readonly tokens: number;
  /** Of them, not read before. */
  readonly fresh: number;
  /** Micro-dollars of input. */
  readonly usd: number;
}

interface Call extends Sum {
  readonly source: Spoken;
  readonly need: ContextNeed;
}

/**
 * Ten days of talk in a full room, in the words that each of six agents is given, counted as the house estimates tokens
 * and in the money of the price table: what an answer costs before its first word. Nobody's model is asked.
 */
export async function greetingCost(quick = false): Promise<{ table: string; failures: string[] }> {
  const days = quick ? typicalDays.slice(0, 2) : typicalDays;
  const runs = [];
  for (const way of WAYS) runs.push({ way, calls: await played(days.flat(), way) });
  const rows = runs.map(({ way, calls }) => {
    const all = total(calls);
    const small = total(calls.filter(({ need }) => need === 'small-talk'));
    const greeting = total(calls.slice(0, SPEAKERS.length));
    return [way, ...[all, small, greeting].flatMap((sum) => [thousands(sum.tokens), dollars(sum.usd)])];
  });
  const whole = runs[0]?.calls ?? [];
  const needed = runs[1]?.calls ?? [];
  const smallCalls = needed.filter(({ need }) => need === 'small-talk').length;
  const share =
    total(needed.filter(({ need }) => need === 'small-talk')).tokens /
    total(whole.filter((_, i) => needed[i]?.need === 'small-talk')).tokens;
  const failures =
    share > 0.05 ? [`greeting-cost: small talk still costs ${(share * 100).toFixed(1)} % of the whole`] : [];
  if (total(needed).usd > total(whole).usd) failures.push('greeting-cost: by need is dearer than the whole');
  const head = `${days.length} days, ${days.flat().length} messages, ${needed.length} answers, ${smallCalls} of them to small talk`;
  return {
    table: `${head}\n${table(['given', 'all: thousands of tokens', 'input, $', 'small talk: thousands of tokens', 'input, $', 'the first greeting to six: thousands of tokens', 'input, $'], rows)}`,
    failures,
  };
}

const total = (calls: readonly Sum[]): Sum =>
  calls.reduce(
    (sum, one) => ({ tokens: sum.tokens + one.tokens, fresh: sum.fresh + one.fresh, usd: sum.usd + one.usd }),
    {
      tokens: 0,
      fresh: 0,
      usd: 0,
    },
  );
const thousands = (tokens: number): string => (tokens / 1_000).toFixed(1);
const dollars = (micro: number): string => (micro / 1_000_000).toFixed(3);

async function played(messages: readonly Spoken[], way: Way): Promise<readonly Call[]> {
  const before = talk(ROUNDS_BEFORE);
  const room: Entry[] = [...before];
  const midnight = 1_700_000_000_000 + 10 * 24 * 60 * MINUTE;
  const deps = depsOf();
  const kept = new Map<string, Kept>();
  const calls: Call[] = [];
  for (const message of messages) {
    const at = midnight + message.minute * MINUTE;
    room.push(spoken(room.length, MASTER_USER, message.text, at));
    const source = room.at(-1);
    if (source === undefined) throw new Error('nothing said');
    const heard = { source, entries: [...room] };
    for (const id of message.to === undefined ? SPEAKERS : [message.to]) {
      const agent = residents.byId.get(AgentId.parse(id));
      if (agent === undefined) throw new Error(`nobody is called ${id}`);
      const own = kept.get(id) ?? new Kept();
      kept.set(id, own);
      const job = jobFor(agent, source);
      const need = needOf(job, heard, residents);
      const given = way === WAYS[0] || (way === WAYS[2] && own.holdsWhole(at)) ? 'whole' : need;
      const request = await requestFor(
        { id: 'bench', job, agent, provider: { sees: true }, account: NOBODY },
        heard,
        deps,
        given,
      );
      calls.push({ source: message, need, ...own.read(request, given, at, agent) });
      room.push(spoken(room.length, agentUser(id), answerTo(need, room.length, id), at + 10_000));
    }
  }
  return calls;
}

/** What a provider still has of one agent's requests. */
class Kept {
  #requests: { readonly at: number; readonly need: ContextNeed; readonly texts: readonly string[] }[] = [];

  holdsWhole = (now: number): boolean => this.#requests.some(({ at, need }) => need === 'whole' && now - at < KEPT_MS);

  read({ system, messages }: ProviderRequest, need: ContextNeed, now: number, { config }: Resident): Sum {
    this.#requests = this.#requests.filter(({ at }) => now - at < KEPT_MS);
    const parts = messages.flatMap(({ content }) => content.flatMap((part) => (part.type === 'text' ? [part] : [])));
    const stays = [system, ...parts.filter(({ passing }) => passing !== true).map(({ text }) => text)];
    const passing = parts.filter((part) => part.passing === true);
    const known = Math.max(0, ...this.#requests.map(({ texts }) => inCommon(texts, stays)));
    const cachedTokens = worthKeeping(tokensOf(stays.slice(0, known)));
    const writtenTokens = worthKeeping(tokensOf(stays)) === 0 ? 0 : tokensOf(stays) - cachedTokens;
    const inputTokens = tokensOf(stays) + tokensOf(passing.map(({ text }) => text));
    this.#requests.push({ at: now, need, texts: stays });
    const { price } = modelPrice(config.model, { roster: new Map() });
    const { usd } = costOf({ inputTokens, outputTokens: 0, cachedTokens, writtenTokens }, price);
    return { tokens: inputTokens, fresh: inputTokens - cachedTokens, usd };
  }
}

const worthKeeping = (tokens: number): number => (tokens < KEPT_TOKENS ? 0 : tokens);

function inCommon(a: readonly string[], b: readonly string[]): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

const counted = new Map<string, number>();
const tokensOf = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => {
    const tokens = counted.get(text) ?? estimateTokens(text);
    counted.set(text, tokens);
    return sum + tokens;
  }, 0);

/** What nobody needs here. */
const NOBODY = {} as Account;

const depsOf = (): ModelRequestDeps => ({
  roster,
  residents,
  rooms: { masters: () => Promise.resolve(new Set([MASTER_USER])), members: () => Promise.resolve(new Map()) },
  attachments: { read: () => Promise.resolve(new Map()), again: () => Promise.resolve(new Map()) },
  memory: { of: () => Promise.resolve(NO_MEMORY) },
  recall: noRecall,
  timeZone: 'Asia/Seoul',
  beginnings: new Beginnings(),
});

const jobFor = (agent: Resident, { event }: Entry): TurnJob => ({
  type: 'turn',
  room: RoomId.parse('!bench:bench'),
  source: event.eventId,
  at: event.at,
  agent: agent.id,
  root: event.eventId,
  depth: 0,
  lang: 'ko',
});

function spoken(no: number, sender: UserId, body: string, at: number): Entry {
  const entry = said(no, sender, body);
  return { ...entry, event: { ...entry.event, at } };
}

const KIND_WORDS = [
  '네, 마스터. 오늘도 안전 운전하세요.',
  '저도 잘 있습니다. 필요하시면 불러 주세요, 마스터.',
] as const;
const SENTENCES = [
  '먼저 확인하실 것은 시간과 거리이고, 여유를 삼십 분쯤 두시는 편이 좋습니다.',
  '비슷한 경우를 보면 대개 두 가지 까닭이 있는데, 하나는 날씨이고 다른 하나는 물건의 상태입니다.',
  '비용은 많이 들지 않으니 이번 주 안에 하시기를 권합니다.',
  '다만 지난번과 다른 점이 하나 있어서, 그것만 먼저 살펴보시면 됩니다.',
  '정리하면 순서는 확인, 준비, 실행이고 어렵지 않습니다.',
  '더 필요하신 것이 있으면 이어서 적어 드리겠습니다.',
] as const;

/** A line to small talk, two to seven sentences to anything else. */
function answerTo(need: ContextNeed, no: number, id: string): string {
  if (need === 'small-talk') return `${KIND_WORDS[no % KIND_WORDS.length]} (${id})`;
  return Array.from({ length: 2 + (no % 6) }, (_, i) => SENTENCES[(no + i) % SENTENCES.length]).join(' ');
}
