import { readableBytes } from '../readable-bytes.ts';
import { phrase } from '../say.ts';

/** In HQ, when room runs out on the machine. */
export const diskText = {
  low: (folder: string, free: string) =>
    phrase(
      () =>
        `⚠️ 서버 디스크가 거의 찼습니다: 남은 자리 ${free} (\`${folder}\`). 다 차면 대화가 멈춥니다. 따로 떼어 둔 자리로 당분간 버팁니다. \`!관리 디스크\`로 무엇이 큰지 보고, 필요 없는 것을 지워 주세요. 임무가 남긴 파일은 \`!관리 작업폴더\`에서, 직접 시키신 것은 \`!실행 rm 파일이름\`으로 지울 수 있습니다.`,
      () =>
        `⚠️ The server’s disk is nearly full: ${free} left (\`${folder}\`). When it is full, everything stops here. Room that was set aside helps for a while. See what is large with \`!admin disk\` and delete what is not needed: what tasks left with \`!admin workspaces\`, what you ran yourself with \`!run rm name\`.`,
    ),
  roomy: (folder: string, free: string) =>
    phrase(
      () => `디스크에 다시 자리가 있습니다: ${free} (\`${folder}\`).`,
      () => `There is room on the disk again: ${free} (\`${folder}\`).`,
    ),
};

/** What the executor answers to `!admin workspaces`. What others wrote comes woven in. */

export interface WorkspaceLine {
  readonly code: string;
  readonly bytes: number;
  /** Since somebody last worked in it. */
  readonly idleMs: number;
  /** Whose it is, as words or a link. */
  readonly what: string;
  readonly kind: 'task' | 'chat' | 'agent' | 'other';
  readonly busy: boolean;
}

const days = (ms: number): number => Math.floor(ms / 86_400_000);
const idle = {
  ko: (ms: number): string => (days(ms) === 0 ? '오늘 씀' : `${days(ms)}일 전에 씀`),
  en: (ms: number): string => (days(ms) === 0 ? 'used today' : `used ${days(ms)} d ago`),
};
const KIND = {
  ko: { task: '임무', chat: '대화', agent: '밖의 에이전트', other: '그 밖의 일' },
  en: { task: 'task', chat: 'conversation', agent: 'outside agent', other: 'other work' },
};
const line =
  (lang: 'ko' | 'en', running: string) =>
  ({ code, bytes, idleMs, what, kind, busy }: WorkspaceLine): string =>
    `- \`${code}\` ${readableBytes(bytes)} · ${busy ? running : idle[lang](idleMs)} · ${KIND[lang][kind]}${what === '' ? '' : ` ${what}`}`;

export interface WorkspaceList {
  readonly lines: readonly WorkspaceLine[];
  /** Not shown one by one. */
  readonly more: { readonly count: number; readonly bytes: number };
  /** Of the masters' own commands; 0: none. */
  readonly direct: number;
  readonly all: number;
  /** Empty where there is one executor alone. */
  readonly host: string;
}

export const workspaceList = phrase<[list: WorkspaceList]>(
  ({ lines, more, direct, all, host }) =>
    [
      `**작업 폴더** ${readableBytes(all)}${host === '' ? '' : ` (${host})`}`,
      ...lines.map(line('ko', '일하는 중')),
      ...(more.count === 0 ? [] : [`- … 그 밖에 ${more.count}개 ${readableBytes(more.bytes)}`]),
      ...(direct === 0
        ? []
        : [
            `- \`!실행\`으로 시키신 것 ${readableBytes(direct)}: \`!실행 du -sh *\`로 보고 \`!실행 rm 파일이름\`으로 지웁니다`,
          ]),
      '',
      lines.length === 0
        ? '지울 임무 작업 폴더가 없습니다.'
        : `지우기: \`!관리 작업폴더 비우기 ${lines.find(({ busy }) => !busy)?.code ?? '코드'}\` · 7일 넘게 안 쓴 것 모두: \`!관리 작업폴더 비우기 7일\`. 지우면 되돌릴 수 없습니다. 방에 올라온 파일은 남습니다. 임무와 대화의 작업 폴더는 30일 동안 안 쓰면 저절로 지워집니다.`,
    ].join('\n'),
  ({ lines, more, direct, all, host }) =>
    [
      `**Workspaces** ${readableBytes(all)}${host === '' ? '' : ` (${host})`}`,
      ...lines.map(line('en', 'at work')),
      ...(more.count === 0 ? [] : [`- … and ${more.count} more, ${readableBytes(more.bytes)}`]),
      ...(direct === 0
        ? []
        : [`- of your own \`!run\` ${readableBytes(direct)}: \`!run du -sh *\` shows it, \`!run rm name\` deletes it`]),
      '',
      lines.length === 0
        ? 'There is no workspace of a task to delete.'
        : `To delete: \`!admin workspaces clear ${lines.find(({ busy }) => !busy)?.code ?? 'code'}\` · all that nobody used for a week: \`!admin workspaces clear 7d\`. What is deleted does not come back; files sent to the room stay. The workspace of a task or a conversation goes by itself after 30 days without use.`,
    ].join('\n'),
);

export const workspaceCleared = {
  done: phrase<[count: number, bytes: number]>(
    (count, bytes) => `🧹 작업 폴더 ${count}개를 지웠습니다. ${readableBytes(bytes)} 비었습니다.`,
    (count, bytes) => `🧹 ${count} ${count === 1 ? 'workspace' : 'workspaces'} deleted, ${readableBytes(bytes)} freed.`,
  ),
  left: phrase<[count: number]>(
    (count) => ` ${count}개는 지우지 못했습니다.`,
    (count) => ` ${count} could not be deleted.`,
  ),
  none: phrase<[days: number]>(
    (count) => `${count}일 넘게 안 쓴 작업 폴더가 없습니다. 지운 것은 없습니다.`,
    (count) => `No workspace was unused for ${count} days. Nothing was deleted.`,
  ),
  unknown: phrase<[code: string, host: string]>(
    (code, host) =>
      `${host === '' ? '' : `${host}에는 `}${code} 작업 폴더가 없습니다. 지운 것은 없습니다. 목록: \`!관리 작업폴더\``,
    (code, host) =>
      `There is no workspace ${code}${host === '' ? '' : ` on ${host}`}. Nothing was deleted. The list: \`!admin workspaces\``,
  ),
  busy: phrase<[code: string]>(
    (code) =>
      `${code}에서는 아직 임무가 끝나지 않아 지우지 않았습니다. 그 임무의 스레드에서 \`!그만\`이라고 하시면 지울 수 있습니다.`,
    (code) => `The task of ${code} has not ended, so it was not deleted. \`!stop\` in that task’s thread ends it.`,
  ),
};
