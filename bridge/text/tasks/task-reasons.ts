import type { FaultCode } from '../../protocol/fault.ts';
import { faultBrief } from '../faults.ts';
import { withParticle } from '../particle.ts';
import { phrase, type Phrase } from '../say.ts';

/** Why something in a task went as it did: how it ended, who sat out, what was wrong with a plan. No code is ever shown. */

const word = (ko: string, en: string): Phrase =>
  phrase(
    () => ko,
    () => en,
  );

export type TaskEnding =
  | 'done'
  | 'sample'
  | 'rehearsed'
  | 'no-means'
  | 'no-agents'
  | 'no-plan'
  | 'no-quorum'
  | 'no-winner'
  | 'skipped-no-plan'
  | 'skipped-no-quorum'
  | 'skipped-no-winner'
  | 'skipped-unknown-command'
  | 'plan-unfit'
  | 'asks-for-more'
  | 'command-failed'
  | 'command-refused'
  | 'command-stopped'
  | 'unknown-command'
  | 'work-failed'
  | 'not-verified'
  | 'unverified'
  | 'not-said'
  | 'deadline'
  | 'cancelled';

/** What happened, what was kept, what to do. */
export const taskEnding: Readonly<Record<TaskEnding, Phrase>> = {
  done: word('계획대로 했고 결과도 확인했습니다.', 'Carried out as planned, and the result was checked.'),
  sample: word(
    '연습용 견본을 진짜 파일로 만들고 확인했습니다. 미리 준비된 것이라 자세한 주문은 들어 있지 않습니다.',
    'A sample was really made as a file, and checked. It is known by heart: special wishes are not in it.',
  ),
  rehearsed: word(
    '연습이라 흐름만 보여 드렸고, 이 임무는 아직 하지 않았습니다. 진짜로 하려면 서버에서 `npm start -- keys`로 열쇠를 넣고 `!재시도`를 보내 주세요.',
    'A rehearsal: it showed how such a task goes, and did not do it. For the real thing, enter a key with `npm start -- keys` on the server, then send `!retry`.',
  ),
  'no-means': word(
    '여기서 할 수 있는 것만 했고 결과를 확인했습니다. 나머지는 수단이 없어 하지 않았습니다.',
    'What can be done here was done and checked. For the rest there is no means here, so it was not done.',
  ),
  'no-agents': word(
    '지금 일할 수 있는 에이전트가 없습니다. 실행한 것은 없습니다. `!에이전트`로 상태를 보고 `!재시도`를 보내 주세요.',
    'No agent can work at present. Nothing was run. See `!agents`, then send `!retry`.',
  ),
  'no-plan': word(
    '쓸 수 있는 계획이 나오지 않았습니다. 실행한 것은 없고 나온 글은 스레드에 남아 있습니다. 임무를 더 자세히 적어 새로 보내거나 `!재시도`를 보내 주세요.',
    'No plan came that can be used. Nothing was run; what was said stays in the thread. Send the task anew in more detail, or `!retry`.',
  ),
  'no-quorum': word(
    '투표한 에이전트가 모자라 정하지 못했고 답도 없었습니다. 계획은 스레드에 남아 있습니다. `!재시도`를 보내 주세요.',
    'Too few voted, and no answer came to the question. The plans stay in the thread. Send `!retry`.',
  ),
  'no-winner': word(
    '투표로 계획이 정해지지 않았고 답도 없었습니다. 계획은 스레드에 남아 있습니다. `!재시도`를 보내 주세요.',
    'The vote gave no plan, and no answer came to the question. The plans stay in the thread. Send `!retry`.',
  ),
  'skipped-no-plan': word(
    '쓸 수 있는 계획이 나오지 않아 이번에는 건너뜁니다. 실행한 것은 없습니다. 다음 차례에 다시 합니다.',
    'No usable plan came, so this time is skipped. Nothing was run. It is tried again next time.',
  ),
  'skipped-no-quorum': word(
    '투표한 에이전트가 모자라 이번에는 건너뜁니다. 실행한 것은 없습니다. 다음 차례에 다시 합니다.',
    'Too few voted, so this time is skipped. Nothing was run. It is tried again next time.',
  ),
  'skipped-no-winner': word(
    '투표로 계획이 정해지지 않아 이번에는 건너뜁니다. 실행한 것은 없습니다. 다음 차례에 다시 합니다.',
    'The vote gave no plan, so this time is skipped. Nothing was run. It is tried again next time.',
  ),
  'skipped-unknown-command': word(
    '명령 하나가 도중에 끊겨 어떻게 끝났는지 모릅니다. 두 번 하지 않고 건너뜁니다. 작업 폴더를 확인해 주세요.',
    'One command was cut off and nobody saw its end. It is not run twice; the rest is skipped. Please check the workspace.',
  ),
  'plan-unfit': word(
    '뽑힌 계획이 마지막 점검에서 걸려 실행하지 않았습니다. 빌려준 폴더나 규칙이 바뀌었는지 보고 `!재시도`를 보내 주세요.',
    'The chosen plan did not pass the last check, so it was not run. See whether lent folders or rules changed, then send `!retry`.',
  ),
  'asks-for-more': word(
    '손질하려면 처음보다 더 많은 것(다른 주소, 폴더, 편지)이 필요한데, 쓸 계획이 나오지 않았습니다. 앞서 만든 것은 그대로입니다. 더 자세히 적어 다시 말씀해 주세요.',
    'The change needs more than the task had (another address, folder or letter), and no plan for it came. What was made before is as it was. Please say it again in more detail.',
  ),
  'command-failed': word(
    '명령을 고쳐 봐도 계속 실패했습니다. 그때까지 만든 파일은 작업 폴더에 있습니다. 보고서를 보고 `!재시도`를 보내거나 임무를 나눠 보내 주세요.',
    'A command kept failing after it was mended. Files made so far stay in the workspace. See the report; send `!retry`, or smaller tasks.',
  ),
  'command-refused': word(
    '명령이 허락되지 않아 실행하지 않았습니다. 그때까지의 결과는 그대로입니다. 새 계획으로 다시 하려면 `!재시도`를 보내 주세요.',
    'A command was not allowed and did not run. What came before it is kept. For another plan, send `!retry`.',
  ),
  'command-stopped': word(
    '명령을 멈춰서 여기까지 했습니다. 만든 파일은 작업 폴더에 있습니다. 새 계획으로 다시 하려면 `!재시도`',
    'A command was stopped, so it ends here. Files it made stay in the workspace. To begin again with a new plan: `!retry`',
  ),
  'unknown-command': word(
    '명령 하나가 도중에 끊겨 어떻게 끝났는지 모르고 답도 없었습니다. 두 번 하지 않았습니다. 작업 폴더를 확인하고 `!재시도`를 보내 주세요.',
    'One command was cut off, nobody saw its end, and no answer came. It was not run twice. Check the workspace, then send `!retry`.',
  ),
  'work-failed': word(
    '에이전트가 맡은 일을 해내지 못했습니다. 나머지 결과는 그대로입니다. `!에이전트`로 상태를 보고 `!재시도`를 보내 주세요.',
    'An agent could not do its part. Everything else is kept. See `!agents`, then send `!retry`.',
  ),
  'not-verified': word(
    '실행은 했지만 확인해 보니 바라던 결과가 아닙니다. 만든 것은 그대로 있습니다. 보고서를 보고 `!재시도`를 보내 주세요.',
    'It was carried out, but the check says the goal is not reached. What was made is kept. See the report, then send `!retry`.',
  ),
  unverified: word(
    '실행은 했지만 결과를 확인할 에이전트가 없었습니다. 만든 것은 그대로 있으니 직접 확인해 주세요.',
    'It was carried out, but no agent could check the result. What was made is kept; please look at it yourself.',
  ),
  'not-said': word(
    '방에 글을 쓸 수 없어 더 하지 않았습니다. 그때까지의 결과는 그대로입니다. 조율자가 방에 있는지 보고 `!재시도`를 보내 주세요.',
    'The room took no more messages, so nothing more was done. What came before is kept. See that the coordinator is in the room, then send `!retry`.',
  ),
  deadline: word(
    '정해진 시간 안에 끝나지 않아 멈췄습니다. 그때까지의 결과는 그대로입니다. 다시 하려면 `!재시도`',
    'Time ran out, so it was stopped. What was done so far is kept. To try again: `!retry`',
  ),
  cancelled: word(
    '취소했습니다. 그때까지 만든 파일과 글은 남아 있습니다. 다시 하려면 `!재시도`',
    'Cancelled. Files and words made so far stay. To begin again: `!retry`',
  ),
};

/** Why a plan is given up for a new one, or a task ended: in a few words. */
export const setbackWhy: Readonly<Record<TaskEnding, Phrase>> = {
  done: word('모두 끝남', 'all is done'),
  sample: word('견본을 만듦', 'a sample was made'),
  rehearsed: word('연습으로만 보여 드림', 'only rehearsed'),
  'no-means': word('수단이 없는 부분이 있음', 'there is no means for a part'),
  'no-agents': word('일할 에이전트가 없음', 'no agent can work'),
  'no-plan': word('쓸 수 있는 계획이 없음', 'there is no usable plan'),
  'no-quorum': word('투표한 에이전트가 모자람', 'too few voted'),
  'no-winner': word('의견이 갈림', 'they did not agree'),
  'skipped-no-plan': word('쓸 수 있는 계획이 없음', 'there is no usable plan'),
  'skipped-no-quorum': word('투표한 에이전트가 모자람', 'too few voted'),
  'skipped-no-winner': word('의견이 갈림', 'they did not agree'),
  'skipped-unknown-command': word('명령 하나가 어떻게 끝났는지 모름', 'nobody saw the end of a command'),
  'plan-unfit': word('뽑힌 계획이 마지막 점검에 걸림', 'the chosen plan did not pass the last check'),
  'asks-for-more': word(
    '처음 임무에 없던 주소나 폴더, 편지가 필요해 모두의 의견을 듣고 정합니다',
    'it needs an address, folder or letter that the task did not have, so everybody decides',
  ),
  'command-failed': word('명령이 계속 실패함', 'a command kept failing'),
  'command-refused': word('명령이 허락되지 않음', 'a command was not allowed'),
  'command-stopped': word('명령이 멈춤', 'a command was stopped'),
  'unknown-command': word('명령 하나가 어떻게 끝났는지 모름', 'nobody saw the end of a command'),
  'work-failed': word('에이전트가 맡은 일을 못 함', 'an agent could not do its part'),
  'not-verified': word('확인해 보니 바라던 결과가 아님', 'the check says the goal is not reached'),
  unverified: word('결과를 확인하지 못함', 'nobody could check the result'),
  'not-said': word('방에 글을 쓸 수 없음', 'the room took no message'),
  deadline: word('시간이 다 됨', 'time ran out'),
  cancelled: word('취소됨', 'cancelled'),
};

/** Why an agent's part came to nothing. `many`: enough plans are there. `evidence`: quoted what stands nowhere. */
export type TaskRefusal = FaultCode | 'off-schema' | 'blackout' | 'plan' | 'many' | 'evidence';
export const refusalWhy: Readonly<Record<TaskRefusal, Phrase>> = {
  ...faultBrief,
  'off-schema': word('정해진 형식으로 답하지 못함', 'no answer in the agreed form'),
  blackout: word('사용 한도를 아껴 쉬는 중', 'resting to save its quota'),
  plan: word('낸 계획이 점검에 걸림', 'its plan failed the check'),
  many: word('계획이 이미 스무 개', 'twenty plans are there already'),
  evidence: word('출력에 없는 말을 근거로 댐', 'quoted output that is not there'),
};

export type PlanProblem =
  | 'schema'
  | 'too-many-steps'
  | 'too-big'
  | 'double-id'
  | 'unknown-step'
  | 'waits-for-itself'
  | 'cycle'
  | 'unknown-agent'
  | 'not-lent'
  | 'lent-read-only'
  | 'host-not-allowed'
  | 'no-check'
  | 'too-long';
/** `detail`: the name, number or message that belongs to it, made safe; empty where there is none. */
export const planProblem: Readonly<Record<PlanProblem, Phrase<[detail: string]>>> = {
  schema: phrase<[detail: string]>(
    () => '계획이 정해진 형식에 맞지 않음',
    (detail) => `not in the form of a plan${behind(detail)}`,
  ),
  'too-many-steps': phrase(
    (detail) => `단계가 너무 많음${behind(detail)}`,
    (detail) => `too many steps${behind(detail)}`,
  ),
  'too-big': phrase(
    (detail) => `계획이 너무 큼${behind(detail)}`,
    (detail) => `too big${behind(detail)}`,
  ),
  'double-id': phrase(
    (detail) => `이름이 같은 단계가 둘${behind(detail)}`,
    (detail) => `two steps of one name${behind(detail)}`,
  ),
  'unknown-step': phrase(
    (detail) => `없는 단계를 기다림${behind(detail)}`,
    (detail) => `waits for a step that is not there${behind(detail)}`,
  ),
  'waits-for-itself': phrase(
    (detail) => `자기 자신을 기다림${behind(detail)}`,
    (detail) => `waits for itself${behind(detail)}`,
  ),
  cycle: phrase(
    (detail) => `서로를 끝없이 기다림${behind(detail)}`,
    (detail) => `steps that wait for one another${behind(detail)}`,
  ),
  'unknown-agent': phrase(
    (detail) => `없는 에이전트에게 일을 맡김${behind(detail)}`,
    (detail) => `work for an agent that does not exist${behind(detail)}`,
  ),
  'not-lent': phrase(
    (detail) => `빌려주지 않은 폴더${behind(detail)}`,
    (detail) => `a folder that is not lent${behind(detail)}`,
  ),
  'lent-read-only': phrase(
    (detail) => `읽기만 빌려준 폴더에 쓰려 함${behind(detail)}`,
    (detail) => `writes to a folder lent for reading${behind(detail)}`,
  ),
  'host-not-allowed': phrase(
    (detail) => `규칙이 허락하지 않은 주소에 접속하려 함${behind(detail)}`,
    (detail) => `reaches a host that the rules do not allow${behind(detail)}`,
  ),
  'no-check': phrase(
    (detail) => `성공했는지 알 방법이 없는 명령${behind(detail)}`,
    (detail) => `a command without a check${behind(detail)}`,
  ),
  'too-long': phrase(
    () => '남은 시간 안에 끝날 수 없음',
    () => 'takes longer than the time that is left',
  ),
};
const behind = (detail: string): string => (detail === '' ? '' : ` (${detail})`);

export const satOut = phrase<[name: string, what: string, why: string, details: readonly string[]]>(
  (name, what, why, details) =>
    `🙇 ${withParticle(name, '은', '는')} ${what}에서 빠집니다 (${why}).${details.map((detail) => `\n- ${detail}`).join('')}`,
  (name, what, why, details) =>
    `🙇 ${name} sits out ${what}: ${why}.${details.map((detail) => `\n- ${detail}`).join('')}`,
);
export type AskWord = 'triage' | 'propose' | 'critique' | 'vote' | 'work' | 'verify' | 'diagnose' | 'report';
export const askWord: Readonly<Record<AskWord, Phrase>> = {
  triage: word('할 일 파악', 'understanding the task'),
  propose: word('계획 제안', 'proposing'),
  critique: word('검토', 'the critique'),
  vote: word('투표', 'the vote'),
  work: word('맡은 일', 'its part of the work'),
  verify: word('결과 확인', 'the check of the result'),
  diagnose: word('원인 찾기', 'finding the cause'),
  report: word('보고서', 'the report'),
};
