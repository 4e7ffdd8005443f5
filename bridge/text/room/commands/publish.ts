import { phrase } from '../../say.ts';

/** What `!publish` says: made pages under a name of their own. */

export interface PublishedShown {
  readonly name: string;
  readonly url: string;
  /** The same as people read it: a browser's address has signs in place of Korean letters. */
  readonly address: string;
  readonly title: string;
  /** Which one is shown, and how many there are. */
  readonly version: number;
  readonly newest: number;
  /** The address means this machine and no other. */
  readonly onlyHere: boolean;
}

const link = ({ address, url }: PublishedShown): string => `[${address}](${url})`;

/** Of a proposal: on one line. */
export const publishWould = phrase<[{ title: string; address: string; onlyHere: boolean }]>(
  ({ title, address, onlyHere }) =>
    `「${title}」 페이지를 ${address} 에 공개합니다. 주소를 아는 사람은 누구나 열고, 그 안에 적힌 것을 보고 고칠 수 있습니다${onlyHere ? ' (지금은 서버 컴퓨터에서만 열리는 주소입니다)' : ''}. 하려면 ✅, 아니면 ❌`,
  ({ title, address, onlyHere }) =>
    `Publishes “${title}” at ${address} . Whoever knows the address can open it, and read and change what is kept in it${onlyHere ? ' (for now the address works on the server itself only)' : ''}. ✅ to do it, ❌ to leave it`,
);

export const published = phrase<[PublishedShown]>(
  (page) =>
    [
      `📢 **${page.title}** ${page.version}판이 열려 있습니다:\n${link(page)}`,
      ...(page.newest > 1 ? ['⏪ 이전 판 · ⏩ 다음 판. 적어 둔 것은 판이 바뀌어도 그대로입니다.'] : []),
      `내리시려면 \`!공개 끄기 ${page.name}\``,
      ...(page.onlyHere
        ? ['서버 컴퓨터에서만 열리는 주소입니다. 밖에서 여시려면 `.env`에 `CHAVION_PREVIEW_URL`을 적어 주세요.']
        : []),
    ].join('\n\n'),
  (page) =>
    [
      `📢 **${page.title}**, version ${page.version}, stands at:\n${link(page)}`,
      ...(page.newest > 1 ? ['⏪ the version before · ⏩ the next. What was written into it stays the same.'] : []),
      `To take it down: \`!publish off ${page.name}\``,
      ...(page.onlyHere
        ? ['This address works on the server itself only. For others, set `CHAVION_PREVIEW_URL` in `.env`.']
        : []),
    ].join('\n\n'),
);

export const publishedList = phrase<[readonly PublishedShown[]]>(
  (pages) =>
    ['**공개한 페이지**', ...pages.map((page) => `- **${page.name}** · ${page.version}판\n  ${link(page)}`)].join('\n'),
  (pages) =>
    [
      '**Published pages**',
      ...pages.map((page) => `- **${page.name}** · version ${page.version}\n  ${link(page)}`),
    ].join('\n'),
);

const HOW = {
  ko: '페이지를 만든 임무의 대화에서 `!공개 이름`, 또는 `!공개 7 이름`이라고 써 주세요.',
  en: 'Write `!publish name` in the thread of the task that made the page, or `!publish 7 name`.',
} as const;

export const nothingPublished = phrase(
  () => `공개한 페이지가 없습니다. ${HOW.ko}`,
  () => `No page is published. ${HOW.en}`,
);
export const publishWhere = phrase(
  () => `어느 임무의 페이지인지 알 수 없습니다. ${HOW.ko}`,
  () => `It is not clear which task’s page is meant. ${HOW.en}`,
);
export const noSuchPage = phrase<[no: number]>(
  (no) => `임무 #${no}에는 공개할 페이지가 없습니다. 페이지(.html)를 만들고 끝난 임무만 공개할 수 있습니다.`,
  (no) => `Task #${no} has no page to publish: it has to have ended with a page (.html).`,
);
export const badPageName = phrase(
  () => '이름은 글자와 숫자로 40자까지입니다. 예: `!공개 펫샵-예약`',
  () => 'A name is up to 40 letters and digits, as in `!publish pet-shop`.',
);
export const nameTaken = phrase<[name: string]>(
  (name) =>
    `\`${name}\`에는 다른 임무의 페이지가 공개되어 있어 그대로 두었습니다. 다른 이름을 쓰시거나, \`!공개 끄기 ${name}\` 뒤에 다시 해 주세요.`,
  (name) =>
    `Another task’s page stands under \`${name}\` and was left there. Take another name, or \`!publish off ${name}\` first.`,
);
export const notPublished = phrase(
  () => '그 이름으로 공개한 페이지가 없습니다. `!공개`로 목록을 보실 수 있습니다.',
  () => 'No page is published under that name. `!publish` lists them.',
);
export const noOtherVersion = phrase<[name: string]>(
  (name) => `\`${name}\`에는 이전 판이 없습니다.`,
  (name) => `\`${name}\` has no earlier version.`,
);
export const takenBack = phrase<[name: string]>(
  (name) => `\`${name}\` 공개를 내렸습니다. 임무의 링크와 적어 둔 것은 그대로입니다.`,
  (name) => `\`${name}\` is no longer published. The task’s own link and what was written stay.`,
);
