import { phrase } from '../say.ts';

/** What is said to whoever wants something changed of what a finished task has made. `url`: of its thread; '' where it is said there. */
const linkKo = (url: string): string => (url === '' ? '' : ` [스레드로 가기](${url})`);
const linkEn = (url: string): string => (url === '' ? '' : ` [To its thread](${url})`);

export const revisionBegins = phrase<[no: number, revision: number, url: string]>(
  (no, revision, url) => `🖌️ ${no}번 임무의 ${revision}번째 손질을 시작합니다.${linkKo(url)}`,
  (no, revision, url) => `🖌️ Task #${no}: change ${revision} begins.${linkEn(url)}`,
);
export const revisionWaits = phrase<[no: number, url: string]>(
  (no, url) => `⏳ ${no}번 임무는 지금 하던 일이 끝나는 대로 이어서 손질하겠습니다.${linkKo(url)}`,
  (no, url) => `⏳ Task #${no}: noted. It follows as soon as what is under way is done.${linkEn(url)}`,
);
export const tooManyWait = phrase(
  () => '기다리는 손질이 너무 많아 받지 못했습니다. 지금 것이 끝나면 다시 말씀해 주세요.',
  () => 'Too many changes are waiting already, so this one was not taken. Please say it again when they are done.',
);
export const followUpUnclear = phrase<[no: number]>(
  (no) =>
    `${no}번 임무를 고쳐 달라는 말씀인지 물어보시는 것인지 모르겠습니다. "제목을 파란색으로 바꿔줘"나 "왜 이 안이 뽑혔어?"처럼 한 번 더 말씀해 주세요.`,
  (no) =>
    `I cannot tell whether you want something changed in task #${no} or ask about it. Please say it once more, like "make the title blue" or "why did this plan win?".`,
);
export const followUpUnanswered = phrase<[no: number]>(
  (no) =>
    `이 말씀은 ${no}번 임무에 답장으로 온 것이 아니라 손질하지 않았습니다. 그 임무의 보고에 답장으로, 또는 그 스레드에 다시 보내 주세요.`,
  (no) =>
    `This message is no reply to task #${no}, so nothing is changed for it. Please send it again in its thread, or in reply to its report.`,
);
export const followUpTooLong = phrase<[max: number]>(
  (max) =>
    `말씀이 ${max}자를 넘어 손질을 시작하지 않았습니다. 메시지는 남아 있습니다. 줄이거나 나누어 다시 보내 주세요.`,
  (max) =>
    `What you want changed is longer than ${max} characters, so nothing was begun. Your message stays. Shorten it, or send it in parts.`,
);
export const revisionEdited = phrase(
  () =>
    '손질 부탁을 고치셔서 그 손질은 하지 않습니다. 앞서 만든 것은 그대로입니다. 원하시는 대로 새 메시지로 다시 보내 주세요.',
  () =>
    'You edited your wish, so that change is not made. What was made before is as it was. Please send it anew, as you want it.',
);
