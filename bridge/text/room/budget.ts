import type { RestReason } from '../../protocol/fault.ts';
import type { Lang } from '../../protocol/ids.ts';
import { phrase } from '../say.ts';

/** What is said of money, blackouts and the freeze. Times are the owner's. */

/** `오늘 24:00`, `내일 09:30`, `12월 1일 00:00`. */
export function clockTime(at: number, now: number, timeZone: string, lang: Lang): string {
  const date = (time: number, style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(lang === 'ko' ? 'ko-KR' : 'en-GB', { timeZone, ...style }).format(time);
  const dayOf = (time: number) => date(time, { year: 'numeric', month: 'numeric', day: 'numeric' });
  const time = date(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  // Midnight belongs to the day that ends: nobody takes it for the night before.
  if (time === '00:00' && dayOf(at - 1) === dayOf(now)) return lang === 'ko' ? '오늘 24:00' : 'midnight';
  if (dayOf(at) === dayOf(now)) return lang === 'ko' ? `오늘 ${time}` : time;
  return `${date(at, { month: lang === 'ko' ? 'long' : 'short', day: 'numeric' })} ${time}`;
}

const whyKo: Record<Exclude<RestReason, 'frozen'>, string> = {
  'own-day': '제 오늘 예산을 다 썼습니다.',
  'own-month': '제 이번 달 예산을 다 썼습니다.',
  'house-day': '모두의 오늘 예산을 다 썼습니다.',
  'house-month': '모두의 이번 달 예산을 다 썼습니다.',
  'provider.rate': '제공 회사가 요청이 몰린다며 쉬라고 했습니다.',
  'provider.quota': '제공 회사의 사용 한도를 다 썼습니다.',
  'provider.payment': '제공 회사 계정에 잔액이 없습니다.',
};
const whyEn: Record<Exclude<RestReason, 'frozen'>, string> = {
  'own-day': 'My budget for today is spent.',
  'own-month': 'My budget for this month is spent.',
  'house-day': "Everyone's budget for today is spent.",
  'house-month': "Everyone's budget for this month is spent.",
  'provider.rate': 'The provider asked for a pause.',
  'provider.quota': "The provider's quota is used up.",
  'provider.payment': "The provider's account has no credit.",
};
/** How a master ends it before its time. */
const wayOutKo = (why: RestReason, name: string) =>
  why.startsWith('provider.')
    ? `그 전에 깨우려면 \`!해동 ${name}\``
    : why.startsWith('house-')
      ? '늘리려면 `!예산 전체 하루 10달러`'
      : `늘리려면 \`!예산 ${name} 하루 2달러\``;
const wayOutEn = (why: RestReason, name: string) =>
  why.startsWith('provider.')
    ? `To wake me earlier: \`!thaw ${name}\``
    : why.startsWith('house-')
      ? 'To raise it: `!budget all 10usd/day`'
      : `To raise it: \`!budget ${name} 2usd/day\``;

/** Until when an agent rests, behind what its provider said. */
export const restsUntil = phrase<[why: RestReason, until: string, name: string]>(
  (why, until, name) => `${until}까지 쉬고 스스로 돌아옵니다. ${wayOutKo(why, name)}`,
  (why, until, name) => `I rest until ${until} and come back by myself. ${wayOutEn(why, name)}`,
);

/** Why an agent rests and until when; in its own words, behind what happened. */
export const resting = phrase<[why: RestReason, until: string, name: string]>(
  (why, until, name) =>
    why === 'frozen' ? '전체가 동결되어 있습니다.' : `${whyKo[why]} ${restsUntil.ko(why, until, name)}`,
  (why, until, name) =>
    why === 'frozen' ? 'Everything is frozen.' : `${whyEn[why]} ${restsUntil.en(why, until, name)}`,
);

/** Said by the coordinator for those who have said it themselves before. */
export const restsNow = phrase<[resting: readonly { readonly name: string; readonly until: string }[]]>(
  (resting) =>
    `블랙아웃: ${resting.map(({ name, until }) => `${name} (${until}까지)`).join(', ')}. 메시지는 남아 있습니다. 예산은 \`!예산\``,
  (resting) =>
    `In blackout: ${resting.map(({ name, until }) => `${name} (until ${until})`).join(', ')}. Your message stays. See \`!budget\``,
);

export const allFrozen = phrase(
  () => '전체가 동결되어 아무도 답하지 않습니다. 메시지는 남아 있습니다. 풀려면 `!해동`',
  () => 'Everything is frozen and nobody answers. Your message stays. To go on: `!thaw`',
);

export const frozen = phrase(
  () =>
    '🧊 전체를 동결했습니다. AI를 부르지 않고, 하던 대답은 멈추고, 임무와 예약은 기다립니다. 글과 설정은 그대로입니다. 풀려면 `!해동`',
  () =>
    '🧊 Everything is frozen: no AI is called, running answers end, tasks and schedules wait. Nothing is lost. To go on: `!thaw`',
);
export const thawed = phrase(
  () => '동결을 풀었습니다. 다시 부르면 대답하고 임무와 예약도 이어집니다.',
  () => 'Thawed. Agents answer again; tasks and schedules go on.',
);
export const woken = phrase<[names: readonly string[]]>(
  (names) => `${names.join(', ')}: 회사가 정한 쉬는 시간을 끝냈습니다. 다시 부르면 대답합니다. 예산은 그대로입니다.`,
  (names) => `${names.join(', ')}: no longer resting for the provider; call again. Budgets are as they were.`,
);

/** Woken in vain: what keeps them silent is not their provider. */
export const stillResting = phrase<[names: readonly string[], frozen: boolean]>(
  (names, frozen) =>
    frozen
      ? `${names.join(', ')}: 전체가 동결되어 있어 아직 대답하지 않습니다. 풀려면 \`!해동\``
      : `${names.join(', ')}: 정해 주신 예산을 다 써서 아직 쉽니다. 보기 \`!예산\``,
  (names, frozen) =>
    frozen
      ? `${names.join(', ')}: everything is frozen, so there is no answer yet. To go on: \`!thaw\``
      : `${names.join(', ')}: still resting, the budget that you set is spent. See \`!budget\``,
);

export type Whose = { readonly name: string } | null;

/** 80 % of a limit. `whose` null: the whole house's. */
export const mostIsGone = phrase<[whose: Whose, period: 'day' | 'month', spent: string, limit: string]>(
  (whose, period, spent, limit) =>
    `💰 ${whose?.name ?? '전체'}의 ${period === 'day' ? '오늘' : '이번 달'} 예산을 80% 넘게 썼습니다: ${spent} / ${limit}. 다 쓰면 쉽니다. 보기 \`!예산\``,
  (whose, period, spent, limit) =>
    `💰 ${whose === null ? 'The house has' : `${whose.name} has`} spent over 80 % of the budget for ${period === 'day' ? 'today' : 'this month'}: ${spent} / ${limit}. At the limit it rests. See \`!budget\``,
);

export const budgetTable = {
  day: phrase(
    () => '오늘',
    () => 'Today',
  ),
  month: phrase(
    () => '이번 달',
    () => 'This month',
  ),
  all: phrase(
    () => '전체',
    () => 'Everyone',
  ),
  /** Who has neither spent nor a limit. */
  untouched: phrase<[names: readonly string[]]>(
    (names) => `${names.join(', ')} · 쓴 것도 한도도 없음`,
    (names) => `${names.join(', ')} · nothing spent, no limit`,
  ),
  blackout: phrase<[until: string]>(
    (until) => `블랙아웃, ${until}까지`,
    (until) => `blackout until ${until}`,
  ),
  unpriced: phrase<[models: readonly { readonly name: string; readonly model: string }[]]>(
    (models) =>
      `가격을 모르는 모델이라 아는 것 중 가장 비싼 값으로 셉니다: ${models.map(({ name, model }) => `${name} \`${model}\``).join(', ')}. 맞는 가격은 명단 파일의 \`prices\`에 적어 주세요.`,
    (models) =>
      `No price known, so it counts at the dearest that is: ${models.map(({ name, model }) => `${name} \`${model}\``).join(', ')}. The right one goes into \`prices\` of the roster file.`,
  ),
  how: phrase<[agent: string]>(
    (agent) => `정하기: \`!예산 ${agent} 하루 2달러\` · \`!예산 전체 한달 30달러\` · 없애기: \`!예산 ${agent} 끔\``,
    (agent) => `Set: \`!budget ${agent} 2usd/day\` · \`!budget all 30usd/month\` · remove: \`!budget ${agent} off\``,
  ),
  frozen: phrase(
    () => '🧊 전체 동결 중 (`!해동`)',
    () => '🧊 everything is frozen (`!thaw`)',
  ),
};

export const limitSet = phrase<[whose: Whose, period: 'day' | 'month', amount: string]>(
  (whose, period, amount) =>
    `**${whose?.name ?? '전체'}**: ${period === 'day' ? '하루' : '한 달'} ${amount}까지 씁니다. 다 쓰면 쉬었다가 스스로 돌아옵니다. 없애려면 \`!예산 ${whose?.name ?? '전체'} 끔\``,
  (whose, period, amount) =>
    `**${whose?.name ?? 'Everyone'}**: up to ${amount} a ${period}. At the limit it rests and comes back by itself. To remove: \`!budget ${whose?.name ?? 'all'} off\``,
);
export const limitsOff = phrase<[whose: Whose]>(
  (whose) => `**${whose?.name ?? '전체'}**: 예산 한도를 모두 없앴습니다. 쓴 만큼은 계속 셉니다.`,
  (whose) => `**${whose?.name ?? 'Everyone'}**: no limits any more. What is spent is still counted.`,
);

export type BudgetFault = 'nobody' | 'shape' | 'won' | 'size';
const faultKo: Record<BudgetFault, (word: string, agent: string) => string> = {
  nobody: (word) => `\`${word}\`: 그런 에이전트는 없습니다. 모두의 예산은 \`!예산 전체 하루 5달러\`.`,
  shape: (word, agent) =>
    `\`${word}\`: 예산으로 읽지 못했습니다. \`!예산 ${agent} 하루 2달러\`나 \`!예산 ${agent} 하루 10만토큰\`처럼 보내 주세요.`,
  won: () =>
    'AI 회사들은 달러로 받으므로 예산도 달러로 정합니다(환율이 바뀌어도 그대로입니다). `!예산 전체 한달 20달러`처럼 보내 주세요.',
  size: (word) => `\`${word}\`: 너무 크거나 작은 금액입니다.`,
};
const faultEn: Record<BudgetFault, (word: string, agent: string) => string> = {
  nobody: (word) => `There is no agent called \`${word}\`. For everyone: \`!budget all 5usd/day\`.`,
  shape: (word, agent) =>
    `\`${word}\` could not be read as a budget. Send \`!budget ${agent} 2usd/day\` or \`!budget ${agent} 100ktok/day\`.`,
  won: () => 'Providers charge in dollars, so budgets are in dollars too, such as `!budget all 20usd/month`.',
  size: (word) => `\`${word}\` is too large or too small.`,
};
export const notBudget = phrase<[why: BudgetFault, word: string, agent: string]>(
  (why, word, agent) => `${faultKo[why](word.replaceAll('`', ''), agent)} 바뀐 것은 없습니다.`,
  (why, word, agent) => `${faultEn[why](word.replaceAll('`', ''), agent)} Nothing was changed.`,
);
