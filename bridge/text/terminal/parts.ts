import { phrase } from '../say.ts';

/** How a part ended that lived but answered no more; other ends are named by their signal or exit code. */
export const DEAF = 'deaf';

/** Why a part did not come up, and what to do. */
const mends = {
  port: phrase(
    () => '다른 프로그램이 그 포트를 쓰고 있습니다. 누가 쓰는지 보기: npm start -- doctor',
    () => 'Another program uses its port. To see which: npm start -- doctor',
  ),
  disk: phrase(
    () => '디스크에 자리가 없습니다. 자리를 비우고 다시 npm start 해 주세요.',
    () => 'There is no room on the disk. Make room and run npm start again.',
  ),
  aof: phrase(
    () =>
      'Redis의 파일(appendonlydir)이 손상됐습니다. 백업에서 되돌리거나, 그 폴더를 복사해 둔 뒤 redis-check-aof --fix 로 고쳐 주세요. 고치면 손상된 뒤의 기록은 사라집니다.',
    () =>
      'The file of Redis (appendonlydir) is damaged. Restore a backup; or copy that folder away and mend it with redis-check-aof --fix, which drops what comes after the damage.',
  ),
  'aof-rights': phrase(
    () => 'Redis가 자기 파일을 열 수 없습니다. 폴더의 주인과 권한을 확인해 주세요.',
    () => 'Redis cannot open its own files: check owner and permissions of its folder.',
  ),
  'database-locked': phrase(
    () =>
      '다른 프로그램이 homeserver.db를 잡고 있습니다 (백업 도구나 sqlite3). 그 프로그램을 끝내고 다시 npm start 해 주세요.',
    () => 'Another program holds homeserver.db (a backup tool, or sqlite3). End it and run npm start again.',
  ),
  'database-broken': phrase(
    () =>
      '대화가 든 homeserver.db가 손상됐습니다. 파일은 그대로 두었습니다. 최근 백업에서 되돌려 주세요: npm start -- restore --help',
    () =>
      'homeserver.db, which holds what was said, is damaged and was left as it is. Restore the last backup: npm start -- restore --help',
  ),
  'database-newer': phrase(
    () => 'homeserver.db는 더 새로운 판이 쓰던 것입니다. Chavion을 새 판으로 올려 주세요: npm start -- upgrade',
    () => 'homeserver.db was used by a newer version. Bring Chavion up to it: npm start -- upgrade',
  ),
  rights: phrase(
    () => '그 부분의 계정으로는 자기 파일을 열 수 없습니다. 폴더의 주인과 권한을 확인해 주세요.',
    () => 'Its account cannot open its own files: check owner and permissions of its folder.',
  ),
} as const;

/** What is said of the parts: how they end, and come back. */
export const partsText = {
  startingAnew: phrase(
    () => '바뀐 비밀값으로 다시 켭니다 ...',
    () => 'Starting anew with the changed secrets ...',
  ),
  leftovers: (count: number) =>
    phrase(
      () => `지난번에 갑자기 꺼지면서 남은 프로세스 ${count}개를 정리합니다.`,
      () => `Ending ${count} process${count === 1 ? '' : 'es'} left by a launcher that was killed.`,
    ),
  partDied: (part: string, how: string, delayMs: number) =>
    phrase(
      () =>
        `꺼진 부분: ${part} (${how === DEAF ? '대답이 없어 껐습니다' : how}). ${(delayMs / 1000).toFixed(1)}초 뒤 다시 켭니다.`,
      () =>
        `${part} stopped (${how === DEAF ? 'ended, as it answered no more' : how}); starting it again in ${(delayMs / 1000).toFixed(1)} s.`,
    ),
  partSilent: (part: string) =>
    phrase(
      () => `대답이 없는 부분: ${part}. 조금 더 기다려 보고, 그래도 없으면 다시 켭니다.`,
      () => `${part} does not answer; if it stays so it is started anew.`,
    ),
  partBack: (part: string) =>
    phrase(
      () => `다시 응답합니다: ${part}`,
      () => `${part} answers again.`,
    ),
  partFailed: (name: string, log: string) =>
    phrase(
      () =>
        `${name} 부분이 켜지지 않아 모두 멈췄습니다. 지금까지의 내용은 그대로 남아 있습니다. 까닭은 여기에 있습니다: ${log}`,
      () => `${name} did not come up, so everything was stopped; what you have is kept. The reason is in ${log}`,
    ),
  partMute: (name: string, minutes: number, log: string) =>
    phrase(
      () =>
        `${name} 부분이 켜졌지만 ${minutes}분이 지나도 대답하지 않아 모두 멈췄습니다. 지금까지의 내용은 그대로 남아 있습니다. 까닭은 여기에 있습니다: ${log}`,
      () =>
        `${name} is running but has not answered for ${minutes} minutes, so everything was stopped; what you have is kept. See ${log}`,
    ),
  waitingForAnswer: (log: string) =>
    phrase(
      () => `켜지기를 기다리는 중 (${log})`,
      () => `coming up (${log})`,
    ),
  partFailedFor: (name: string, cause: keyof typeof mends, log: string) =>
    phrase(
      () =>
        `${name} 부분이 켜지지 않아 모두 멈췄습니다. 지금까지의 내용은 그대로 남아 있습니다.\n${mends[cause].ko()}\n자세한 내용: ${log}`,
      () =>
        `${name} did not come up, so everything was stopped; what you have is kept.\n${mends[cause].en()}\nDetails: ${log}`,
    ),
};
