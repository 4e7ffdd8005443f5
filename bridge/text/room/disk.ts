import { phrase } from '../say.ts';

/** In HQ, when room runs out on the machine. */
export const diskText = {
  low: (folder: string, free: string) =>
    phrase(
      () =>
        `⚠️ 서버 디스크가 거의 찼습니다: 남은 자리 ${free} (\`${folder}\`). 다 차면 대화가 멈춥니다. 따로 떼어 둔 자리로 당분간 버팁니다. \`!관리 디스크\`로 무엇이 큰지 보고, 필요 없는 것을 지워 주세요. 작업 폴더에 있는 것은 \`!실행 du -sh *\`로 보고 \`!실행 rm 파일이름\`으로 지울 수 있습니다.`,
      () =>
        `⚠️ The server’s disk is nearly full: ${free} left (\`${folder}\`). When it is full, everything stops here. Room that was set aside helps for a while. See what is large with \`!admin disk\` and delete what is not needed; in the workspace, \`!run du -sh *\` shows it and \`!run rm name\` deletes it.`,
    ),
  roomy: (folder: string, free: string) =>
    phrase(
      () => `디스크에 다시 자리가 있습니다: ${free} (\`${folder}\`).`,
      () => `There is room on the disk again: ${free} (\`${folder}\`).`,
    ),
};
