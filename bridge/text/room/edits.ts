import { phrase } from '../say.ts';

/** What is said to a message that was changed after it was sent. */

export const editTooLate = phrase(
  () =>
    '고치시기 전에 이미 처음 글로 대답하거나 일을 시작해서, 고친 내용은 반영하지 못했습니다. 고친 내용을 새 메시지로 보내 주세요.',
  () =>
    'Before your edit, an answer or the work had already begun from what you sent first, so the edit changed nothing. Please send it anew as a new message.',
);

export const orderByEdit = phrase(
  () =>
    '고쳐서 만든 명령은 따르지 않습니다. 처음 보낸 글과 지금 보이는 글이 달라 실행자가 받지 않기 때문입니다. 이 명령을 새 메시지로 보내 주세요.',
  () =>
    'An order made by an edit is not followed: what was sent and what is seen now differ, and the executor refuses that. Please send this order as a new message.',
);
