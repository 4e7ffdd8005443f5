import { phrase } from '../say.ts';

/** What is said of messages that could not be handled. Names are plain words already. */

export interface AsideLine {
  /** Who wrote it; '' where that cannot be told. */
  readonly who: string;
  /** When, in the owner's time; '' where that cannot be told. */
  readonly when: string;
  /** Where every client opens it; '' where there is nothing to open. */
  readonly link: string;
  /** As in the log. */
  readonly why: string;
}

const ko = ({ who, when, link, why }: AsideLine) =>
  [when, who, link === '' ? '' : `[그 메시지](${link})`, `까닭 \`${why}\``].filter((one) => one !== '').join(' · ');
const en = ({ who, when, link, why }: AsideLine) =>
  [when, who, link === '' ? '' : `[the message](${link})`, `reason \`${why}\``].filter((one) => one !== '').join(' · ');

export const putAside = phrase<[line: AsideLine]>(
  (line) =>
    `⚠️ 메시지 하나를 여러 번 해 봐도 처리하지 못해 따로 두었습니다. 나머지는 그대로 계속합니다.\n${ko(line)}\n따로 둔 것은 \`!보류\`로 보고, \`!보류 다시\`로 다시 해 볼 수 있습니다.`,
  (line) =>
    `⚠️ One message could not be handled, however often it was tried, and was put aside. Everything else goes on.\n${en(line)}\n\`!aside\` shows what was put aside, \`!aside again\` tries it once more.`,
);

/** After so many within an hour that each of them would be noise. */
export const manyAside = phrase(
  () =>
    '⚠️ 처리하지 못하는 메시지가 잇따르고 있습니다. 한 시간 동안은 하나씩 알리지 않습니다. `!보류`로 볼 수 있고, `npm start -- logs`에 까닭이 있습니다.',
  () =>
    '⚠️ More and more messages cannot be handled. For an hour they are not told one by one. `!aside` shows them, and `npm start -- logs` says why.',
);

export const nothingAside = phrase(
  () => '따로 둔 메시지가 없습니다.',
  () => 'Nothing was put aside.',
);

export const asideList = phrase<[lines: readonly AsideLine[], more: number]>(
  (lines, more) =>
    [
      `따로 둔 메시지 ${lines.length + more}개입니다. \`!보류 다시\`로 다시 해 봅니다.`,
      '',
      ...lines.map((line) => `- ${ko(line)}`),
      ...(more === 0 ? [] : [`- 그 밖에 ${more}개`]),
    ].join('\n'),
  (lines, more) =>
    [
      `Put aside: ${lines.length + more}. \`!aside again\` tries them once more.`,
      '',
      ...lines.map((line) => `- ${en(line)}`),
      ...(more === 0 ? [] : [`- and ${more} more`]),
    ].join('\n'),
);

export const asideTriedAgain = phrase<[done: number, left: number, gone: number]>(
  (done, left, gone) =>
    [
      `다시 해 봤습니다: ${done}개는 처리했습니다.`,
      ...(left === 0 ? [] : [`${left}개는 여전히 안 되어 따로 두었습니다.`]),
      ...(gone === 0 ? [] : [`${gone}개는 지워졌거나 더는 읽을 수 없어 목록에서 뺐습니다.`]),
    ].join(' '),
  (done, left, gone) =>
    [
      `Tried again: ${done} handled.`,
      ...(left === 0 ? [] : [`${left} still cannot be, and stay aside.`]),
      ...(gone === 0 ? [] : [`${gone} were deleted or cannot be read any more, and are off the list.`]),
    ].join(' '),
);

export const asideUsage = phrase(
  () => '`!보류`는 따로 둔 메시지를 보여 주고, `!보류 다시`는 다시 해 봅니다. 바뀐 것은 없습니다.',
  () => '`!aside` shows what was put aside, `!aside again` tries it once more. Nothing was changed.',
);
