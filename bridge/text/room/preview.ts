import type { Lang } from '../../protocol/ids.ts';
import { phrase, type Phrase } from '../say.ts';

/** What tasks made for the browser: the message that leads to it, and the pages around it. */

type Lines = readonly [title: string, ...lines: string[]];

export const previewGone: { readonly [L in Lang]: () => Lines } = {
  ko: () => [
    '여기에는 아무것도 없습니다',
    '링크가 틀렸거나, 30일이 지났거나, 임무의 글이 지워졌습니다.',
    '만든 파일은 임무의 대화에 그대로 있습니다. 다시 보시려면 그 임무를 다시 시켜 주세요.',
  ],
  en: () => [
    'There is nothing here',
    'The link is wrong, older than 30 days, or the task was taken out of the room.',
    'The files are still in the thread of the task. Run the task again for a new link.',
  ],
};

export const previewNotNow: { readonly [L in Lang]: () => Lines } = {
  ko: () => [
    '지금은 보여 드릴 수 없습니다',
    '파일을 가져오지 못했습니다. 파일은 그대로 있습니다. 잠시 뒤 새로 고쳐 주세요.',
  ],
  en: () => ['Not just now', 'The file could not be fetched; it is still there. Reload in a moment.'],
};

export interface SiteFacts {
  /** The name of the page that is shown first. */
  readonly page: string;
  readonly url: string;
  readonly days: number;
  /** The address means this machine and no other. */
  readonly onlyHere: boolean;
  /** Why there is no picture; null where there is one. */
  readonly noPicture: 'no-browser' | 'failed' | null;
}

const NO_PICTURE: Readonly<Record<'no-browser' | 'failed', Phrase>> = {
  'no-browser': phrase(
    () =>
      '화면 사진은 없습니다: 서버에 Chromium이 없습니다. 설치: `sudo apt-get install -y chromium fonts-noto-color-emoji`',
    () =>
      'There is no picture of it: this machine has no Chromium. To install it: `sudo apt-get install -y chromium fonts-noto-color-emoji`',
  ),
  failed: phrase(
    () => '화면 사진은 찍지 못했습니다. 페이지는 링크로 그대로 보실 수 있습니다.',
    () => 'No picture of it could be taken; the link shows the page all the same.',
  ),
};

export const siteReady = phrase<[SiteFacts]>(
  ({ page, url, days, onlyHere, noPicture }) =>
    [
      `🌐 **${page}** 화면을 열어 보세요:\n${url}`,
      `${days}일 동안 열립니다. 페이지에 적은 것은 남아, 이 링크를 여는 사람은 모두 같은 것을 봅니다. 격리되어 있어 방과 계정에는 손대지 못합니다.`,
      '정한 이름으로 내려면 여기에 `!공개 이름`',
      ...(onlyHere
        ? [
            '이 주소는 서버 컴퓨터에서만 열립니다. 휴대전화에서 여시려면 `.env`의 `CHAVION_PREVIEW_URL`에 휴대전화가 쓸 주소를 적어 주세요.',
          ]
        : []),
      ...(noPicture === null ? [] : [NO_PICTURE[noPicture].ko()]),
    ].join('\n\n'),
  ({ page, url, days, onlyHere, noPicture }) =>
    [
      `🌐 Open **${page}**:\n${url}`,
      `The link works for ${days} days. What is written into the page stays, and is the same for everybody who opens the link. The page is shut in: it cannot touch the room or any account.`,
      'For an address of its own write `!publish name` here.',
      ...(onlyHere
        ? [
            'This address works on the server itself only. For phones, set `CHAVION_PREVIEW_URL` in `.env` to an address that they can reach.',
          ]
        : []),
      ...(noPicture === null ? [] : [NO_PICTURE[noPicture].en()]),
    ].join('\n\n'),
);

/** The name of the picture's file. */
export const siteShot = phrase<[no: number]>(
  (no) => `임무-${no}-화면.png`,
  (no) => `task-${no}-page.png`,
);

/** Of `npm start -- doctor`. */
export const chromiumThere = (path: string) =>
  phrase(
    () => `Chromium (${path})`,
    () => `Chromium (${path})`,
  );
export const chromiumMissing = phrase(
  () =>
    'Chromium이 없어 만든 페이지의 화면 사진은 찍지 않습니다. 링크는 그대로 나옵니다. 설치: sudo apt-get install -y chromium fonts-noto-color-emoji',
  () =>
    'No Chromium: pages that agents make come with a link but no picture. To install it: sudo apt-get install -y chromium fonts-noto-color-emoji',
);
