import type { CountedBy } from '../../protocol/tasks/voting.ts';
import { withParticle } from '../particle.ts';
import { phrase, type Phrase } from '../say.ts';
import { countedByWord, duration } from './task-words.ts';

/** What is said in a task's thread, from the call for proposals to the decision. Markdown; what is woven in has been made safe. */

export interface ElectorateFacts {
  readonly no: number;
  readonly mission: string;
  readonly names: readonly string[];
  /** Who of them is not asked for a plan. */
  readonly votesOnly: readonly string[];
  /** Of plans: 0 is the first. */
  readonly round: number;
  /** Milliseconds that they have, where it is known. */
  readonly ms: number | undefined;
}

const allKo = (names: readonly string[], votesOnly: readonly string[]): string =>
  votesOnly.length === 0
    ? `이렇게 ${names.length}명이 서로 보지 않고 각자 계획을 냅니다.`
    : `이렇게 ${names.length}명이 합니다. 계획은 서로 보지 않고 각자 내고, ${withParticle(votesOnly.join(', '), '은', '는')} 계획 없이 의견과 표만 냅니다.`;
const allEn = (names: readonly string[], votesOnly: readonly string[]): string =>
  votesOnly.length === 0
    ? `${names.length} agents each propose a plan, unseen by the others.`
    : `${names.length} agents, who each propose a plan unseen by the others; ${votesOnly.join(', ')} only ${votesOnly.length === 1 ? 'criticises and votes' : 'criticise and vote'}.`;

export const electorateCalled = phrase<[facts: ElectorateFacts]>(
  ({ no, mission, names, votesOnly, round, ms }) =>
    `📣 **임무 #${no}${round === 0 ? '' : ` · 새 계획 ${round}번째`}**: ${mission}\n${names.length === 1 ? `${names.join()} 혼자 맡습니다.` : `${names.join(', ')}, ${allKo(names, votesOnly)}`}${ms === undefined ? '' : ` ${duration.ko(ms)} 안에 합니다.`}`,
  ({ no, mission, names, votesOnly, round, ms }) =>
    `📣 **Task #${no}${round === 0 ? '' : ` · new plan ${round}`}**: ${mission}\n${names.length === 1 ? `${names.join()} takes it alone.` : `${names.join(', ')}: ${allEn(names, votesOnly)}`}${ms === undefined ? '' : ` They have ${duration.en(ms)}.`}`,
);

/** An agent was put out of the house while they propose or vote. */
export const electorateLess = phrase<[names: readonly string[]]>(
  (names) =>
    `📣 에이전트 하나가 빠졌습니다. 그 계획과 표는 세지 않고, 남은 ${names.length}명(${names.join(', ')})이 하던 대로 이어 갑니다.`,
  (names) => `📣 An agent has left. Its plan and ballot do not count; ${names.join(', ')} go on where they are.`,
);

/** The aim; the steps are in the file under the poll. */
export const proposalHead = phrase<[goal: string]>(
  (goal) => `💡 **계획 제안**: ${goal}`,
  (goal) => `💡 **A plan**: ${goal}`,
);
export const samePlan = phrase<[first: string]>(
  (first) => `💡 ${withParticle(first, '과', '와')} 같은 계획입니다.`,
  (first) => `💡 The same plan as ${first}’s.`,
);
/** In the file that holds every plan. */
export const planInFile = phrase<[label: string, goal: string]>(
  (label, goal) => `## ${label}안: ${goal}`,
  (label, goal) => `## Plan ${label}: ${goal}`,
);
export const planHead = phrase<[goal: string, by: readonly string[]]>(
  (goal, by) => `📋 **이 계획대로 합니다** (${by.join(', ')} 제안): ${goal}`,
  (goal, by) => `📋 **This is the plan** (proposed by ${by.join(', ')}): ${goal}`,
);
export const planFoot = phrase<[commands: number, works: number, risk: string]>(
  (commands, works, risk) =>
    `명령 ${commands}개${works === 0 ? '' : ` · 에이전트가 할 일 ${works}개`} · 가장 큰 위험: ${risk}`,
  (commands, works, risk) =>
    `${commands} ${commands === 1 ? 'command' : 'commands'}${works === 0 ? '' : ` · ${works} for agents`} · gravest risk: ${risk}`,
);
export const planAsks = phrase<[executor: string]>(
  (executor) =>
    `위험이 큰 명령은 실행 전에 ${withParticle(executor, '이', '가')} 하나하나 허락을 여쭙니다. 그만두려면 \`!취소\``,
  (executor) => `Commands of a grave risk are each asked about by ${executor} before they run. To stop: \`!cancel\``,
);
export const stepsLeftOut = phrase<[count: number]>(
  (count) => `… 외 ${count}단계는 첨부 파일에 있습니다`,
  (count) => `… ${count} more ${count === 1 ? 'step' : 'steps'}, in the file below`,
);
/** Of one step, behind what it does. */
export const stepAfterWord = phrase<[places: readonly number[]]>(
  (places) => `${places.join(', ')}번 다음`,
  (places) => `after ${places.join(', ')}`,
);
export const stepTouches = {
  workspaceRead: phrase(
    () => '작업 폴더를 읽음',
    () => 'reads the workspace',
  ),
  workspaceWrite: phrase(
    () => '작업 폴더에 씀',
    () => 'writes to the workspace',
  ),
  lentRead: phrase<[name: string]>(
    (name) => `서버 폴더 ${withParticle(name, '을', '를')} 읽음`,
    (name) => `reads the server folder ${name}`,
  ),
  lentWrite: phrase<[name: string]>(
    (name) => `**서버 폴더 ${withParticle(name, '을', '를')} 바꿈**`,
    (name) => `**changes the server folder ${name}**`,
  ),
  hosts: phrase<[hosts: string]>(
    (hosts) => `접속: ${hosts}`,
    (hosts) => `connects to ${hosts}`,
  ),
  artifacts: phrase<[paths: string]>(
    (paths) => `결과 파일: ${paths}`,
    (paths) => `brings ${paths}`,
  ),
};
export const stepDoes = {
  writeFile: phrase<[path: string, size: string]>(
    (path, size) => `${path} 파일 쓰기 (${size})`,
    (path, size) => `write ${path} (${size})`,
  ),
  readFile: phrase<[path: string]>(
    (path) => `${path} 파일 읽기`,
    (path) => `read ${path}`,
  ),
  listFiles: phrase<[path: string]>(
    (path) => `${path} 폴더의 파일 목록`,
    (path) => `list the files of ${path}`,
  ),
  readPage: phrase<[address: string]>(
    (address) => `${address} 페이지 읽기`,
    (address) => `read ${address}`,
  ),
  makeDocument: phrase<[path: string]>(
    (path) => `${path} 만들기`,
    (path) => `make ${path}`,
  ),
  sendFile: phrase<[path: string]>(
    (path) => `${path} 보내기`,
    (path) => `hand over ${path}`,
  ),
  sendMail: phrase<[to: string, subject: string]>(
    (to, subject) => `${to} 앞으로 메일 보내기: ${subject}`,
    (to, subject) => `send mail to ${to}: ${subject}`,
  ),
  readMail: phrase(
    () => '메일함 보기',
    () => 'look into the mailbox',
  ),
  work: phrase<[name: string, work: string]>(
    (name, work) => `${name}의 ${work}`,
    (name, work) => `${work} by ${name}`,
  ),
};

export const objections = phrase<[lines: readonly string[]]>(
  (lines) => (lines.length === 0 ? '🧐 검토했습니다. 반대할 곳이 없습니다.' : `🧐 **검토**\n${lines.join('\n')}`),
  (lines) =>
    lines.length === 0 ? '🧐 I have read the plans and object to nothing.' : `🧐 **Critique**\n${lines.join('\n')}`,
);
/** `step` with its number; the plan's letter comes in front. */
export const objection = phrase<[label: string, step: string, text: string]>(
  (label, step, text) => `- **${label}안 ${step}**: ${text}`,
  (label, step, text) => `- **Plan ${label}, ${step}**: ${text}`,
);
export const stepNumber = phrase<[place: number]>(
  (place) => `${place}단계`,
  (place) => `step ${place}`,
);

export const pollQuestion = phrase<[no: number, reopened: boolean]>(
  (no, reopened) => `임무 #${no}: 어느 계획으로 할까요?${reopened ? ' (다시 투표)' : ''}`,
  (no, reopened) => `Task #${no}: which plan?${reopened ? ' (voting again)' : ''}`,
);
export const pollWords = phrase<[no: number, options: readonly string[], ms: number | undefined]>(
  (no, options, ms) =>
    `🗳️ 임무 #${no} 투표${ms === undefined ? '' : ` (${duration.ko(ms)})`}\n${options.join('\n')}\n마스터도 한 표를 누르실 수 있습니다. 바로 정하려면 \`!선택 A\`처럼 보내 주세요.`,
  (no, options, ms) =>
    `🗳️ Vote on task #${no}${ms === undefined ? '' : ` (${duration.en(ms)})`}\n${options.join('\n')}\nYou may tap one, which is one vote. To decide it yourself: \`!choose A\`.`,
);
/** An answer of the poll: what it aims at, null where all aim at the same, and by what it differs; agents' names stay away. */
export const pollOption = phrase<[label: string, goal: string | null, differs: readonly string[]]>(
  (label, goal, differs) => `${label}. ${[...(goal === null ? [] : [goal]), ...differs].join(' · ')}`,
  (label, goal, differs) => `${label}. ${[...(goal === null ? [] : [goal]), ...differs].join(' · ')}`,
);
export const pollVote = phrase<[label: string | null]>(
  (label) => (label === null ? '🗳️ 기권' : `🗳️ ${label}안`),
  (label) => (label === null ? '🗳️ abstains' : `🗳️ plan ${label}`),
);
export const pollClosed = phrase<[no: number]>(
  (no) => `임무 #${no} 투표가 끝났습니다.`,
  (no) => `The vote on task #${no} is over.`,
);

export const votersLeft = phrase<[silent: readonly string[], counted: number]>(
  (silent, counted) => `🗳️ ${silent.join(', ')}: 물어도 대답이 없어 빼고 셉니다. ${counted}명의 투표로 정합니다.`,
  (silent, counted) =>
    `🗳️ ${silent.join(', ')}: no answer when asked, so left out of the count. ${counted} ${counted === 1 ? 'decides' : 'decide'}.`,
);

export const voteReopened = phrase<[cast: number, electorate: number]>(
  (cast, electorate) =>
    cast === 0
      ? '🗳️ 아직 아무도 투표하지 않았습니다. 한 번 더 묻습니다.'
      : `🗳️ ${electorate}명 중 ${cast}명만 투표해서 모자랍니다. 나머지에게 한 번 더 묻습니다. 낸 표는 그대로입니다.`,
  (cast, electorate) =>
    `🗳️ Only ${cast} of ${electorate} voted, which is too few. The others are asked once more; ballots given stand.`,
);

export const ballotSaid = phrase<[labels: readonly string[], reason: string]>(
  (labels, reason) =>
    `🗳️ ${labels.length === 0 ? '기권합니다' : `**${labels.join(' > ')}**`}${reason === '' ? '' : ` · ${reason}`}`,
  (labels, reason) =>
    `🗳️ ${labels.length === 0 ? 'I abstain' : `**${labels.join(' > ')}**`}${reason === '' ? '' : ` · ${reason}`}`,
);
export const ballotsCounted = {
  title: phrase<[cast: number, electorate: number]>(
    (cast, electorate) => `🗳️ **개표** · ${electorate}명 중 ${cast}명이 투표했습니다`,
    (cast, electorate) => `🗳️ **The ballots** · ${cast} of ${electorate} voted`,
  ),
  abstains: phrase(
    () => '기권',
    () => 'abstains',
  ),
  author: phrase<[label: string, goal: string, by: readonly string[]]>(
    (label, goal, by) => `- **${label}안**: ${goal} (${by.join(', ')})`,
    (label, goal, by) => `- **Plan ${label}**: ${goal} (${by.join(', ')})`,
  ),
};

export interface DecisionFacts {
  readonly label: string;
  readonly goal: string;
  readonly rule: 'vote' | 'choice' | 'alone';
  readonly countedBy: CountedBy | null;
  readonly by: readonly string[];
}
const behind = (said: string): string => (said === '' ? '' : ` (${said})`);
export const decided = phrase<[facts: DecisionFacts]>(
  ({ label, goal, rule, countedBy, by }) =>
    rule === 'alone'
      ? `👤 **${by.join(', ')} 혼자 정했습니다** (투표 없음): ${goal}`
      : rule === 'choice'
        ? `☑️ **마스터의 선택으로 ${label}안입니다**: ${goal}`
        : `☑️ **${label}안으로 정했습니다**${behind(countedBy === null ? '' : countedByWord[countedBy].ko())}: ${goal}`,
  ({ label, goal, rule, countedBy, by }) =>
    rule === 'alone'
      ? `👤 **${by.join(', ')} decided alone** (no vote): ${goal}`
      : rule === 'choice'
        ? `☑️ **Plan ${label}, by your choice**: ${goal}`
        : `☑️ **Plan ${label} it is**${behind(countedBy === null ? '' : countedByWord[countedBy].en())}: ${goal}`,
);

export type QuestionKind = 'no-quorum' | 'no-winner' | 'no-plan' | 'unknown-command';
export interface QuestionFacts {
  readonly owner: string;
  readonly cast: number;
  readonly electorate: number;
  /** Letters of the plans that can be chosen. */
  readonly labels: readonly string[];
  /** Titles of commands of which nobody saw the end. */
  readonly steps: readonly string[];
}
const chooseKo = (labels: readonly string[]): string =>
  labels.length === 0 ? '' : `직접 고르려면 ${labels.map((label) => `\`!선택 ${label}\``).join(' · ')}, `;
const chooseEn = (labels: readonly string[]): string =>
  labels.length === 0
    ? ''
    : `Choose one yourself with ${labels.map((label) => `\`!choose ${label}\``).join(' · ')}, or `;
export const questionWords: Readonly<Record<QuestionKind, Phrase<[facts: QuestionFacts]>>> = {
  'no-quorum': phrase(
    ({ owner, cast, electorate, labels }) =>
      `❓ ${owner}, 두 번 물었지만 ${electorate}명 중 ${cast === 0 ? '아무도 투표하지 않아' : `${cast}명만 투표해서`} 정하지 못했습니다. 계획은 모두 남아 있습니다. ${chooseKo(labels)}다시 해 보려면 \`!재시도\`, 그만두려면 \`!취소\``,
    ({ cast, electorate, labels }) =>
      `❓ Only ${cast} of ${electorate} voted, twice, so nothing was decided. All plans are kept. ${chooseEn(labels)}\`!retry\` to try again, \`!cancel\` to leave it.`,
  ),
  'no-winner': phrase(
    ({ owner, labels }) =>
      `❓ ${owner}, 의견이 갈리거나 모두 기권해서 투표로 정하지 못했습니다. 계획은 모두 남아 있습니다. ${chooseKo(labels)}다시 해 보려면 \`!재시도\`, 그만두려면 \`!취소\``,
    ({ labels }) =>
      `❓ The vote gave no plan: they did not agree, or all abstained. All plans are kept. ${chooseEn(labels)}\`!retry\` to try again, \`!cancel\` to leave it.`,
  ),
  'no-plan': phrase(
    ({ owner, labels }) =>
      `❓ ${owner}, 쓸 수 있는 계획이 나오지 않았습니다. 실행한 것은 없습니다. ${chooseKo(labels)}다시 해 보려면 \`!재시도\`, 그만두려면 \`!취소\`. 임무를 더 자세히 적어 새로 보내셔도 됩니다.`,
    ({ labels }) =>
      `❓ No plan came that can be used. Nothing was run, and the task is kept. ${chooseEn(labels)}\`!retry\` to try again, \`!cancel\` to leave it; or send the task anew in more detail.`,
  ),
  'unknown-command': phrase(
    ({ owner, steps }) =>
      `❓ ${owner}, ${steps.length === 0 ? '명령 하나' : steps.join(', ')}: 도중에 끊겨서 어떻게 끝났는지 모릅니다. 두 번 하면 안 되는 일일 수 있어 다시 하지 않았습니다. 결과를 보시고, 다시 해도 되면 \`!재시도\`, 그만두려면 \`!취소\``,
    ({ steps }) =>
      `❓ ${steps.length === 0 ? 'One command' : steps.join(', ')}: cut off, and nobody saw its end. It was not run again, since twice may do harm. Look at what it did; \`!retry\` if it may run again, \`!cancel\` to leave it.`,
  ),
};
