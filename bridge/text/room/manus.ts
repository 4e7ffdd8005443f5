import { withParticle } from '../particle.ts';
import { phrase } from '../say.ts';

/** How a task of Manus that waits for the master is put to him. Yes and no are read by `consentIn`. */

export const manusAsks = phrase<[question: string]>(
  (question) => `${question}\n\n❓ 이 메시지에 답장해 주시면 이어서 하겠습니다.`,
  (question) => `${question}\n\n❓ Reply to this message and I go on.`,
);

export const manusConfirms = phrase<[what: string]>(
  (what) =>
    `❓ 확인이 필요합니다: ${what}\n\n진행하려면 \`네\`, 하지 않으려면 \`아니요\`라고 이 메시지에 답장해 주세요. 그때까지 기다리겠습니다.`,
  (what) => `❓ This needs your word: ${what}\n\nReply \`yes\` to go ahead or \`no\` to leave it. I wait until then.`,
);

/** What cannot be settled with a yes or no: a secret, a login, a choice. */
export const manusElsewhere = phrase<[what: string, url: string]>(
  (what, url) =>
    `❓ 이 방에서는 할 수 없는 일이 남았습니다: ${what}\n\n하던 일은 그대로 멈춰 있습니다. ${url} 에서 처리한 뒤 \`계속\`이라고 이 메시지에 답장해 주세요.`,
  (what, url) =>
    `❓ One thing cannot be done in this room: ${what}\n\nThe work is kept where it is. Settle it at ${url}, then reply \`go on\` to this message.`,
);

export const manusUnclear = phrase<[what: string]>(
  (what) => `네인지 아니요인지 알 수 없어 아무것도 하지 않았습니다: ${what}\n\n\`네\` 또는 \`아니요\`로 답장해 주세요.`,
  (what) => `I could not tell whether that was a yes, so nothing was done: ${what}\n\nPlease reply \`yes\` or \`no\`.`,
);

/** Where Manus does not say what it waits for. */
export const manusUnnamed = phrase<[name: string]>(
  (name) => `${withParticle(name, '이', '가')} 하려는 다음 단계`,
  () => 'the next step that Manus wants to take',
);

export const manusStep = phrase<[step: number, steps: number, title: string]>(
  (step, steps, title) => `(${step}/${steps}) ${title}`,
  (step, steps, title) => `(${step}/${steps}) ${title}`,
);
