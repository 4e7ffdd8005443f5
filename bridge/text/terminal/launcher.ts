import { phrase } from '../say.ts';
import { withParticle } from '../particle.ts';
import { roomNames } from '../room-names.ts';

interface Wrong {
  readonly place: string;
  readonly what: string;
}
interface PortUse {
  readonly port: number;
  readonly variable: string;
  readonly by?: string | undefined;
}

const listed = (wrong: readonly Wrong[]): string =>
  wrong.map(({ place, what }) => `  - ${place}\n      ${what}`).join('\n');
const ports = (uses: readonly PortUse[]): string =>
  uses.map(({ port, variable, by }) => `  - ${variable}=${port}${by === undefined ? '' : ` <- ${by}`}`).join('\n');

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

/** What the launcher says at the terminal. */
export const launcherText = {
  settingsWrong: (wrong: readonly Wrong[]) =>
    phrase(
      () =>
        `설정에 잘못된 곳이 ${wrong.length}군데 있어 시작하지 않았습니다. 바뀐 것은 없습니다.\n${listed(wrong)}\n.env 파일이나 환경 변수를 고친 뒤 다시 npm start 해 주세요.`,
      () =>
        `${wrong.length} setting${wrong.length === 1 ? ' is' : 's are'} wrong, so nothing was started and nothing was changed.\n${listed(wrong)}\nMend .env or the environment, then run npm start again.`,
    ),
  stateLost: (lost: readonly string[], data: string) =>
    phrase(
      () =>
        `이 집이 쓰던 것이 없어져서 시작하지 않았습니다. 그대로 켜면 지난 대화가 없는 빈 집이 됩니다:\n${lost.map((path) => `  - ${path}`).join('\n')}\n다른 컴퓨터로 옮기셨다면 폴더를 복사하지 말고 backup과 restore를 써 주세요. 백업이 있으면 ${withParticle(data, '을', '를')} 다른 이름으로 옮기고: npm start -- restore 백업파일\n백업이 없고 새로 시작해도 좋다면 ${withParticle(data, '을', '를')} 다른 이름으로 옮긴 뒤 npm start 해 주세요.`,
      () =>
        `What this house kept is gone, so nothing was started; it would open as an empty house:\n${lost.map((path) => `  - ${path}`).join('\n')}\nTo move a house, use backup and restore rather than a copy of the folder. With a backup, move ${data} aside, then: npm start -- restore file\nTo begin anew without one, move ${data} aside and run npm start.`,
    ),
  wrong: {
    range: (from: string, to: string) =>
      phrase(
        () => `${from}부터 ${to}까지의 수를 써 주세요`,
        () => `has to be between ${from} and ${to}`,
      ),
    options: (values: readonly string[]) =>
      phrase(
        () => `${values.join(', ')} 가운데 하나를 써 주세요`,
        () => `has to be one of ${values.join(', ')}`,
      ),
    url: phrase(
      () => 'http:// 나 https:// 로 시작하는 주소를 써 주세요. 예: https://chat.example.org',
      () => 'has to be an address that begins with http:// or https://, such as https://chat.example.org',
    ),
    serverName: phrase(
      () => '영문자, 숫자, 점(.), 붙임표(-)로 된 이름을 써 주세요. 예: chavion.local',
      () => 'has to be a host name of letters, digits, dots and hyphens, such as chavion.local',
    ),
    timeZone: phrase(
      () => '이 컴퓨터가 모르는 시간대입니다. 예: Asia/Seoul',
      () => 'is not a time zone that this machine knows, such as Asia/Seoul',
    ),
    key: phrase(
      () => '키에 빈칸, 줄바꿈이나 한글 같은 글자가 들어 있습니다. 키만 다시 복사해 주세요',
      () => 'holds spaces, line breaks or letters that no key has; copy the key alone',
    ),
    object: phrase(
      () => '{ 로 시작해 } 로 끝나는 묶음이어야 합니다',
      () => 'has to be an object in { and }',
    ),
    list: phrase(
      () => '[ 로 시작해 ] 로 끝나는 목록이어야 합니다',
      () => 'has to be a list in [ and ]',
    ),
    text: phrase(
      () => '따옴표로 묶은 글이어야 합니다',
      () => 'has to be a text in quotes',
    ),
    unknown: (names: readonly string[]) =>
      phrase(
        () => `모르는 이름이 있습니다: ${names.join(', ')}`,
        () => `holds names that mean nothing: ${names.join(', ')}`,
      ),
  },
  startingAnew: phrase(
    () => '바뀐 비밀값으로 다시 켭니다 ...',
    () => 'Starting anew with the changed secrets ...',
  ),
  missing: phrase(
    () => '빠져 있습니다',
    () => 'is missing',
  ),
  notNumber: phrase(
    () => '정수를 써 주세요',
    () => 'has to be a whole number',
  ),
  empty: phrase(
    () => '비어 있습니다',
    () => 'is empty',
  ),
  notJson: (line: number | null, why: string) =>
    phrase(
      () =>
        `파일이 정해진 형식(JSON)에 맞지 않습니다${line === null ? '' : `: ${line}번째 줄 근처`}. 쉼표, 따옴표, 괄호가 빠지거나 남지 않았는지 봐 주세요.`,
      () => `is not JSON: ${why}`,
    ),
  notReadable: (code: string) =>
    phrase(
      () =>
        code === 'ENOENT'
          ? '그런 파일이 없습니다.'
          : code === 'EISDIR'
            ? '파일이 아니라 폴더입니다.'
            : `이 사용자로는 파일을 읽을 수 없습니다 (${code}).`,
      () =>
        code === 'ENOENT'
          ? 'there is no such file.'
          : code === 'EISDIR'
            ? 'is a folder, not a file.'
            : `the file cannot be read (${code}).`,
    ),
  unknownSetting: (name: string, nearest: string) =>
    phrase(
      () => `모르는 설정이라 무시합니다: ${name}. 혹시 ${nearest} 인가요?`,
      () => `${name} is not a setting and is ignored. Did you mean ${nearest}?`,
    ),
  fileUnreadable: (path: string, code: string) =>
    phrase(
      () =>
        `${path}: ${code === 'EISDIR' ? '파일이어야 하는데 폴더입니다' : `이 사용자로는 읽을 수 없습니다 (${code})`}. 아무것도 바꾸지 않았습니다. ${code === 'EISDIR' ? '폴더를 다른 이름으로 옮기고' : '파일의 권한이나 주인을 확인하고'} 다시 해 주세요.`,
      () =>
        `${path} ${code === 'EISDIR' ? 'is a folder and has to be a file' : `cannot be read by this account (${code})`}. Nothing was changed. ${code === 'EISDIR' ? 'Move it aside' : 'Check its permissions and owner'}, then try again.`,
    ),
  fileBroken: (path: string) =>
    phrase(
      () =>
        `${path} 파일이 손상되어 시작하지 않았습니다. 파일은 그대로 두었습니다.\n백업에서 되돌리거나, 파일을 다른 이름으로 옮긴 뒤 다시 시작해 주세요.`,
      () =>
        `${path} is damaged, so nothing was started; the file was left as it is.\nRestore it from a backup, or move it aside and start again.`,
    ),
  synapseInstallFailed: (tail: string) =>
    phrase(
      () =>
        `Synapse를 설치하지 못했습니다. 다른 것은 그대로입니다. 인터넷 연결을 확인하고 다시 npm start 해 주세요.\n${tail}`,
      () =>
        `Synapse could not be installed; nothing else was changed. Check the internet connection and run npm start again.\n${tail}`,
    ),
  synapseAway: phrase(
    () =>
      'Synapse를 받는 곳(PyPI)에 닿지 못해 시작하지 않았습니다. 다른 것은 그대로입니다. 인터넷 연결을 확인하고 다시 npm start 해 주세요.',
    () =>
      'Where Synapse comes from (PyPI) could not be reached, so nothing was started; nothing else was changed. Check the internet connection and run npm start again.',
  ),
  packagesMissing: (packages: readonly string[], command: string | undefined) =>
    phrase(
      () =>
        command === undefined
          ? `필요한 프로그램이 없습니다: ${packages.join(', ')}. 이 배포판의 방법으로 설치한 뒤 다시 npm start 해 주세요.`
          : `필요한 프로그램이 없습니다: ${packages.join(', ')}. 다음 명령을 한 번 실행한 뒤 다시 npm start 해 주세요.\n\n    ${command}\n`,
      () =>
        command === undefined
          ? `Programs are missing: ${packages.join(', ')}. Install them in this distribution's way, then run npm start again.`
          : `Programs are missing: ${packages.join(', ')}. Run this once, then npm start again.\n\n    ${command}\n`,
    ),
  packagesFailed: (packages: readonly string[], command: string, log: string) =>
    phrase(
      () => `설치하지 못했습니다: ${packages.join(', ')}. 자세한 내용: ${log}\n직접 실행해 보세요:\n\n    ${command}\n`,
      () => `${packages.join(', ')} could not be installed; see ${log}\nTry it by hand:\n\n    ${command}\n`,
    ),
  pythonMissing: () =>
    phrase(
      () => `Python 3.10 이상이 필요합니다. 설치한 뒤 다시 npm start 해 주세요.`,
      () => `Python 3.10 or later is needed. Install it, then run npm start again.`,
    ),
  serverNameChanged: (kept: string, wanted: string, data: string) =>
    phrase(
      () =>
        `이 집의 서버 이름(${kept})은 바꿀 수 없습니다. 모든 계정과 방, 지난 대화에 들어 있는 이름이기 때문입니다.\nCHAVION_SERVER_NAME을 ${wanted}에서 ${kept} 값으로 되돌리거나, 새 집을 원하시면 CHAVION_DATA_DIR로 다른 폴더를 정해 주세요.\n${data}의 내용은 그대로입니다.`,
      () =>
        `The server name of this house is ${kept} and cannot change: every account, room and message carries it.\nSet CHAVION_SERVER_NAME back from ${wanted} to ${kept}; or, for a new house, choose another folder with CHAVION_DATA_DIR.\nWhat is in ${data} was left as it is.`,
    ),
  otherAccount: (data: string, root: boolean) =>
    phrase(
      () =>
        root
          ? `${data} 폴더는 root로 시작한 집입니다. 아무것도 바꾸지 않았습니다. root로 다시 시작하거나(sudo npm start), CHAVION_DATA_DIR로 다른 폴더를 정해 주세요.`
          : `${data} 폴더는 다른 사용자가 시작한 집입니다. 아무것도 바꾸지 않았습니다. 그 사용자로 다시 시작하거나, CHAVION_DATA_DIR로 다른 폴더를 정해 주세요.`,
      () =>
        root
          ? `The house in ${data} was begun by root; nothing was changed. Start it as root (sudo npm start), or choose another folder with CHAVION_DATA_DIR.`
          : `The house in ${data} was begun by another user; nothing was changed. Start it as that user, or choose another folder with CHAVION_DATA_DIR.`,
    ),
  alreadyRunning: (pid: number, data: string) =>
    phrase(
      () =>
        `이 집은 이미 켜져 있습니다 (프로세스 ${pid}, ${data}). 그쪽은 그대로 계속 돌아갑니다.\n두 번째 집을 원하시면 CHAVION_DATA_DIR과 포트를 따로 정해 주세요.`,
      () =>
        `This house is already running (process ${pid}, ${data}) and goes on as it is.\nFor a second one set CHAVION_DATA_DIR and other ports.`,
    ),
  portsTaken: (taken: readonly PortUse[]) =>
    phrase(
      () =>
        `다른 프로그램이 쓰고 있는 포트가 있어 시작하지 않았습니다.\n${ports(taken)}\n그 프로그램을 끄거나, 위 변수에 다른 번호를 정한 뒤 다시 npm start 해 주세요.`,
      () =>
        `Ports are in use by other programs, so nothing was started.\n${ports(taken)}\nStop that program, or set the variable to another number, then run npm start again.`,
    ),
  portsTwice: (twice: readonly PortUse[]) =>
    phrase(
      () =>
        `같은 포트를 둘 이상이 쓰도록 되어 있어 시작하지 않았습니다. 서로 다른 번호를 정해 주세요.\n${ports(twice)}`,
      () => `The same port is set more than once, so nothing was started. Give each its own number.\n${ports(twice)}`,
    ),
  firstStart: (serverName: string, data: string) =>
    phrase(
      () => `첫 시작입니다. 서버 이름은 ${serverName}, 나중에 바꿀 수 없습니다. 모든 것은 ${data}에 보관됩니다.`,
      () => `First start. The server name is ${serverName}, for good. Everything is kept in ${data}.`,
    ),
  leftovers: (count: number) =>
    phrase(
      () => `지난번에 갑자기 꺼지면서 남은 프로세스 ${count}개를 정리합니다.`,
      () => `Ending ${count} process${count === 1 ? '' : 'es'} left by a launcher that was killed.`,
    ),
  noSandbox: phrase(
    () =>
      'bubblewrap이 없어 실행자는 명령을 실행하지 않습니다. 다른 것은 모두 됩니다. 설치: sudo apt-get install -y bubblewrap',
    () =>
      'Without bubblewrap the executor runs no commands; everything else works. To install it: sudo apt-get install -y bubblewrap',
  ),
  stepPackages: phrase(
    () => '프로그램 설치',
    () => 'Programs',
  ),
  stepInstall: (name: string) =>
    phrase(
      () => `${name} 설치`,
      () => `${name} install`,
    ),
  stepStart: (name: string) =>
    phrase(
      () => name,
      () => name,
    ),
  stepRooms: phrase(
    () => '방과 계정',
    () => 'Rooms',
  ),
  packagesFetched: (fetched: number, all: number) =>
    phrase(
      () => (fetched >= all ? `${all}/${all} 꾸러미, 푸는 중` : `${fetched}/${all} 꾸러미`),
      () => (fetched >= all ? `${all}/${all} packages, unpacking` : `${fetched}/${all} packages`),
    ),
  installedInto: (folder: string) =>
    phrase(
      () => folder,
      () => folder,
    ),
  roomsReady: (agents: number) =>
    phrase(
      () => `${roomNames.hq.ko}, ${roomNames.ops.ko}, ${roomNames.memory.ko}, 에이전트 ${agents}명`,
      () => `${roomNames.hq.ko}, ${roomNames.ops.ko} and ${roomNames.memory.ko}, ${agents} agents`,
    ),
  answers: phrase(
    () => '응답합니다',
    () => 'answers',
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
  notRead: (path: string) =>
    phrase(
      () =>
        `이 사용자로는 ${withParticle(path, '을', '를')} 볼 수 없어 멈췄습니다. 지금까지의 내용은 그대로입니다. 권한을 확인해 주세요.`,
      () => `This account may not look at ${path}, so it stopped; what you have is kept. Check the permissions.`,
    ),
  closed: (path: string) =>
    phrase(
      () =>
        `이 사용자로는 ${path}에 쓸 수 없어 멈췄습니다. 지금까지의 내용은 그대로입니다. 폴더의 권한을 확인하거나, CHAVION_DATA_DIR로 다른 폴더를 정해 주세요.`,
      () =>
        `This account cannot write to ${path}, so it stopped; what you have is kept. Check the folder and its permissions, or choose another with CHAVION_DATA_DIR.`,
    ),
  roomsMoved: phrase(
    () => '방이 새 판으로 옮겨졌습니다. 에이전트들과 실행자도 따라갔습니다.',
    () => 'A room was upgraded. The agents and the executor have followed.',
  ),
  roomsLost: phrase(
    () =>
      `${withParticle(roomNames.hq.ko, '이나', '나')} ${roomNames.ops.ko} 방이 지워져 새로 만들었습니다. 그 방에서 한 이야기는 되찾을 수 없습니다(백업에는 있습니다: npm start -- restore). 임무와 예약의 글도 그 방에 있었다면 함께 사라졌습니다.`,
    () =>
      `${roomNames.hq.en} or the ${roomNames.ops.en} room was deleted, so a new one was made. What was said in the old one is gone (a backup still has it: npm start -- restore), and so are the messages of tasks and schedules that stood there.`,
  ),
  keptOutside: (users: readonly string[]) =>
    phrase(
      () => `방에 들이지 못한 계정: ${users.join(', ')}. 닫혔거나 차단된 계정입니다. Ketesa나 Element에서 풀어 주세요.`,
      () => `Not let into the rooms: ${users.join(', ')}. They are closed or banned; open them in Ketesa or Element.`,
    ),
  newKeys: phrase(
    () => '새 키를 쓰도록 에이전트들을 다시 켭니다.',
    () => 'Starting the agents anew with the new keys.',
  ),
  stopping: phrase(
    () => '멈추는 중입니다 …',
    () => 'Stopping …',
  ),
  stopped: phrase(
    () => '모두 멈췄습니다. 다음에 npm start 하면 여기서 이어집니다.',
    () => 'Everything has stopped. The next npm start goes on from here.',
  ),
  unexpected: (what: string) =>
    phrase(
      () => `예상하지 못한 문제로 멈췄습니다. 지금까지의 내용은 그대로입니다: ${what}`,
      () => `Stopped by an unexpected fault; what you have is kept: ${what}`,
    ),
  house: {
    ko: {
      admin: '관리',
      hq: roomNames.hq.ko,
      ops: roomNames.ops.ko,
      memory: roomNames.memory.ko,
      spaceTopic: 'Chavion의 방들이 모인 곳',
      hqTopic: '여기에 쓰면 모든 에이전트가 듣고 답합니다. 이름을 부르면 그 에이전트만 답합니다.',
      opsTopic: '맡긴 일이 어떻게 진행되고 끝났는지 여기에 남습니다.',
      memoryTopic: '여기에 적은 말은 에이전트들이 늘 기억합니다. 고치면 바뀌고, 지우면 잊습니다.',
    },
    en: {
      admin: 'Admin',
      hq: roomNames.hq.ko,
      ops: roomNames.ops.ko,
      memory: roomNames.memory.ko,
      spaceTopic: 'The rooms of Chavion',
      hqTopic: 'Write here and every agent hears and answers. Call one by name and only that one speaks.',
      opsTopic: 'The record of what was done with the work you gave.',
      memoryTopic:
        'What is written here the agents always remember. Edit it and it changes, delete it and it is forgotten.',
    },
  },
  welcome: {
    ko: (local: string) => ({
      open: '준비됐습니다.',
      homeserver: '홈서버',
      user: '사용자',
      password: '비밀번호',
      otherPassword: '다른 곳에서 바꾸신 것 (잊었으면: npm start -- reset-password)',
      room: '방',
      hq: `${roomNames.hq.ko} — "얘들아 안녕"이라고 써 보세요`,
      memory: `${roomNames.memory.ko} — 늘 지킬 말과 기억할 것을 적어 두는 방`,
      computer: '컴퓨터',
      elementWeb: `Element Web(https://app.element.io)에서 홈서버 주소를 ${local} 로 바꿔 로그인`,
      phone: '휴대폰',
      noPhone: 'CHAVION_PUBLIC_URL에 밖에서 닿는 주소(https://…)를 정하면 QR 코드가 나옵니다',
      here: '이 터미널',
      rehearsal: 'AI 키가 없어 에이전트들이 연습 모드로 답합니다. 키 넣기: npm start -- keys',
      stop: '끄기: Ctrl-C',
    }),
    en: (local: string) => ({
      open: 'Ready.',
      homeserver: 'Homeserver',
      user: 'User',
      password: 'Password',
      otherPassword: 'the one set elsewhere (if forgotten: npm start -- reset-password)',
      room: 'Room',
      hq: `${roomNames.hq.ko} (${roomNames.hq.en}) — write "Hello everyone"`,
      memory: `${roomNames.memory.ko} (${roomNames.memory.en}) — what you write there is remembered`,
      computer: 'Computer',
      elementWeb: `Element Web (https://app.element.io), homeserver ${local}`,
      phone: 'Phone',
      noPhone: 'set CHAVION_PUBLIC_URL to the address phones can reach (https://…) and a QR code appears here',
      here: 'This terminal',
      rehearsal: 'No AI keys yet: the agents rehearse. To add keys: npm start -- keys',
      stop: 'To stop: Ctrl-C',
    }),
  },
};
