import type { Risk } from '../../protocol/command.ts';
import type { CountedBy } from '../../protocol/tasks/voting.ts';
import { phrase, type Phrase } from '../say.ts';

/** The single words of which everything said about tasks is made. */

export type TaskPhase =
  | 'triage'
  | 'proposing'
  | 'critique'
  | 'voting'
  | 'asking'
  | 'executing'
  | 'verifying'
  | 'diagnosing'
  | 'reporting'
  | 'done'
  | 'partial'
  | 'rehearsed'
  | 'failed'
  | 'cancelled';

const word = (ko: string, en: string): Phrase =>
  phrase(
    () => ko,
    () => en,
  );

export const phaseWord: Readonly<Record<TaskPhase, Phrase>> = {
  triage: word('할 일 파악', 'understanding the task'),
  proposing: word('계획 제안', 'proposing plans'),
  critique: word('서로 검토', 'criticising the plans'),
  voting: word('투표', 'voting'),
  asking: word('마스터의 답을 기다림', 'waiting for you'),
  executing: word('실행', 'carrying it out'),
  verifying: word('결과 확인', 'checking the result'),
  diagnosing: word('실패 원인 찾기', 'finding what failed'),
  reporting: word('보고서 정리', 'writing the report'),
  done: word('끝', 'done'),
  partial: word('일부만 끝', 'partly done'),
  rehearsed: word('연습만 함', 'only rehearsed'),
  failed: word('실패', 'failed'),
  cancelled: word('취소됨', 'cancelled'),
};

export const PHASE_MARK: Readonly<Record<TaskPhase, string>> = {
  triage: '🔎',
  proposing: '💡',
  critique: '🧐',
  voting: '🗳️',
  asking: '❓',
  executing: '⚙️',
  verifying: '🔬',
  diagnosing: '🩺',
  reporting: '📝',
  done: '✅',
  partial: '🟡',
  rehearsed: '🟡',
  failed: '❌',
  cancelled: '🚫',
};

export const riskWord: Readonly<Record<Risk, Phrase>> = {
  read: word('읽기만', 'reads only'),
  write: word('작업 폴더에 씀', 'writes to the workspace'),
  page: word('웹 페이지를 읽음', 'reads a web page'),
  mailbox: word('편지함을 읽음', 'reads the mailbox'),
  host: word('서버 폴더를 바꿈', 'changes a server folder'),
  network: word('인터넷 접속', 'goes to the network'),
  tool: word('주인님 도구를 씀', 'uses a tool of yours'),
  mail: word('메일을 보냄', 'sends mail'),
};
export const RISK_MARK: Readonly<Record<Risk, string>> = {
  read: '👀',
  write: '✏️',
  page: '📰',
  mailbox: '📬',
  host: '⚠️',
  network: '🌐',
  tool: '🧰',
  mail: '📧',
};

export type WorkKind = 'write' | 'analyse' | 'research';
export const workWord: Readonly<Record<WorkKind, Phrase>> = {
  write: word('글쓰기', 'writing'),
  analyse: word('분석', 'analysis'),
  research: word('조사', 'research'),
};
export const agentWork: Phrase = word('에이전트가 할 일', 'work of agents');

/** How a step of a plan stands; commands and agents' work alike. */
export type StepWord = 'waiting' | 'sent' | 'asked' | 'running' | 'done' | 'failed' | 'refused' | 'stopped' | 'unknown';
export const stepWord: Readonly<Record<StepWord, Phrase>> = {
  waiting: word('차례를 기다림', 'waiting'),
  sent: word('실행자에게 보냄', 'sent'),
  asked: word('허락을 기다림', 'waiting for approval'),
  running: word('실행 중', 'running'),
  done: word('끝', 'done'),
  failed: word('실패', 'failed'),
  refused: word('거절됨', 'refused'),
  stopped: word('멈춤', 'stopped'),
  unknown: word('결과를 모름', 'end unknown'),
};
export const STEP_MARK: Readonly<Record<StepWord, string>> = {
  waiting: '▫️',
  sent: '⏳',
  asked: '✋',
  running: '⏳',
  done: '✅',
  failed: '❌',
  refused: '⊘',
  stopped: '■',
  unknown: '❔',
};

/** By what a vote was settled. */
export const countedByWord: Readonly<Record<CountedBy, Phrase>> = {
  majority: word('과반', 'by majority'),
  'run-off': word('결선 집계', 'by run-off'),
  borda: word('동률이라 순위 점수로', 'tied; by the points of all rankings'),
  risk: word('동률이라 덜 위험한 쪽으로', 'tied; the lower risk'),
  commands: word('동률이라 명령이 적은 쪽으로', 'tied; fewer commands'),
  hash: word('완전한 동률이라 계획의 고유값 순서로', "tied in everything; by the plans' hashes"),
};

/** How long, rounded to what one says; from milliseconds. */
export const duration = phrase<[ms: number]>(
  (ms) =>
    ms < 60_000
      ? `${seconds(ms)}초`
      : ms < 3_600_000
        ? `${minutes(ms)}분`
        : ms < 172_800_000
          ? `${hours(ms)}시간${rest(ms, '분')}`
          : `${Math.floor(ms / 86_400_000)}일`,
  (ms) =>
    ms < 60_000
      ? `${seconds(ms)} s`
      : ms < 3_600_000
        ? `${minutes(ms)} min`
        : ms < 172_800_000
          ? `${hours(ms)} h${rest(ms, ' min')}`
          : `${Math.floor(ms / 86_400_000)} d`,
);
const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1_000));
const minutes = (ms: number): number => Math.floor(ms / 60_000);
const hours = (ms: number): number => Math.floor(ms / 3_600_000);
const rest = (ms: number, unit: string): string => (minutes(ms) % 60 === 0 ? '' : ` ${minutes(ms) % 60}${unit}`);

/** What was spent, from micro-dollars and tokens; where no price is known only the tokens. */
export const spent = phrase<[microUsd: number, tokens: number]>(
  (microUsd, tokens) => [...dollars(microUsd), `토큰 ${inTenThousands(tokens)}`].join(' · '),
  (microUsd, tokens) => [...dollars(microUsd), `${thousands(tokens)} tokens`].join(' · '),
);
const dollars = (microUsd: number): string[] =>
  microUsd === 0 ? [] : [microUsd < 10_000 ? '< $0.01' : `$${(microUsd / 1_000_000).toFixed(2)}`];
const thousands = (count: number): string =>
  count < 1_000
    ? String(count)
    : count < 1_000_000
      ? `${(count / 1_000).toFixed(1)}k`
      : `${(count / 1_000_000).toFixed(1)}M`;

/** As Koreans say large numbers: 1.2만, 340만. */
const inTenThousands = (count: number): string =>
  count < 10_000
    ? count.toLocaleString('ko-KR')
    : count < 1_000_000
      ? `${(count / 10_000).toFixed(1).replace('.0', '')}만`
      : `${Math.round(count / 10_000).toLocaleString('ko-KR')}만`;

/** Of a file. */
export const size = (bytes: number): string =>
  bytes < 1_024
    ? `${bytes} B`
    : bytes < 1_048_576
      ? `${(bytes / 1_024).toFixed(1)} KB`
      : `${(bytes / 1_048_576).toFixed(1)} MB`;
