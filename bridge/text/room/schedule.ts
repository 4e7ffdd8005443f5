import type { ScheduleFault } from '../../protocol/orders/schedule-order.ts';
import { listEntry } from '../list-entry.ts';
import { withParticle } from '../particle.ts';
import { phrase, type Phrase } from '../say.ts';
import { spent } from '../tasks/task-words.ts';

/** What is said of schedules and of the standing cycle. Times are the owner's, as `clockTime` writes them. */

export const scheduled = phrase<
  [
    of: {
      readonly id: string;
      readonly next: string;
      readonly when: string;
      readonly mission: string;
      readonly skips: boolean;
    },
  ]
>(
  ({ id, next, when, mission, skips }) =>
    `⏰ 예약했습니다 (\`${id}\`): ${mission}\n다음 실행: **${next}** · ${when}${skips ? ' · 놓치면 건너뜁니다' : ''}\n지금 해 보기 \`!지금실행 ${id}\` · 취소 \`!예약취소 ${id}\``,
  ({ id, next, when, mission, skips }) =>
    `⏰ Scheduled (\`${id}\`): ${mission}\nNext run: **${next}** · ${when}${skips ? ' · a missed run is skipped' : ''}\nTry it now \`!run-now ${id}\` · cancel \`!unschedule ${id}\``,
);

export const scheduledOnce = phrase<
  [of: { readonly id: string; readonly when: string; readonly mission: string; readonly skips: boolean }]
>(
  ({ id, when, mission, skips }) =>
    `⏰ 예약했습니다 (\`${id}\`): ${mission}\n**${when}, 한 번만**${skips ? ' · 놓치면 건너뜁니다' : ''}\n지금 해 보기 \`!지금실행 ${id}\` · 취소 \`!예약취소 ${id}\``,
  ({ id, when, mission, skips }) =>
    `⏰ Scheduled (\`${id}\`): ${mission}\n**${when}, once only**${skips ? ' · skipped if missed' : ''}\nTry it now \`!run-now ${id}\` · cancel \`!unschedule ${id}\``,
);

const faults: Record<ScheduleFault | 'cron', Phrase> = {
  empty: phrase(
    () => '언제 무엇을 할지 적어 주세요.',
    () => 'Say when and what.',
  ),
  when: phrase(
    () => '언제인지 읽지 못했습니다.',
    () => 'I could not read when.',
  ),
  hour: phrase(
    () => '몇 시인지도 적어 주세요.',
    () => 'Say at what hour, too.',
  ),
  past: phrase(
    () => '이미 지난 때입니다.',
    () => 'That time is past.',
  ),
  'too-far': phrase(
    () => '1년 안의 때만 예약할 수 있습니다.',
    () => 'A schedule lies within a year from now.',
  ),
  'no-such-day': phrase(
    () => '달력에 없는 날입니다.',
    () => 'There is no such day in the calendar.',
  ),
  cron: phrase(
    () => '그런 때는 오지 않습니다.',
    () => 'That time never comes.',
  ),
  interval: phrase(
    () => '간격은 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30분이나 1, 2, 3, 4, 6, 8, 12시간으로 정해 주세요.',
    () => 'An interval is 1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 minutes, or 1, 2, 3, 4, 6, 8 or 12 hours.',
  ),
  'no-mission': phrase(
    () => '무엇을 할지도 적어 주세요.',
    () => 'Say what is to be done, too.',
  ),
  'too-long': phrase(
    () => '임무가 너무 깁니다(4,000자까지).',
    () => 'The mission is too long (4,000 characters at most).',
  ),
  'unknown-option': phrase(
    () => '옵션은 `--건너뛰기`와 `--한번`뿐입니다.',
    () => 'The options are `--skip` and `--once`.',
  ),
};
export const notSchedule = phrase<[why: ScheduleFault | 'cron']>(
  (why) =>
    `${faults[why].ko()} 예: \`!예약 내일 아침 7시에 날씨 알려 줘\`, \`!예약 30분 뒤에 빨래 알려 줘\`, \`!예약 매주 월요일 9시에 할 일 정리\`, \`!예약 15분마다 서버 살피기\`. 예약한 것은 없습니다.`,
  (why) =>
    `${faults[why].en()} For example \`!schedule tomorrow at 7 tell me the weather\`, \`!schedule in 30 minutes remind me of the laundry\`, \`!schedule every monday at 9 plan the week\`, \`!schedule every 15 minutes look at the server\`. Nothing was scheduled.`,
);
export const scheduleElsewhere = phrase<[hq: string]>(
  (hq) => `예약은 ${hq} 방에서만 됩니다. 예약한 것은 없습니다.`,
  (hq) => `Schedules are made in ${hq} only. Nothing was scheduled.`,
);

export interface ScheduleLine {
  readonly id: string;
  readonly kind: 'schedule' | 'cycle' | 'digest';
  /** How often, in words; null for once. */
  readonly when: string | null;
  readonly mission: string;
  readonly next: string;
}
const kindKo = { schedule: '', cycle: '🔄 순환', digest: '🔄 하루 요약' };
const kindEn = { schedule: '', cycle: '🔄 the cycle', digest: '🔄 daily digest' };
export const scheduleList = phrase<[lines: readonly ScheduleLine[], frozen: boolean]>(
  (lines, frozen) =>
    lines.length === 0
      ? '예약이 없습니다. 예: `!예약 매일 아침 7시에 날씨 알려 줘`'
      : `${lines.map(({ id, kind, mission, when, next }) => listEntry(`**${next}** · ${when ?? '한 번만'} · \`${id}\``, kindKo[kind] || mission)).join('\n')}${frozen ? '\n🧊 동결 중이라 모두 기다립니다 (`!해동`)' : ''}`,
  (lines, frozen) =>
    lines.length === 0
      ? 'Nothing is scheduled. For example `!schedule every day at 7 tell me the weather`'
      : `${lines.map(({ id, kind, mission, when, next }) => listEntry(`**${next}** · ${when ?? 'once'} · \`${id}\``, kindEn[kind] || mission)).join('\n')}${frozen ? '\n🧊 Frozen: all of them wait (`!thaw`)' : ''}`,
);
export const noSuchSchedule = phrase<[word: string]>(
  (word) => `\`${word.replaceAll('`', '')}\` 예약은 없습니다. 목록은 \`!예약목록\``,
  (word) => `There is no schedule \`${word.replaceAll('`', '')}\`. See \`!schedules\``,
);
export const whichSchedule = phrase<[one: string, another: string]>(
  (one, another) =>
    `그 글자로 시작하는 예약이 둘입니다. \`${one}\`, \`${another}\` 중 어느 것인지 끝까지 적어 주세요. 실행한 것은 없습니다.`,
  (one, another) =>
    `Two schedules begin so: \`${one}\` and \`${another}\`. Write the whole of the one that you mean. Nothing was run.`,
);
export const unscheduled = phrase<[id: string, what: string]>(
  (id, what) => `\`${id}\` 예약을 취소했습니다: ${what}. 하던 실행이 있으면 그것도 멈춥니다.`,
  (id, what) => `Schedule \`${id}\` is cancelled: ${what}. A run that has begun ends too.`,
);

/** The head of a run, under which its thread hangs. */
export const runBegins = phrase<[id: string, mission: string, how: 'on-time' | 'late' | 'now']>(
  (id, mission, how) =>
    `⏰ 예약 실행 \`${id}\`${how === 'late' ? ' (놓친 것을 한 번)' : how === 'now' ? ' (지금 실행)' : ''}: ${mission}`,
  (id, mission, how) =>
    `⏰ Scheduled run \`${id}\`${how === 'late' ? ' (missed, once)' : how === 'now' ? ' (run now)' : ''}: ${mission}`,
);
export const runOverlaps = phrase<[id: string, what: string]>(
  (id, what) => `⏰ \`${id}\` (${what}): 지난번 실행이 아직 끝나지 않아 이번은 건너뜁니다.`,
  (id, what) => `⏰ \`${id}\` (${what}): the last run is still going on, so this one is skipped.`,
);
/** Of a schedule that comes but once, and not afterwards. */
export const runMissed = phrase<[id: string, what: string]>(
  (id, what) => `⏰ \`${id}\` (${what}): 꺼져 있거나 멈춰 있던 사이 때가 지나 건너뜁니다. 예약은 끝났습니다.`,
  (id, what) =>
    `⏰ \`${id}\` (${what}): its time passed while nothing could run, so it is skipped. It was scheduled once only.`,
);
export const orderIsGone = phrase<[id: string]>(
  (id) =>
    `⏰ \`${id}\`: 예약한 메시지가 지워졌거나 고쳐져 더는 실행하지 않습니다. 필요하면 \`!예약\`으로 다시 보내 주세요.`,
  (id) =>
    `⏰ \`${id}\`: the message that ordered it was removed or edited, so it runs no more. Send \`!schedule\` again if you need it.`,
);

export const cycleWord = phrase(
  () => '순환',
  () => 'the cycle',
);
/** Who does what in a round of the cycle. */
export interface RoundNames {
  readonly sense: string;
  readonly analyse: string;
  readonly plan: string;
  readonly carryOut: string;
  /** Who runs what was ordered. */
  readonly executor: string;
  /** How the owner is addressed. */
  readonly owner: string;
}

export const cycleOn = phrase<[next: string, names: RoundNames]>(
  (next, { sense, analyse, plan, carryOut, executor }) =>
    `🔄 순환을 켰습니다. 감지(${sense}) → 분석(${analyse}) → 계획(${plan}) → 실행(${carryOut}, ${executor}) → 보고. 다음 차례: **${next}**. 묻는 것은 기다리고 다음 차례를 막지 않습니다. 끄기 \`!순환 끄기\` · 하루 요약 \`!순환 요약 21\``,
  (next) =>
    `🔄 The cycle is on: sense → analyse → plan → carry out → report. Next round: **${next}**. What asks waits for you and never blocks the next round. Off: \`!cycle off\` · daily digest: \`!cycle digest 21\``,
);
/** What it may cost; null: stand-ins alone, which cost nothing. */
export const cycleCosts = phrase<
  [
    cost: {
      readonly rounds: number;
      readonly calls: number;
      readonly tokens: number;
      readonly usd: number;
      readonly measured: boolean;
    } | null,
  ]
>(
  (cost) =>
    cost === null
      ? '💰 지금은 연습용 에이전트뿐이라 돈이 들지 않습니다.'
      : `💰 하루 최대 ${cost.rounds.toLocaleString('ko-KR')}번 돌고, 한 번에 모델을 ${cost.calls}번쯤 부릅니다. 하루 최대 약 **${spent.ko(cost.usd, cost.tokens)}** (${cost.measured ? '지난 차례들로 셈' : '어림셈'}). 줄이려면 \`!순환 켜기 1시간\`, 한도를 두려면 \`!예산 전체 하루 5달러\``,
  (cost) =>
    cost === null
      ? '💰 Only stand-ins at present: it costs nothing.'
      : `💰 At most ${cost.rounds.toLocaleString('en-US')} rounds a day, about ${cost.calls} model calls each: up to about **${spent.en(cost.usd, cost.tokens)}** a day (${cost.measured ? 'by the last rounds' : 'a guess'}). For less: \`!cycle on 1h\`; for a limit: \`!budget all day $5\``,
);
export const cycleOff = phrase(
  () => '🔄 순환을 껐습니다. 하던 차례도 멈춥니다.',
  () => '🔄 The cycle is off. A round that has begun ends too.',
);
export const cycleIsOff = phrase(
  () => '순환은 꺼져 있습니다. 켜기: `!순환 켜기 15분`',
  () => 'The cycle is off. To begin: `!cycle on 15m`',
);
export const digestSet = phrase<[hour: number | null, next: string]>(
  (hour, next) =>
    hour === null ? '하루 요약을 껐습니다.' : `하루 요약을 매일 ${hour}시에 올립니다. 다음: **${next}**`,
  (hour, next) =>
    hour === null ? 'No daily digest any more.' : `The daily digest comes at ${hour}:00. Next: **${next}**`,
);
export const notCycle = phrase<[why: 'interval' | 'shape']>(
  (why) =>
    `${why === 'interval' ? `${faults.interval.ko()} ` : ''}\`!순환 켜기 15분\`, \`!순환 끄기\`, \`!순환 요약 21\` 중 하나로 보내 주세요. 바뀐 것은 없습니다.`,
  (why) =>
    `${why === 'interval' ? `${faults.interval.en()} ` : ''}Send \`!cycle on 15m\`, \`!cycle off\` or \`!cycle digest 21\`. Nothing was changed.`,
);

export const dayHead = phrase<[day: string]>(
  (day) => `🔄 **${day}의 순환**: 차례마다 이 스레드에 적습니다.`,
  (day) => `🔄 **The cycle on ${day}**: every round is noted in this thread.`,
);
export const roundHead = phrase<[no: number, time: string]>(
  (no, time) => `🔄 순환 ${no}번째 차례 (${time})`,
  (no, time) => `🔄 Round ${no} of the cycle (${time})`,
);
export const roundBegun = phrase<[no: number, task: number, link: string]>(
  (no, task, link) => `${no}번째 차례를 시작했습니다: [#${task}](${link})`,
  (no, task, link) => `Round ${no} has begun: [#${task}](${link})`,
);
export const roundEnded = phrase<[no: number, task: number, mark: string, outcome: string]>(
  (no, task, mark, outcome) => `${mark} ${no}번째 차례 (#${task}): ${outcome}`,
  (no, task, mark, outcome) => `${mark} Round ${no} (#${task}): ${outcome}`,
);
export const digest = phrase<[lines: readonly string[], open: number, owner: string]>(
  (lines, open, owner) =>
    `🔄 **하루 요약**\n${lines.length === 0 ? '끝난 차례가 없습니다.' : lines.map((line) => `- ${line}`).join('\n')}${open === 0 ? '' : `\n아직 하는 중이거나 ${withParticle(owner, '을', '를')} 기다리는 차례: ${open}개 (\`!상태\`)`}`,
  (lines, open) =>
    `🔄 **Daily digest**\n${lines.length === 0 ? 'No round has ended.' : lines.map((line) => `- ${line}`).join('\n')}${open === 0 ? '' : `\nGoing on or waiting for you: ${open} (\`!status\`)`}`,
);

/** What a round's agents are told; `recent` is what was said in the room lately. */
export const roundMission = phrase<[names: RoundNames, recent: string]>(
  ({ sense, analyse, plan, carryOut, executor, owner }, recent) =>
    [
      '주인의 정기 순환입니다. 아래 최근 이야기에서 지금 도움이 될 일 하나를 찾아 작게 끝내 주세요.',
      `1. 감지(${sense}): 새로 생긴 일, 기회, 문제를 찾습니다. 2. 분석(${analyse}): 무엇이 왜 중요한지 따집니다. 3. 계획(${plan}): 한 번에 끝낼 작은 순서를 짭니다. 4. 실행(${carryOut}, ${executor}): 묻지 않아도 되는 것을 합니다. 5. 보고: 한 일, 보류한 일, ${withParticle(owner, '이', '가')} 정할 일을 짧게 적습니다.`,
      '할 일이 없으면 그렇다고만 보고합니다. 앞 차례가 이미 한 일은 되풀이하지 않습니다.',
      `최근 이야기:\n${recent}`,
    ].join('\n'),
  ({ sense, analyse, plan, carryOut, executor, owner }, recent) =>
    [
      "The owner's standing cycle. From the recent matters below find one thing that would help now, and finish it in small.",
      `1. Sense (${sense}): what is new, a chance or a problem. 2. Analyse (${analyse}): what matters and why. 3. Plan (${plan}): a small order of steps for one go. 4. Carry out (${carryOut}, ${executor}): what needs no permission. 5. Report: what was done, what is on hold, what ${owner} has to decide; briefly.`,
      'If there is nothing to do, report just that. Do not repeat what an earlier round has done.',
      `Recent matters:\n${recent}`,
    ].join('\n'),
);
export const nothingRecent = phrase(
  () => '(최근에 나온 말이 없습니다)',
  () => '(nothing was said lately)',
);
