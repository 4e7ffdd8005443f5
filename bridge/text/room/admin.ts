import type { AdminReport } from '../../protocol/orders/admin-order.ts';
import type { Lang } from '../../protocol/ids.ts';
import { phrase } from '../say.ts';
import { withParticle } from '../particle.ts';
import { roomNames } from '../room-names.ts';

/** What the admin answers to `!admin` in the room. */

/** Where the house runs: what to do on the server differs. */
export type DiskPlace = 'machine' | 'containers';

/** What shows there what the room cannot. */
const SHOWS = { disk: 'docker system df -v', versions: 'docker compose images', health: 'docker compose ps' } as const;

export const adminHelp = phrase(
  () =>
    [
      '**관리** (마스터만)',
      '- `!관리 상태`: 각 부분이 살아 있는지',
      '- `!관리 사람`: 누가 있는지',
      '- `!관리 초대 @이름`: 마스터를 한 명 더',
      '- `!관리 제거 @이름`: 마스터에서 빼고 로그인을 막습니다 (한 말은 남습니다)',
      '- `!관리 작업폴더`: 임무가 남긴 파일을 보고 지우기',
      '- `!관리 방` · `!관리 디스크` · `!관리 버전` · `!관리 백업`',
    ].join('\n'),
  () =>
    [
      '**Administration** (masters only)',
      '- `!admin health`: whether every part is well',
      '- `!admin users`: who is here',
      '- `!admin invite @name`: one more master',
      '- `!admin remove @name`: no master any more, and signed out (what was said stays)',
      '- `!admin workspaces`: see and delete what tasks left on the disk',
      '- `!admin rooms` · `!admin disk` · `!admin versions` · `!admin backup`',
    ].join('\n'),
);

export const adminUnknown = phrase<[word: string]>(
  (word) =>
    `${withParticle(`\`${word}\``, '은', '는')} 모르겠습니다. 바뀐 것은 없습니다. \`!관리\`라고만 보내면 할 수 있는 일을 알려 드립니다.`,
  (word) => `\`${word}\` means nothing here. Nothing was changed. \`!admin\` alone says what there is.`,
);

/** In a room that the admin does not follow. */
export const adminElsewhere = phrase(
  () =>
    `\`!관리\`는 ${withParticle(roomNames.hq.ko, '이나', '나')} ${roomNames.ops.ko} 방에서 보내 주세요. 바뀐 것은 없습니다.`,
  () => `Send \`!admin\` in the ${roomNames.hq.en} room or in the ${roomNames.ops.en} room. Nothing was changed.`,
);

export const adminRefused = {
  edited: phrase(
    () => '고친 메시지의 명령은 따르지 않습니다. 바뀐 것은 없습니다. 새 메시지로 다시 보내 주세요.',
    () => 'Edited orders are not carried out. Nothing was changed. Send it as a new message.',
  ),
  'too-old': phrase(
    () => '너무 오래 기다린 명령이라 하지 않았습니다. 바뀐 것은 없습니다. 지금도 필요하면 다시 보내 주세요.',
    () => 'This order waited too long and was not carried out. Nothing was changed. Send it again if it still holds.',
  ),
};

/** The homeserver said no. */
export const adminFailed = phrase<[code: string]>(
  (code) => `서버가 거절해 끝까지 하지 못했습니다 (${code}). 다시 보내면 이어서 합니다.`,
  (code) => `The homeserver refused (${code}), so it is not done to its end. Sending it again goes on with it.`,
);

export const masterText = {
  noName: phrase(
    () => '누구인지 써 주세요. 예: `!관리 초대 @mina`. 바뀐 것은 없습니다.',
    () => 'Say who, such as `!admin invite @mina`. Nothing was changed.',
  ),
  badName: phrase<[name: string, server: string]>(
    (name, server) =>
      `${withParticle(`\`${name}\``, '으로는', '로는')} 계정을 만들 수 없습니다. 영어 소문자와 숫자로 된 이름만 됩니다 (예: \`@mina\`, 이 서버 ${server}의 계정). 바뀐 것은 없습니다.`,
    (name, server) =>
      `\`${name}\` cannot be an account here: small Latin letters and digits, such as \`@mina\`, on this server, ${server}. Nothing was changed.`,
  ),
  notPerson: phrase<[user: string]>(
    (user) => `${withParticle(user, '은', '는')} 사람이 쓰는 계정이 아닙니다. 바뀐 것은 없습니다.`,
    (user) => `${user} is nobody's login. Nothing was changed.`,
  ),
  already: phrase<[user: string]>(
    (user) => `${withParticle(user, '은', '는')} 이미 마스터입니다. 바뀐 것은 없습니다.`,
    (user) => `${user} is a master already. Nothing was changed.`,
  ),
  /** No password in a room, where every device and backup keeps it. */
  made: phrase<[user: string, name: string, place: DiskPlace]>(
    (user, name, place) =>
      `${user} 계정을 만들고 마스터로 들였습니다. 비밀번호는 방에 쓰지 않습니다. ${place === 'machine' ? `서버에서 이렇게 하면 새 비밀번호가 나옵니다: \`npm start -- reset-password ${name}\`` : 'Ketesa에서 이 계정의 비밀번호를 정해 주세요.'}`,
    (user, name, place) =>
      `${user} has an account now and is a master. Passwords are not written into rooms; ${place === 'machine' ? `on the server this shows a new one: \`npm start -- reset-password ${name}\`` : 'set one for this account in Ketesa.'}`,
  ),
  joined: phrase<[user: string]>(
    (user) => `${withParticle(user, '은', '는')} 이제 마스터입니다. 방에도 들어와 있습니다.`,
    (user) => `${user} is a master now, and in the rooms.`,
  ),
  notMaster: phrase<[user: string]>(
    (user) =>
      `${withParticle(user, '은', '는')} 마스터가 아닙니다. 바뀐 것은 없습니다. 다른 계정은 Ketesa에서 다룹니다.`,
    (user) => `${user} is no master. Nothing was changed. Other accounts are Ketesa's business.`,
  ),
  first: phrase<[user: string, place: DiskPlace]>(
    (user, place) =>
      `${withParticle(user, '은', '는')} 이 집의 첫 마스터라서 뺄 수 없습니다. 바뀐 것은 없습니다. 비밀번호를 바꾸려면 ${place === 'machine' ? '서버에서: `npm start -- reset-password`' : 'Ketesa에서 정해 주세요.'}`,
    (user, place) =>
      `${user} is the first master of this house and stays. Nothing was changed. For a new password, ${place === 'machine' ? 'on the server: `npm start -- reset-password`' : 'set it in Ketesa.'}`,
  ),
  last: phrase<[user: string]>(
    (user) => `${withParticle(user, '은', '는')} 마지막 마스터라서 뺄 수 없습니다. 바뀐 것은 없습니다.`,
    (user) => `${user} is the last master and stays. Nothing was changed.`,
  ),
  rules: phrase<[user: string]>(
    (user) =>
      `${withParticle(user, '은', '는')} 방을 업그레이드한 사람이라 그 방의 권한을 뺄 수 없습니다(방 버전 12). 바뀐 것은 없습니다. 로그인만 막으려면 Ketesa에서 그 계정을 잠가 주세요. 다른 마스터가 방을 다시 업그레이드하면(\`/upgraderoom 12\`) 뺄 수 있습니다.`,
    (user) =>
      `${user} has upgraded the room and rules it for good (room version 12). Nothing was changed. To keep this account from logging in, lock it in Ketesa; once another master upgrades the room again (\`/upgraderoom 12\`) it can be removed.`,
  ),
  oneself: phrase<[name: string]>(
    (name) => `본인입니다. 빼면 바로 로그아웃되고 이 집에 명령할 수 없습니다. 정말이면: \`!관리 제거 ${name} 확인\``,
    (name) =>
      `That is you: you would be signed out and command nothing here any more. If you mean it: \`!admin remove ${name} yes\``,
  ),
  removed: phrase<[user: string, name: string]>(
    (user, name) =>
      `${withParticle(user, '은', '는')} 이제 마스터가 아니고, 방에서 나갔고, 로그인할 수 없습니다. 한 말은 남아 있습니다. 다시 들이려면: \`!관리 초대 ${name}\``,
    (user, name) =>
      `${user} is no master any more, out of the rooms and signed out. What was said stays. To bring back: \`!admin invite ${name}\``,
  ),
};

const ago = { ko: (ms: number): string => inKorean(ms), en: (ms: number): string => inEnglish(ms) };
const inKorean = (ms: number): string =>
  ms < 60_000
    ? '방금'
    : ms < 3_600_000
      ? `${Math.floor(ms / 60_000)}분 전`
      : ms < 86_400_000
        ? `${Math.floor(ms / 3_600_000)}시간 전`
        : `${Math.floor(ms / 86_400_000)}일 전`;
const inEnglish = (ms: number): string =>
  ms < 60_000
    ? 'just now'
    : ms < 3_600_000
      ? `${Math.floor(ms / 60_000)} min ago`
      : ms < 86_400_000
        ? `${Math.floor(ms / 3_600_000)} h ago`
        : `${Math.floor(ms / 86_400_000)} d ago`;

export type Rank = 'master' | 'admin' | 'executor' | 'person';

export interface Lines {
  readonly lang: Lang;
  readonly title: Readonly<Record<AdminReport, string>>;
  readonly rank: Readonly<Record<Rank, string>>;
  readonly seen: (ms: number | null) => string;
  readonly agents: (count: number) => string;
  readonly off: (names: readonly string[]) => string;
  readonly closed: string;
  readonly more: (count: number) => string;
  readonly members: (count: number) => string;
  /** Of a room without a name: who is in it. */
  readonly among: (names: readonly string[]) => string;
  readonly free: (size: string) => string;
  readonly freeAt: (size: string, folders: string) => string;
  /** What a part or a folder of the house is for, before the name that it has on the server. */
  readonly part: (name: string) => string;
  readonly workspaces: string;
  readonly noBackup: string;
  readonly lastBackup: (ms: number, size: string) => string;
  readonly up: string;
  readonly silent: (part: string, place: DiskPlace) => string;
  readonly halted: string;
  /** Of parts in containers of their own. */
  readonly unseen: (names: readonly string[], which: keyof typeof SHOWS) => string;
  readonly unseenBackup: string;
}

const PART_KO: Readonly<Record<string, string>> = {
  synapse: '대화 · synapse',
  redis: '기억과 할 일 · redis',
  swarm: '에이전트들 · swarm',
  executor: '실행자 · executor',
  postgres: '대화 저장 · postgres',
  launcher: '집 · launcher',
  media: '보낸 파일 · media',
  desk: '관리 · desk',
  backups: '백업',
  logs: '기록',
};

const listedNames = (names: readonly string[], others: (more: number) => string): string =>
  `${names.slice(0, 4).join(', ')}${names.length > 4 ? others(names.length - 4) : ''}`;

export const adminLines: { readonly ko: Lines; readonly en: Lines } = {
  ko: {
    lang: 'ko',
    title: { users: '사람', rooms: '방', disk: '디스크', versions: '버전', backup: '백업', health: '상태' },
    rank: { master: '마스터', admin: '관리자', executor: '실행자', person: '손님' },
    seen: (ms) => (ms === null ? '아직 온 적 없음' : ago.ko(ms)),
    agents: (count) => `에이전트 계정 ${count}개`,
    off: (names) => `꺼져 있는 에이전트: ${names.join(', ')}`,
    closed: '로그인 막힘',
    more: (count) => `… 그 밖에 ${count}`,
    members: (count) => `${count}명`,
    among: (names) =>
      names.length === 0
        ? '(빈 방)'
        : names.length === 2
          ? `${withParticle(names[0] ?? '', '과', '와')} ${names[1] ?? ''}`
          : listedNames(names, (more) => ` 외 ${more}명`),
    free: (size) => `남은 자리: ${size}`,
    freeAt: (size, folders) => `남은 자리: ${size} (${folders})`,
    part: (name) => PART_KO[name] ?? name,
    workspaces: '임무가 남긴 파일을 보고 지우기: `!관리 작업폴더`',
    noBackup: '아직 없습니다. 서버에서: `npm start -- backup`',
    lastBackup: (ms, size) => `마지막: ${ago.ko(ms)}, ${size}. 새로: 서버에서 \`npm start -- backup\``,
    up: '정상',
    silent: (part, place) =>
      place === 'machine'
        ? `응답 없음. 곧 다시 켭니다. 까닭은 서버에서: \`npm start -- logs ${part}\``
        : `응답 없음. 까닭은 서버에서: \`docker compose logs ${part}\``,
    halted: `켜져 있지만 명령을 받지 않습니다. 까닭은 ${roomNames.ops.ko} 방에 있습니다`,
    unseen: (names, which) => `여기서는 볼 수 없는 것: ${names.join(', ')}. 서버에서: \`${SHOWS[which]}\``,
    unseenBackup:
      '여기서는 알 수 없습니다. Docker로 켠 집은 `npm start -- backup`이 아직 백업하지 못합니다. 서버에서 Docker 볼륨과 `data/compose` 폴더를 따로 복사해 두세요.',
  },
  en: {
    lang: 'en',
    title: { users: 'Users', rooms: 'Rooms', disk: 'Disk', versions: 'Versions', backup: 'Backup', health: 'Health' },
    rank: { master: 'master', admin: 'admin', executor: 'executor', person: 'guest' },
    seen: (ms) => (ms === null ? 'never here yet' : ago.en(ms)),
    agents: (count) => `${count} accounts of agents`,
    off: (names) => `agents that are off: ${names.join(', ')}`,
    closed: 'signed out for good',
    more: (count) => `… and ${count} more`,
    members: (count) => `${count} inside`,
    among: (names) =>
      names.length === 0
        ? '(empty room)'
        : names.length === 2
          ? names.join(' and ')
          : listedNames(names, (more) => ` and ${more} more`),
    free: (size) => `free: ${size}`,
    freeAt: (size, folders) => `free: ${size} (${folders})`,
    part: (name) => name,
    workspaces: 'see and delete what tasks left: `!admin workspaces`',
    noBackup: 'none yet. On the server: `npm start -- backup`',
    lastBackup: (ms, size) => `last: ${ago.en(ms)}, ${size}. Anew, on the server: \`npm start -- backup\``,
    up: 'well',
    silent: (part, place) =>
      place === 'machine'
        ? `does not answer; it is about to be started anew. Why, on the server: \`npm start -- logs ${part}\``
        : `does not answer. Why, on the server: \`docker compose logs ${part}\``,
    halted: `lives but takes no orders; why is in the ${roomNames.ops.en} room`,
    unseen: (names, which) => `not to be seen from here: ${names.join(', ')}. On the server: \`${SHOWS[which]}\``,
    unseenBackup:
      'Not known here: `npm start -- backup` does not yet back up a house in containers. On the server, copy the Docker volumes and the folder `data/compose`.',
  },
};

/** `npm start -- admin-login`. */
export const adminLoginText = {
  usage: phrase(
    () =>
      '쓰는 법: npm start -- admin-login [--new]\n  Ketesa에 로그인할 계정과 비밀번호를 보여 줍니다. --new는 비밀번호를 새로 만들고 다른 곳의 로그인을 끊습니다.',
    () =>
      'Usage: npm start -- admin-login [--new]\n  Shows the login for Ketesa. --new makes a new password and signs out everywhere else.',
  ),
  login: (address: string, user: string, password: string) =>
    phrase(
      () =>
        `Ketesa 로그인\n    주소       ${address}\n    계정       ${user}\n    비밀번호   ${password}\n    이 계정은 서버의 모든 것을 바꿀 수 있습니다. 남에게 주지 마세요.`,
      () =>
        `Login for Ketesa\n    homeserver  ${address}\n    user        ${user}\n    password    ${password}\n    This account can change everything on the server: give it to nobody.`,
    ),
};

/** A resident whose account was closed in Ketesa. */
export const dormantText = phrase<[names: readonly string[]]>(
  (names) =>
    `Ketesa에서 꺼 둔 계정이라 들이지 않았습니다: ${names.join(', ')}. 다시 부르려면 Ketesa에서 계정을 켜고 npm start 를 다시 해 주세요.`,
  (names) =>
    `Closed in Ketesa and left out: ${names.join(', ')}. To have them back, reactivate them there and run npm start again.`,
);
