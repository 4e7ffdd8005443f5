import { phrase } from '../../say.ts';
import { readableBytes } from '../../readable-bytes.ts';

/** What a command would change in folders of the server, seen on a copy of them before anybody is asked. */

/** Every text in it is ready to stand in a line of its own. */
export interface FolderLines {
  readonly path: string;
  readonly name: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly first: readonly {
    readonly path: string;
    readonly how: 'added' | 'changed' | 'removed';
    readonly what: 'file' | 'folder' | 'link';
    readonly bytes: number;
    readonly bytesBefore?: number;
    readonly to?: string;
    /** Where they change. */
    readonly modes?: { readonly before: string; readonly after: string };
    /** Of what is no text, or too large. */
    readonly unseen?: true;
  }[];
  /** A block, or nothing. */
  readonly diff: string;
  readonly cut: boolean;
  readonly hash: string;
}

/** Of small files a letter more or less is what is looked at. */
const size = (bytes: number): string => (bytes < 1_000 ? `${bytes} B` : readableBytes(bytes));

const SIGN = { added: '➕', changed: '✏️', removed: '🗑️' } as const;

const sizes = ({ how, what, bytes, bytesBefore }: FolderLines['first'][number]): string => {
  if (what !== 'file') return '';
  if (how === 'removed') return ` (${size(bytesBefore ?? 0)})`;
  return bytesBefore === undefined || bytesBefore === bytes
    ? ` (${size(bytes)})`
    : ` (${size(bytesBefore)} → ${size(bytes)})`;
};

const placeLine = (one: FolderLines['first'][number], modes: string, unseen: string): string =>
  `- ${SIGN[one.how]} ${one.path}${one.what === 'folder' ? '/' : ''}${one.to === undefined ? '' : ` → ${one.to}`}${sizes(one)}${one.modes === undefined ? '' : ` · ${modes} ${one.modes.before} → ${one.modes.after}`}${one.unseen === true ? ` · ${unseen}` : ''}`;

const total = ({ added, changed, removed }: FolderLines): number => added + changed + removed;

const folderKo = (f: FolderLines): string =>
  [
    `📂 서버 폴더 ${f.path}에서 바뀌는 것: 새로 ${f.added}, 고침 ${f.changed}, 지움 ${f.removed}`,
    ...f.first.map((one) => placeLine(one, '권한', '내용은 보이지 않습니다')),
    ...(total(f) > f.first.length ? [`- … 그 밖에 ${total(f) - f.first.length}개`] : []),
    ...(f.diff === '' ? [] : [f.diff]),
    `변경 확인값 \`${f.hash}\``,
  ].join('\n');

const folderEn = (f: FolderLines): string =>
  [
    `📂 What changes in the server folder ${f.path}: ${f.added} new, ${f.changed} changed, ${f.removed} removed`,
    ...f.first.map((one) => placeLine(one, 'permissions', 'content not shown')),
    ...(total(f) > f.first.length ? [`- … and ${total(f) - f.first.length} more`] : []),
    ...(f.diff === '' ? [] : [f.diff]),
    `check of the changes \`${f.hash}\``,
  ].join('\n');

export const triedLines = phrase<[folders: readonly FolderLines[]]>(
  (folders) =>
    [
      '🧪 복사본에서 미리 해 봤고 잘 끝났습니다. 진짜 폴더는 아직 그대로입니다.',
      ...folders.map(folderKo),
      ...(folders.some(({ cut }) => cut) ? ['전체 내용은 바로 위 파일 `changes.txt`에 있습니다.'] : []),
    ].join('\n'),
  (folders) =>
    [
      '🧪 Tried on a copy, and it ended well. The real folder is as it was.',
      ...folders.map(folderEn),
      ...(folders.some(({ cut }) => cut) ? ['All of it is in the file `changes.txt` right above.'] : []),
    ].join('\n'),
);

const UNTRIED: Readonly<Record<string, readonly [ko: string, en: string]>> = {
  'too-big': ['폴더가 너무 큽니다', 'the folder is too large'],
  'too-many': ['파일이 너무 많습니다', 'there are too many files'],
  'too-deep': ['폴더가 너무 깊습니다', 'its folders are too deep'],
  changed: ['누군가 지금 폴더에 쓰고 있습니다', 'somebody is writing to it'],
  closed: ['폴더 맨 위에 새 파일을 만들 수 없습니다', 'nothing new can be put at its top'],
};

export const untried = phrase<[why: string]>(
  (why) =>
    `🧪 복사본에서 미리 해 보지 못했습니다 (${UNTRIED[why]?.[0] ?? '복사하지 못했습니다'}). 허락하시면 진짜 폴더에서 바로 하고, \`!되돌리기\`는 되지 않습니다.`,
  (why) =>
    `🧪 It could not be tried on a copy (${UNTRIED[why]?.[1] ?? 'no copy could be made'}). With your ✅ it runs on the real folder, and \`!undo\` cannot take it back.`,
);

export const mayBePut = phrase(
  () => '✋ **이대로 바꿔도 될까요?**',
  () => '✋ **May this be changed so?**',
);

export const putSigns = phrase<[hash: string]>(
  (hash) =>
    `✅ 이대로 바꾸기 (다시 실행하지 않습니다) · ❌ 그만두기 · 7일 동안 답이 없으면 그만둡니다 (확인값 \`${hash}\`)`,
  (hash) => `✅ change it so (nothing runs again) · ❌ leave it · silence for 7 days leaves it (check \`${hash}\`)`,
);

export const folderPut = phrase<[code: string]>(
  (code) => `📂 서버 폴더를 보여 드린 그대로 바꿨습니다. 30일 안에는 \`!되돌리기 ${code}\`로 되돌릴 수 있습니다.`,
  (code) => `📂 The server's folder was changed as shown. For 30 days \`!undo ${code}\` takes it back.`,
);

export const undone = {
  done: phrase<[code: string]>(
    (code) => `↩️ \`${code}\`에서 바꾼 것을 모두 되돌렸습니다.`,
    (code) => `↩️ Everything that \`${code}\` changed is as it was before.`,
  ),
  already: phrase<[code: string]>(
    (code) => `\`${code}\`: 이미 되돌렸습니다.`,
    (code) => `\`${code}\` was taken back already.`,
  ),
  changed: phrase<[code: string, where: string]>(
    (code, where) =>
      `\`${code}\` 뒤에 누군가 또 바꾼 것이 있습니다(${where}). 덮어쓰지 않으려고 아무것도 되돌리지 않았습니다.`,
    (code, where) =>
      `After \`${code}\` somebody changed ${where} again. Nothing was taken back, so that it is not lost.`,
  ),
  failed: phrase<[code: string, why: string]>(
    (code, why) => `\`${code}\`: 되돌리지 못했습니다 (${why}). 폴더는 그대로입니다.`,
    (code, why) => `\`${code}\` could not be taken back (${why}). The folder is as it was.`,
  ),
  between: phrase<[code: string, where: string]>(
    (code, where) =>
      `\`${code}\`: 되돌리다가 멈춰서 일부만 되돌아갔습니다 (${where}). 실행자가 다시 켜질 때 이어서 합니다.`,
    (code, where) =>
      `Taking back \`${code}\` stopped half way, and only a part is as before (${where}). It is gone on with when the executor starts again.`,
  ),
  whose: phrase<[code: string]>(
    (code) =>
      `실행자가 여럿이라 어느 것인지 알 수 없어 되돌리지 않았습니다. 여기서 마지막에 바꾼 것은 \`!되돌리기 ${code}\`로 되돌릴 수 있습니다.`,
    (code) =>
      `There are several executors, so nothing was taken back without a code. The last change of this one: \`!undo ${code}\`.`,
  ),
  unknown: phrase<[code: string]>(
    (code) => `\`${code}\`인 변경이 없습니다. 30일이 지났거나 번호가 다릅니다.`,
    (code) => `There is no change \`${code}\`: more than 30 days have passed, or the code is another.`,
  ),
  none: phrase(
    () => '되돌릴 것이 없습니다.',
    () => 'There is nothing to take back.',
  ),
} as const;
