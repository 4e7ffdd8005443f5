import type { Judgement } from '../../protocol/judging/judgement.ts';
import { phrase } from '../say.ts';

/** A pair's ballots: nobody was asked for one, each has planned it. */
export const bothPlannedTheSame = phrase(
  () => '두 에이전트가 같은 계획을 냄',
  () => 'both planned the same',
);

/** To the whole thread: who is asked first, and what becomes of the others. */
export const pairCalled = phrase<[names: string]>(
  (names) => `먼저 ${names}에게만 계획을 받습니다. 두 계획이 같으면 바로 진행하고, 다르면 모두에게 묻습니다.`,
  (names) => `${names} are asked first. If both plan the same it goes ahead; if not, everybody is asked.`,
);

export const pairAgreed = phrase<[names: string]>(
  (names) => `${names}의 계획이 같고 위험하지 않아서, 다른 에이전트에게는 묻지 않고 진행합니다.`,
  (names) => `${names} planned the same, and nothing risky: it goes ahead without asking the others.`,
);

/** Under the ballots: why some are missing. */
export const settledEarly = phrase<[missing: number]>(
  (missing) => `이미 결과가 정해져서 남은 ${missing}표는 기다리지 않았습니다.`,
  (missing) =>
    `Decided already: the ${missing === 1 ? 'last ballot was' : `last ${missing} ballots were`} not waited for.`,
);

/** On the card while the poll waits for the owner, in tens of seconds. */
export const pollWaits = phrase<[seconds: number]>(
  (seconds) => `👉 투표가 ${seconds}초쯤 더 열려 있습니다. 한 표 누르시거나 \`!선택 A\`로 정해 주세요`,
  (seconds) => `👉 The poll stays open for about ${seconds} s more: tap a plan, or decide with \`!choose A\``,
);

const onOff = { ko: (is: boolean) => (is ? '켬' : '끔'), en: (is: boolean) => (is ? 'on' : 'off') };

/** What `!judge` says. */
export const judgementNow = phrase<[now: Judgement, changed: boolean]>(
  ({ ownerSeconds, earlyStop, fastPath }, changed) =>
    [
      `⚖️ **표결**${changed ? ' · 바꿨습니다' : ''}`,
      `- 마스터의 한 표: ${ownerSeconds === 0 ? '기다리지 않음' : `방을 보고 계시면 ${ownerSeconds}초까지 기다림`}`,
      `- 일찍 마감: ${onOff.ko(earlyStop)} (결과가 정해지면 남은 표를 기다리지 않음)`,
      `- 둘 먼저: ${onOff.ko(fastPath)} (회사가 다른 둘의 계획이 같고 안전하면 나머지에게 묻지 않음)`,
      '',
      '바꾸기: `!표결 90초` · `!표결 시간 끄기` · `!표결 일찍마감 끄기` · `!표결 둘먼저 켜기`',
    ].join('\n'),
  ({ ownerSeconds, earlyStop, fastPath }, changed) =>
    [
      `⚖️ **Votes on plans**${changed ? ' · changed' : ''}`,
      `- Your vote: ${ownerSeconds === 0 ? 'not waited for' : `waited for up to ${ownerSeconds} s while you are here`}`,
      `- Early end: ${onOff.en(earlyStop)} (once nothing can change the outcome)`,
      `- Two first: ${onOff.en(fastPath)} (two of different providers who plan the same, harmless thing are enough)`,
      '',
      'To change: `!judge 90s` · `!judge time off` · `!judge early off` · `!judge pair on`',
    ].join('\n'),
);

export const notJudgement = phrase<[minutes: number]>(
  (minutes) =>
    `무엇을 바꿀지 알 수 없습니다. 바뀐 것은 없습니다. \`!표결\`로 보고, \`!표결 90초\`(${minutes}분까지)나 \`!표결 둘먼저 켜기\`처럼 써 주세요.`,
  (minutes) =>
    `I cannot tell what to change; nothing was changed. \`!judge\` shows it; write \`!judge 90s\` (up to ${minutes} minutes) or \`!judge pair on\`.`,
);
