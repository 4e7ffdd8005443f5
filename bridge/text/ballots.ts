import type { Lang } from '../protocol/ids.ts';
import { withParticle } from './particle.ts';
import { phrase } from './say.ts';

/** What is said of votes in a chat. Words of people and models come here as plain words. */

export const yesOrNo: Readonly<Record<Lang, readonly [string, string]>> = {
  ko: ['찬성', '반대'],
  en: ['For', 'Against'],
};

export const abstention = phrase(
  () => '기권',
  () => 'abstain',
);

/** The keys to tap, in the order in which the options were put. */
export const OPTION_KEYS = ['1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣', '6️⃣', '7️⃣', '8️⃣', '9️⃣', '🔟'] as const;

export interface BallotView {
  readonly question: string;
  readonly outcome:
    | { readonly kind: 'won'; readonly text: string; readonly votes: number; readonly majority: boolean }
    | { readonly kind: 'tied'; readonly texts: readonly string[]; readonly votes: number }
    | { readonly kind: 'none' };
  readonly counted: number;
  /** Most votes first; `key` where it can be tapped. */
  readonly options: readonly { readonly key: string; readonly text: string; readonly votes: number }[];
  /** null: an abstention. */
  readonly voters: readonly { readonly name: string; readonly choice: string | null; readonly reason: string }[];
  readonly masters: readonly { readonly name: string; readonly choice: string }[];
  readonly absent: readonly { readonly name: string; readonly why: AbsentWhy }[];
  /** It is about whose opinion is best. */
  readonly opinions: boolean;
  /** Names without reasons. */
  readonly brief: boolean;
  /** The stand-in has voted. */
  readonly rehearsal: boolean;
  readonly ownerTitle: string;
}

type AbsentWhy = 'resting' | 'late' | 'fault' | 'spoilt' | 'by-hand' | 'gone';

const whyKo: Readonly<Record<AbsentWhy, string>> = {
  resting: '쉬는 중',
  late: '제때 답하지 못함',
  fault: '연결되지 않음',
  spoilt: '표를 알아볼 수 없음',
  'by-hand': '웹 채팅이라 묻지 않음',
  gone: '자리에 없음',
};
const whyEn: Readonly<Record<AbsentWhy, string>> = {
  resting: 'resting',
  late: 'did not answer in time',
  fault: 'could not be reached',
  spoilt: 'the vote could not be read',
  'by-hand': 'answers by web chat, was not asked',
  gone: 'not here',
};

const outcomeKo = ({ outcome, counted, opinions, ownerTitle }: BallotView): string => {
  switch (outcome.kind) {
    case 'none':
      return '아무도 고르지 못했습니다.';
    case 'tied':
      return `동점입니다: ${outcome.texts.map((text) => `**${text}**`).join(' · ')} (각 ${outcome.votes}표)\n${ownerTitle}의 한 표로 정해집니다.`;
    case 'won': {
      const score = `${counted}표 중 ${outcome.votes}표`;
      if (opinions) return `**${outcome.text}** 의견이 가장 좋다고 합니다 (${score})`;
      return outcome.majority
        ? `${withParticle(`**${outcome.text}**`, '으로', '로')} 정해졌습니다 (${score})`
        : `${withParticle(`**${outcome.text}**`, '이', '가')} 가장 많습니다 (${score}, 과반은 아닙니다)`;
    }
  }
};

const outcomeEn = ({ outcome, counted, opinions, ownerTitle }: BallotView): string => {
  switch (outcome.kind) {
    case 'none':
      return 'Nobody could choose.';
    case 'tied':
      return `A tie: ${outcome.texts.map((text) => `**${text}**`).join(' · ')} (${outcome.votes} each)\n${ownerTitle}, your vote decides.`;
    case 'won': {
      const score = `${outcome.votes} of ${counted} votes`;
      if (opinions) return `**${outcome.text}** has the best opinion (${score})`;
      return outcome.majority
        ? `**${outcome.text}** it is (${score})`
        : `**${outcome.text}** has most votes (${score}, less than half)`;
    }
  }
};

const lines = (view: BallotView, lang: Lang): string => {
  const ko = lang === 'ko';
  const { brief, options } = view;
  const votes = (count: number) => (ko ? `${count}표` : String(count));
  const scores = options.map(({ key, text, votes: count }) => `${key} ${text} ${votes(count)}`.trim());
  const about = view.question === '' ? [] : [ko ? `안건: ${view.question}` : `On: ${view.question}`];
  const voters = view.voters.map(({ name, choice, reason }) => {
    const why = brief || reason === '' ? '' : ` · ${reason}`;
    return `- ${name}: ${choice ?? abstention[lang]()}${why}`;
  });
  const masters = view.masters.map(({ name, choice }) => `- **${name}: ${choice}**`);
  const absent = view.absent.map(({ name, why }) => `- ${name}: ${ko ? whyKo[why] : whyEn[why]}`);
  const foot = [
    ...(view.masters.length === 0 && options.length > 0
      ? [
          ko
            ? `${withParticle(view.ownerTitle, '도', '도')} 숫자를 누르거나 답장으로 한 표 주시면 다시 셉니다.`
            : `${view.ownerTitle}: tap a number or reply with your choice, and I count again.`,
        ]
      : []),
    ...(view.rehearsal
      ? [
          ko
            ? '[연습] 연습용 모형이 던진 표라 뜻은 없습니다.'
            : '[rehearsal] Votes of the stand-in, which mean nothing.',
        ]
      : []),
  ];
  return [
    `🗳️ ${ko ? outcomeKo(view) : outcomeEn(view)}`,
    ...about,
    ...(scores.length === 0 ? [] : [scores.join(' · ')]),
    '',
    ...masters,
    ...voters,
    ...absent,
    ...(foot.length === 0 ? [] : ['', ...foot]),
  ].join('\n');
};

/** One message: what was decided, the votes, and each one's reason in half a line. */
export const ballotShown = phrase<[view: BallotView]>(
  (view) => lines(view, 'ko'),
  (view) => lines(view, 'en'),
);

/** To a master's vote that was given in words. */
export const voteCounted = phrase<[choice: string, outcome: string]>(
  (choice, outcome) => `**${choice}** 한 표를 더해 다시 세었습니다. ${outcome}`,
  (choice, outcome) => `Counted again with your vote for **${choice}**. ${outcome}`,
);
export const outcomeShort = phrase<[view: BallotView]>(outcomeKo, outcomeEn);

export const noOptions = phrase<[example: string]>(
  (example) => `무엇 중에서 고를지 함께 보내 주세요. 예: \`${example}\``,
  (example) => `Say between what, too, for example \`${example}\`.`,
);
export const tooManyOptions = phrase<[most: number]>(
  (most) => `보기는 ${most}개까지 됩니다. 줄여서 다시 보내 주세요. 투표는 시작하지 않았습니다.`,
  (most) => `At most ${most} options. Send fewer; no vote was begun.`,
);
export const nobodyVotes = phrase(
  () => '지금 투표할 수 있는 에이전트가 없습니다.',
  () => 'No agent can vote at the moment.',
);
