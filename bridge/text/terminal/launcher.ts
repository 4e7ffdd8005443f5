import { phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

/** What the launcher says at the terminal while it starts and stops. */
export const launcherText = {
  firstStart: (serverName: string, data: string) =>
    phrase(
      () => `첫 시작입니다. 서버 이름은 ${serverName}, 나중에 바꿀 수 없습니다. 모든 것은 ${data}에 보관됩니다.`,
      () => `First start. The server name is ${serverName}, for good. Everything is kept in ${data}.`,
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
