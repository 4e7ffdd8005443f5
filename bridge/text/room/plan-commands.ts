import { type AskedCommand, askedLines, askWhy } from './approval.ts';
import { seconds } from './executor.ts';
import { phrase, type Phrase } from '../say.ts';
import { whyInKorean } from './commands/why-words.ts';

/** What the executor says of the commands of a task, in its thread. */

export const step = phrase<[title: string, attempt: number]>(
  (title, attempt) => `**${title}**${attempt > 1 ? ` (${attempt}번째)` : ''}`,
  (title, attempt) => `**${title}**${attempt > 1 ? ` (attempt ${attempt})` : ''}`,
);
export const waitsForYes = phrase(
  () => '마스터의 허락을 기다립니다',
  () => 'waiting for your approval',
);
export const begun = phrase(
  () => '실행 중 (멈추려면 🛑)',
  () => 'running (🛑 to stop)',
);
export const unknownEnd = phrase<[time: string]>(
  (time) =>
    `${time}에 시작했지만 실행자가 도중에 꺼져 어떻게 끝났는지 모릅니다. 다시 실행하지 않았습니다. 확인하시고, 다시 하려면 이 스레드에 \`!재시도\`를 보내 주세요`,
  (time) =>
    `started at ${time}, but the executor was cut off and nobody saw its end. It was not run again. Check what it did; send \`!retry\` in this thread to run it again`,
);

/** Why a command of a plan was turned away, where the words for a master's own order do not fit. */
export const planRefusal: Readonly<Record<string, Phrase<[detail: string]>>> = {
  edited: phrase(
    () => '임무 메시지가 고쳐져서 실행하지 않았습니다. 새 메시지로 다시 보내 주세요',
    () => 'the task’s message was edited, so nothing was run. Please send it as a new message',
  ),
  'too-old': phrase(
    () => '2주가 지난 임무라 실행하지 않았습니다. 아직 필요하면 다시 보내 주세요',
    () => 'this task is more than two weeks old, so nothing was run. Send it again if it is still wanted',
  ),
  'task-ended': phrase(
    () => '이미 끝난 임무라 실행하지 않았습니다. 다시 하려면 `!재시도`를 보내 주세요',
    () => 'the task has ended, so nothing was run. Send `!retry` to take it up again',
  ),
  recount: phrase(
    () => '표를 다시 세었더니 결정과 달라 실행하지 않았습니다',
    () => 'the votes were counted again and say something else than the decision, so nothing was run',
  ),
  patch: phrase(
    () => '고친 계획이 합의대로가 아니라 실행하지 않았습니다',
    () => 'the corrected plan is not what was agreed on, so nothing was run',
  ),
  revision: phrase(
    () => '손질해 달라는 메시지가 지워졌거나 고쳐져서 실행하지 않았습니다. 새 메시지로 다시 말씀해 주세요',
    () => 'the message that asked for this change was deleted or edited, so nothing was run. Please say it again',
  ),
  'not-approved': phrase(
    () => '에이전트가 부탁한 임무인데 마스터의 ✅가 지금 없어 실행하지 않았습니다. 하려면 `!임무`로 직접 보내 주세요',
    () =>
      'an agent asked for this task and no ✅ of yours stands on it now, so nothing was run. Send it yourself with `!task` if it is wanted',
  ),
  declined: phrase(
    () => '마스터가 ❌를 누른 부탁이라 실행하지 않았습니다',
    () => 'you put ❌ on this request, so nothing was run',
  ),
  'not-scheduled': phrase(
    () => '이 실행을 예약한 마스터의 메시지를 찾지 못해 실행하지 않았습니다',
    () => 'no message of a master orders this run, so nothing was run',
  ),
  revoked: phrase(
    () => '취소된 예약이라 실행하지 않았습니다. 필요하면 `!예약`으로 다시 보내 주세요',
    () => 'the schedule was cancelled, so nothing was run. Send `!schedule` again if it is still wanted',
  ),
  'no-step': phrase(
    () => '계획에 없는 명령이라 실행하지 않았습니다',
    () => 'the plan has no such command, so nothing was run',
  ),
  attempt: phrase(
    () => '아직 다시 할 차례가 아니라 실행하지 않았습니다',
    () => 'it may not be tried again yet, so nothing was run',
  ),
  'no-mail': phrase(
    () => '이메일이 연결되어 있지 않아 보내지 않았습니다. 컴퓨터에서 `npm start -- mail`로 연결해 주세요',
    () => 'No e-mail is set up, so nothing was sent. Set it up on the computer: `npm start -- mail`',
  ),
  'mail-files': phrase(
    (path) => `첨부할 파일이 없거나 너무 커서 편지를 보내지 않았습니다: \`${path}\``,
    (path) => `A file for the letter is missing or too large, so it was not sent: \`${path}\``,
  ),
  'not-lent': phrase(
    (field) =>
      `\`${field}\`: 그렇게 빌려준 폴더가 없어 실행하지 않았습니다. 컴퓨터에서 \`npm start -- lend\`로 빌려주세요`,
    (field) =>
      `\`${field}\`: no folder is lent so, and nothing was run. Lend it on the computer with \`npm start -- lend\``,
  ),
  'too-long-to-show': phrase(
    () =>
      '허락을 받아야 하는데 명령이 너무 길거나 보이지 않는 글자가 있어 그대로 보여 드릴 수 없습니다. 실행하지 않았습니다',
    () =>
      'it needs your approval but is too long, or has letters that cannot be seen, so it cannot be shown whole. It was not run',
  ),
  expired: phrase(
    () => '7일 동안 답이 없어 실행하지 않았습니다',
    () => 'there was no answer for 7 days, so it was not run',
  ),
  changed: phrase(
    () => '그사이 규칙, 빌려준 폴더나 계획이 바뀌어 실행하지 않았습니다',
    () => 'the rules, the lent folders or the plan changed meanwhile, so it was not run',
  ),
};
/** The words for everything else that does not hold: a vote, a proposal, a choice. */
export const unproven = phrase<[what: string]>(
  (what) => `결정의 근거가 맞지 않아 실행하지 않았습니다 (${whyInKorean(what)})`,
  (what) => `what the decision leans on does not hold (\`${what}\`), so nothing was run`,
);

/** Complete and exact, each command of it: what is approved is what stands here. */
export const approvalList = phrase<[items: readonly (AskedCommand & { readonly title: string })[]]>(
  (items) =>
    [
      `✋ **실행해도 될까요?** 임무의 명령 ${items.length}개입니다.`,
      ...items.flatMap((a, i) => [
        '',
        `**${i + 1}. ${a.title}** (${askWhy[a.why]?.ko() ?? a.why})`,
        askedLines.ko(a),
        `- 제한 시간 ${seconds.ko(a.timeoutMs)} · 확인값 \`${a.hash}\``,
      ]),
      '',
      `✅ ${items.length > 1 ? '모두 ' : ''}실행 · ❌ ${items.length > 1 ? '모두 ' : ''}거절 · 7일 동안 답이 없으면 거절`,
    ].join('\n'),
  (items) =>
    [
      `✋ **May ${items.length === 1 ? 'this' : 'these'} run?** ${items.length} command${items.length === 1 ? '' : 's'} of the task.`,
      ...items.flatMap((a, i) => [
        '',
        `**${i + 1}. ${a.title}** (${askWhy[a.why]?.en() ?? a.why})`,
        askedLines.en(a),
        `- time limit ${seconds.en(a.timeoutMs)} · check \`${a.hash}\``,
      ]),
      '',
      `✅ run ${items.length > 1 ? 'all' : 'it'} · ❌ refuse ${items.length > 1 ? 'all' : 'it'} · silence for 7 days refuses`,
    ].join('\n'),
);
