import { phrase } from '../say.ts';

/** What is said of room on the disk. */
export const diskRoomText = {
  diskLow: (folder: string, free: string) =>
    phrase(
      () => `디스크 여유가 ${free}뿐입니다 (${folder}). 곧 저장할 자리가 없어집니다. 필요 없는 파일을 지워 주세요.`,
      () => `Only ${free} of disk left (${folder}). Soon nothing can be stored: delete what you do not need.`,
    ),
  diskFullAt: (folder: string) =>
    phrase(
      () =>
        `디스크가 가득 찼습니다 (${folder}). 지금까지의 대화는 그대로지만 새 메시지는 저장되지 않습니다. 자리를 비우면 저절로 이어집니다.`,
      () =>
        `The disk is full (${folder}). What was said is kept, but nothing new can be stored. Make room and it goes on by itself.`,
    ),
  notWritten: (folder: string) =>
    phrase(
      () => `${folder}에 쓸 수 없습니다. 폴더의 권한을 확인해 주세요.`,
      () => `Cannot write to ${folder}: check its permissions.`,
    ),
  diskRoomy: (free: string) =>
    phrase(
      () => `디스크에 다시 자리가 있습니다 (${free}).`,
      () => `There is room on the disk again (${free}).`,
    ),
  diskFull: phrase(
    () =>
      '디스크가 가득 차서 시작하지 못했습니다. 지금까지의 내용은 그대로입니다. 자리를 비우고 다시 npm start 해 주세요.',
    () => 'The disk is full, so it could not start; what you have is kept. Make room and run npm start again.',
  ),
};
