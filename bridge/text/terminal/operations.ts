import { phrase } from '../say.ts';
import { withParticle } from '../particle.ts';

type LeftWhy = 'pipe' | 'socket' | 'device' | 'closed' | 'long';
const LEFT: Readonly<Record<LeftWhy, { readonly ko: string; readonly en: string }>> = {
  pipe: { ko: '파일이 아니라 파이프입니다', en: 'a pipe, no file' },
  socket: { ko: '파일이 아니라 소켓입니다', en: 'a socket, no file' },
  device: { ko: '파일이 아니라 장치입니다', en: 'a device, no file' },
  closed: { ko: '읽을 권한이 없습니다', en: 'may not be read' },
  long: { ko: '폴더가 너무 깊습니다', en: 'lies too deep' },
};
const LEFT_SHOWN = 10;

/** Names are a command's: one line each, whatever they hold. */
function leftLines(left: readonly { readonly path: string; readonly why: LeftWhy }[], lang: 'ko' | 'en'): string {
  const lines = left
    .slice(0, LEFT_SHOWN)
    .map(({ path, why }) => `\n      ${JSON.stringify(path).slice(1, -1)}: ${LEFT[why][lang]}`);
  const more = left.length - lines.length;
  return `${lines.join('')}${more > 0 ? `\n      … ${lang === 'ko' ? `그 밖에 ${more}개` : `and ${more} more`}` : ''}`;
}

/** What `npm start -- backup`, `restore`, `status`, `logs`, `reset-password`, `rotate-secrets` and `upgrade` say. */
export const operationsText = {
  noHouse: (data: string) =>
    phrase(
      () => `${data}에 아직 집이 없습니다. 먼저 npm start 를 해 주세요.`,
      () => `There is no house in ${data} yet: run npm start first.`,
    ),

  backupUsage: phrase(
    () =>
      '쓰는 법: npm start -- backup [파일] [--encrypt]\n  파일 대신 폴더를 써도 됩니다. 쓰지 않으면 data/backups에 저장합니다. --encrypt는 암호를 물어 보고 그 암호로 잠급니다 (age 형식).\n  암호를 파일로 줄 수도 있습니다: --passphrase-file 파일',
    () =>
      'Usage: npm start -- backup [file] [--encrypt]\n  A folder will do as well; without either it goes to data/backups. --encrypt asks for a passphrase and seals the backup with it (age).\n  Or from a file: --passphrase-file file',
  ),
  fileThere: (file: string) =>
    phrase(
      () => `${file} 파일이 이미 있습니다. 덮어쓰지 않았습니다. 다른 이름을 주세요.`,
      () => `${file} is there already and was not overwritten. Give another name.`,
    ),
  copying: phrase(
    () => '모으는 중',
    () => 'Copying',
  ),
  copied: phrase(
    () => '대화, 파일, 기억, 비밀값을 모았습니다',
    () => 'messages, files, memory and secrets',
  ),
  packing: phrase(
    () => '묶는 중',
    () => 'Packing',
  ),
  notStill: phrase(
    () =>
      '에이전트들을 잠시 멈추지 못해 백업하지 않았습니다. 바뀐 것은 없습니다. npm start -- status 로 상태를 보고 다시 해 주세요.',
    () =>
      'The swarm could not be paused, so there is no backup; nothing was changed. Look at npm start -- status and try again.',
  ),
  backedUp: (file: string, sealed: boolean) =>
    phrase(
      () =>
        `백업했습니다: ${file}\n    ${sealed ? '암호를 잊으면 아무도 열 수 없습니다.' : '비밀번호와 키가 그대로 들어 있으니 남에게 주지 마세요.'} 다른 컴퓨터나 USB에도 복사해 두세요.`,
      () =>
        `Backed up: ${file}\n    ${sealed ? 'Without its passphrase nobody can open it.' : 'Passwords and keys are in it as they are: give it to nobody.'} Keep a copy on another machine.`,
    ),
  leftOut: (left: readonly { readonly path: string; readonly why: LeftWhy }[]) =>
    phrase(
      () => `백업에 넣지 않은 것 ${left.length}개 (나머지는 모두 들어 있습니다):${leftLines(left, 'ko')}`,
      () => `Not in the backup: ${left.length} (everything else is):${leftLines(left, 'en')}`,
    ),
  littleRoom: (free: string) =>
    phrase(
      () => `디스크 여유가 ${free}입니다. 오래된 백업을 지우거나 옮겨 주세요.`,
      () => `${free} of disk are left: move old backups away.`,
    ),
  passphrase: phrase(
    () => '암호 (보이지 않습니다): ',
    () => 'Passphrase (hidden): ',
  ),
  passphraseAgain: phrase(
    () => '한 번 더: ',
    () => 'Once more: ',
  ),
  passphraseShort: phrase(
    () => '암호가 너무 짧습니다 (8자 이상). 백업하지 않았습니다.',
    () => 'The passphrase is too short (8 letters at least). Nothing was backed up.',
  ),
  passphraseDiffers: phrase(
    () => '두 암호가 다릅니다. 백업하지 않았습니다.',
    () => 'The two differ. Nothing was backed up.',
  ),
  passphraseNone: phrase(
    () => '이 백업은 암호로 잠겨 있습니다. 아무것도 바뀌지 않았습니다.',
    () => 'This backup is under a passphrase. Nothing was changed.',
  ),

  restoreUsage: phrase(
    () =>
      '쓰는 법: npm start -- restore 백업파일\n  집이 없는 곳에서만 됩니다. 암호로 잠긴 백업이면 암호를 묻습니다 (또는 --passphrase-file 파일).',
    () =>
      'Usage: npm start -- restore file\n  Only where there is no house. A sealed backup asks for its passphrase (or --passphrase-file file).',
  ),
  noFolder: (folder: string) =>
    phrase(
      () => `${folder} 폴더가 없습니다. 백업하지 않았습니다. USB라면 꽂혀 있는지 봐 주세요.`,
      () => `There is no folder ${folder}. Nothing was backed up. If it is a stick, see that it is in.`,
    ),
  noFile: (file: string) =>
    phrase(
      () => `${file} 파일이 없습니다. 바뀐 것은 없습니다.`,
      () => `There is no ${file}. Nothing was changed.`,
    ),
  houseThere: (data: string) =>
    phrase(
      () =>
        `${data}에 이미 집이 있습니다. 덮어쓰지 않았습니다.\n집을 끄고 그 폴더를 다른 곳으로 옮기거나, CHAVION_DATA_DIR로 새 폴더를 정한 뒤 다시 해 주세요.`,
      () =>
        `There is a house in ${data} already; it was not overwritten.\nStop it and move that folder away, or choose a new one with CHAVION_DATA_DIR.`,
    ),
  unpacking: phrase(
    () => '푸는 중',
    () => 'Unpacking',
  ),
  placing: phrase(
    () => '제자리에',
    () => 'Placing',
  ),
  damaged: (file: string) =>
    phrase(
      () => `${file} 파일이 손상되어 되돌리지 않았습니다. 바뀐 것은 없습니다. 다른 백업으로 해 보세요.`,
      () => `${file} is damaged and was not restored. Nothing was changed. Try another backup.`,
    ),
  wrongPassphrase: (file: string) =>
    phrase(
      () => `암호가 틀리거나 ${file} 파일이 손상됐습니다. 바뀐 것은 없습니다.`,
      () => `The passphrase is wrong or ${file} is damaged. Nothing was changed.`,
    ),
  notBackup: (file: string) =>
    phrase(
      () => `${withParticle(file, '은', '는')} Chavion의 백업이 아닙니다. 바뀐 것은 없습니다.`,
      () => `${file} is no backup of Chavion. Nothing was changed.`,
    ),
  otherName: (name: string) =>
    phrase(
      () =>
        `이 백업의 서버 이름은 ${name}입니다. 바뀐 것은 없습니다. .env에 CHAVION_SERVER_NAME=${name} 을 쓰고 다시 해 주세요.`,
      () =>
        `The server name in this backup is ${name}. Nothing was changed. Put CHAVION_SERVER_NAME=${name} into .env and try again.`,
    ),
  restoreUnfinished: (data: string) =>
    phrase(
      () =>
        `${data}에 백업을 되돌리다가 중간에 끊겼습니다. 백업 파일은 그대로입니다. 같은 명령을 다시 해 주세요: npm start -- restore 백업파일`,
      () =>
        `A backup was being restored into ${data} and that was cut short. The backup itself is as it was. Do it again: npm start -- restore file`,
    ),
  busy: (pid: number, data: string) =>
    phrase(
      () =>
        `${withParticle(data, '을', '를')} 다른 프로그램이 쓰고 있습니다 (프로세스 ${pid}). 바뀐 것은 없습니다. 그것이 끝난 뒤 다시 해 주세요.`,
      () => `Process ${pid} is using ${data}. Nothing was changed. Try again once it has ended.`,
    ),
  noRoom: (folder: string) =>
    phrase(
      () => `디스크에 자리가 모자라 하지 못했습니다 (${folder}). 바뀐 것은 없습니다. 자리를 비우고 다시 해 주세요.`,
      () => `There is not enough room on the disk (${folder}). Nothing was changed. Make room and try again.`,
    ),
  ownAside: (here: string, aside: string) =>
    phrase(
      () => `${withParticle(here, '은', '는')} 있던 그대로 두었습니다. 백업에 들어 있던 것은 여기에 있습니다: ${aside}`,
      () => `${here} was left as it was. What the backup held is in ${aside}`,
    ),
  rosterUnnamed: (file: string) =>
    phrase(
      () => `명단을 ${file}에 두었습니다. 쓰려면 .env에 이렇게 적어 주세요: CHAVION_ROSTER=${file}`,
      () => `The roster is in ${file}. To use it, put CHAVION_ROSTER=${file} into .env`,
    ),
  restored: phrase(
    () => '되돌렸습니다. 켜기: npm start',
    () => 'Restored. To open it: npm start',
  ),

  logsUsage: (parts: readonly string[]) =>
    phrase(
      () => `쓰는 법: npm start -- logs [${parts.join('|')}] [-f] [줄 수]\n  -f는 새 줄을 계속 보여 줍니다.`,
      () => `Usage: npm start -- logs [${parts.join('|')}] [-f] [lines]\n  -f goes on with new lines.`,
    ),
  noLogs: phrase(
    () => '아직 적힌 것이 없습니다.',
    () => 'Nothing has been logged yet.',
  ),

  resetUsage: phrase(
    () =>
      '쓰는 법: npm start -- reset-password [계정]\n  계정을 쓰지 않으면 마스터의 비밀번호를 새로 만듭니다. 집이 꺼져 있어도 됩니다.',
    () =>
      'Usage: npm start -- reset-password [account]\n  Without an account the master gets a new password, with the house on or off.',
  ),
  notRunning: phrase(
    () => '집이 꺼져 있어 하지 못했습니다. 바뀐 것은 없습니다. npm start 로 켠 뒤 다시 해 주세요.',
    () => 'The house is not running; nothing was changed. Open it with npm start first.',
  ),
  nobody: (user: string) =>
    phrase(
      () => `${user} 계정이 없습니다. 바뀐 것은 없습니다.`,
      () => `There is no account ${user}. Nothing was changed.`,
    ),
  closedAccount: (user: string) =>
    phrase(
      () =>
        `${user} 계정은 닫혀 있어 비밀번호를 바꾸지 않았습니다. 다시 들이려면 방에서: !관리 초대 ${user.split(':')[0] ?? user}`,
      () =>
        `${user} is closed, so its password was left as it is. To bring it back, in the room: !admin invite ${user.split(':')[0] ?? user}`,
    ),
  notForPeople: (user: string) =>
    phrase(
      () => `${withParticle(user, '은', '는')} 사람이 쓰는 계정이 아니라 비밀번호를 바꾸지 않았습니다.`,
      () => `${user} is nobody's login; its password was left as it is.`,
    ),
  notReset: (user: string, status: number) =>
    phrase(
      () =>
        `홈서버가 거절해서 ${user}의 비밀번호를 바꾸지 못했습니다 (${status}). 예전 비밀번호 그대로입니다. npm start -- doctor 로 살펴보고 다시 해 주세요.`,
      () =>
        `The homeserver refused (${status}); the password of ${user} is as it was. Look at npm start -- doctor and try again.`,
    ),
  perhapsReset: (user: string) =>
    phrase(
      () =>
        `홈서버가 대답하지 않아 ${user}의 비밀번호가 바뀌었는지 알 수 없습니다. 같은 명령을 다시 해 주세요. 그러면 확실히 바뀝니다.`,
      () =>
        `The homeserver did not answer, so the password of ${user} may have changed or not. The same command again settles it.`,
    ),
  newPassword: (user: string, password: string) =>
    phrase(
      () => `새 비밀번호 (${user}): ${password}\n    지금까지 로그인한 기기는 모두 로그아웃됐습니다.`,
      () => `New password of ${user}: ${password}\n    Every device that was signed in has been signed out.`,
    ),

  rotating: phrase(
    () => '비밀값 교체',
    () => 'New secrets',
  ),
  rotated: (running: boolean) =>
    phrase(
      () =>
        `통신용 비밀값을 새로 만들었습니다 (Synapse와 에이전트 사이, Redis). ${running ? '집이 잠깐 꺼졌다 켜지고, 그동안의 메시지는 그대로 남아 대답합니다.' : '다음에 켤 때부터 씁니다.'}\n    마스터의 비밀번호는 그대로입니다: npm start -- reset-password`,
      () =>
        `The parts have new secrets (homeserver and agents, Redis). ${running ? 'The house closes and opens again; what is said meanwhile is kept and answered.' : 'They are taken at the next start.'}\n    The master's password is as it was: npm start -- reset-password`,
    ),
  launcherDeaf: phrase(
    () => '새 비밀값을 저장했지만 켜져 있는 집에 알리지 못했습니다. Ctrl-C로 끄고 npm start 로 다시 켜 주세요.',
    () => 'The new secrets are stored, but the running house could not be told. Stop it with Ctrl-C and run npm start.',
  ),
};

const date = (at: Date): string =>
  `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')} ${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;

/** `npm start -- status`. */
export const statusText = {
  ko: {
    noHouse: (data: string) => `${data}에 아직 집이 없습니다. 시작: npm start`,
    closed: () => '집이 꺼져 있습니다. 켜기: npm start',
    open: (since: string) => `집이 켜져 있습니다 (${since})`,
    starting: () => '집이 켜지는 중이거나, 응답하지 않는 부분이 있습니다. 까닭: npm start -- logs',
    process: (pid: number) => `프로세스 ${pid}`,
    down: () => '꺼져 있음 (곧 다시 켭니다)',
    disk: () => '디스크',
    used: (used: string, free: string) => `${used} 사용, 여유 ${free}`,
    freeAt: (folders: string, free: string) => `남은 자리 ${free} (${folders})`,
    machine: () => '컴퓨터',
    load: (load: string, cores: number) => `부하 ${load} / 코어 ${cores}개`,
    backup: () => '마지막 백업',
    noBackup: () => '없습니다. 만들기: npm start -- backup',
    lastBackup: (at: Date, size: string) => `${date(at)}, ${size}`,
    address: () => '주소',
    since: (ms: number) =>
      ms < 60_000
        ? `${Math.round(ms / 1000)}초`
        : ms < 3_600_000
          ? `${Math.round(ms / 60_000)}분`
          : ms < 86_400_000
            ? `${Math.floor(ms / 3_600_000)}시간`
            : `${Math.floor(ms / 86_400_000)}일`,
  },
  en: {
    noHouse: (data: string) => `There is no house in ${data} yet. To begin: npm start`,
    closed: () => 'The house is not running. To open it: npm start',
    open: (since: string) => `The house is open (${since})`,
    starting: () => 'The house is starting, or a part does not answer. Why: npm start -- logs',
    process: (pid: number) => `process ${pid}`,
    down: () => 'down (about to be started)',
    disk: () => 'Disk',
    used: (used: string, free: string) => `${used} used, ${free} free`,
    freeAt: (folders: string, free: string) => `${free} free (${folders})`,
    machine: () => 'Machine',
    load: (load: string, cores: number) => `load ${load} on ${cores} core${cores === 1 ? '' : 's'}`,
    backup: () => 'Last backup',
    noBackup: () => 'none. To make one: npm start -- backup',
    lastBackup: (at: Date, size: string) => `${date(at)}, ${size}`,
    address: () => 'Address',
    since: (ms: number) =>
      ms < 60_000
        ? `${Math.round(ms / 1000)} s`
        : ms < 3_600_000
          ? `${Math.round(ms / 60_000)} min`
          : ms < 86_400_000
            ? `${Math.floor(ms / 3_600_000)} h`
            : `${Math.floor(ms / 86_400_000)} d`,
  },
};
