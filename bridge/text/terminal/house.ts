import type { OffState } from '../../protocol/standing.ts';
import { phrase } from '../say.ts';
import { withParticle } from '../particle.ts';
import { roomNames } from '../room-names.ts';

/** What the admin says by itself, when it has put something right or cannot. */
export const keptText = {
  executor: phrase(
    () =>
      '실행자의 계정이 밖에서 바뀌어(비밀번호, 잠금, 정지, 비활성화 또는 로그아웃) 되돌렸습니다. `!실행`은 다시 됩니다. 이 계정은 집이 관리하니 그대로 두시면 됩니다.',
    () =>
      'The executor’s account was changed from elsewhere (password, lock, suspension, deactivation or sign-out) and has been put back; `!run` works again. The house looks after this account: leave it as it is.',
  ),
  coordinator: phrase(
    () => '조율자의 계정이 밖에서 꺼져 다시 켰습니다. 조율자 없이는 집이 돌아가지 않습니다.',
    () =>
      'The coordinator’s account was switched off from elsewhere and has been opened again: there is no house without it.',
  ),
  moved: phrase(
    () =>
      '방이 새 판으로 옮겨졌습니다. 모두 이 방으로 왔고, 이제 여기가 그 방입니다. 예약과 발언 규칙, 기억도 따라왔습니다. 앞방에서 하던 임무는 그 방의 스레드에서 끝까지 합니다.',
    () =>
      'The room was upgraded. Everybody has come along: this is it now. Schedules, who speaks and what is remembered came too. Tasks that were under way end in their threads in the former room.',
  ),
};

const MEMORY = roomNames.memory;

/** Of the room in which the house remembers. */
export const memoryRoomText = {
  /** The first that is said in it. */
  purpose: phrase<[owner: string, coordinator: string]>(
    (owner, coordinator) =>
      [
        '이 방에 적은 말은 에이전트들이 늘 기억합니다. 한 번에 하나씩 적어 주세요.',
        '- 시키는 말은 언제나 지킵니다: "앞으로 답은 짧게 해 줘"',
        '- 알려 주는 말은 필요할 때 찾아 씁니다: "우리 가게 이름은 멍냥이네야"',
        '',
        `적은 말을 고치면 기억도 바뀌고, 지우면 잊습니다. 이 방에는 ${withParticle(owner, '과', '와')} ${coordinator}만 있습니다.`,
      ].join('\n'),
    (owner, coordinator) =>
      [
        'What is written in this room the agents always remember. One thing at a time, please.',
        '- What you ask for is always followed: "From now on keep answers short"',
        '- What you tell is looked up when it is needed: "Our shop is called Paws"',
        '',
        `Edit a message and what is remembered changes; delete it and it is forgotten. Only ${owner} and ${coordinator} are in this room.`,
      ].join('\n'),
  ),
  /** In HQ, of a house that stood before there was such a room. */
  isNew: phrase(
    () =>
      `${MEMORY.ko} 방이 새로 생겼습니다. 거기에 적은 말은 에이전트들이 늘 기억합니다. 고치면 바뀌고, 지우면 잊습니다.`,
    () =>
      `There is a new room, ${MEMORY.ko} (${MEMORY.en}). What is written there the agents always remember; edit it and it changes, delete it and it is forgotten.`,
  ),
  lost: phrase(
    () =>
      `${MEMORY.ko} 방이 지워져 새로 만들었습니다. 거기에 적어 두신 말은 이제 기억하지 못합니다(백업에는 있습니다: npm start -- restore).`,
    () =>
      `The room ${MEMORY.ko} (${MEMORY.en}) was deleted, so a new one was made. What stood in it is no longer remembered (a backup still has it: npm start -- restore).`,
  ),
  moved: phrase(
    () => '방이 새 판으로 옮겨졌습니다. 앞방에 적으신 말도 그대로 기억합니다. 앞으로는 여기에 적어 주세요.',
    () => 'The room was upgraded. What stands in the former one is still remembered; write here from now on.',
  ),
  /** To whoever is sent out. */
  nobodyElse: phrase(
    () => '이 방에는 에이전트와 손님이 들어오지 않습니다.',
    () => 'No agents and no guests in this room.',
  ),
};

const OFF_KO: Readonly<Record<OffState, string>> = {
  deactivated: '비활성화',
  locked: '잠금',
  suspended: '정지',
  'shadow-banned': '말이 남에게 보이지 않음',
};
const OFF_EN: Readonly<Record<OffState, string>> = {
  deactivated: 'deactivated',
  locked: 'locked',
  suspended: 'suspended',
  'shadow-banned': 'shadow-banned',
};

/** Of agents' accounts that somebody has closed or opened. */
export const agentsText = phrase<
  [gone: readonly { readonly name: string; readonly why: OffState }[], back: readonly string[]]
>(
  (gone, back) =>
    [
      ...(gone.length === 0
        ? []
        : [
            `${gone.map(({ name, why }) => `${name}(${OFF_KO[why]})`).join(', ')}: 계정이 꺼졌습니다. 대답하지 않고, 요금도 쓰지 않습니다. 켜려면 Ketesa에서 그 계정을 다시 여세요.`,
          ]),
      ...(back.length === 0 ? [] : [`${back.join(', ')}: 계정이 다시 켜졌습니다. 방에 돌아와 있습니다.`]),
    ].join('\n'),
  (gone, back) =>
    [
      ...(gone.length === 0
        ? []
        : [
            `${gone.map(({ name, why }) => `${name} (${OFF_EN[why]})`).join(', ')}: the account is off. No answers and no costs until it is opened again in Ketesa.`,
          ]),
      ...(back.length === 0 ? [] : [`${back.join(', ')}: the account is on again, and back in the rooms.`]),
    ].join('\n'),
);

/** `npm start -- doctor`, of accounts and rooms. */
export const doctorInstanceText = {
  accounts: phrase(
    () => '집의 계정 (관리자, 실행자, 조율자)',
    () => "The house's own accounts (admin, executor, coordinator)",
  ),
  shut: (users: readonly string[]) =>
    phrase(
      () =>
        `집의 계정이 밖에서 꺼졌습니다: ${users.join(', ')}. 켜져 있는 집은 1분 안에 스스로 되돌립니다. 그대로면 npm start 를 껐다 다시 켜 주세요.`,
      () =>
        `Accounts of the house were closed from elsewhere: ${users.join(', ')}. A running house puts that right within a minute; if it stays, stop npm start and run it again.`,
    ),
  adminOut: phrase(
    () =>
      '관리자 계정이 밖에서 바뀌어 들어가지 못합니다. 켜져 있는 집은 1분 안에 스스로 되돌립니다. 그대로면: npm start -- admin-login --new',
    () =>
      'The admin account was changed from elsewhere and lets the house in no more. A running house puts that right within a minute; if it stays: npm start -- admin-login --new',
  ),
  masterShut: (user: string) =>
    phrase(
      () => `${user} 계정이 꺼져 있어 로그인할 수 없습니다. 켜기: npm start -- reset-password`,
      () => `${user} is closed and cannot log in. To open it: npm start -- reset-password`,
    ),
  otherPassword: (user: string) =>
    phrase(
      () =>
        `${user}의 비밀번호가 여기 저장된 것과 다릅니다 (다른 곳에서 바꾼 것). npm run chat 을 쓰거나 잊었으면: npm start -- reset-password`,
      () =>
        `${user} has another password than the one stored here: it was changed elsewhere. For npm run chat, or if it is forgotten: npm start -- reset-password`,
    ),
  rooms: phrase(
    () => `${roomNames.hq.ko}, ${roomNames.ops.ko}, ${roomNames.memory.ko} 방`,
    () => `${roomNames.hq.en}, the ${roomNames.ops.en} room and the ${roomNames.memory.en} room`,
  ),
  memoryGone: phrase(
    () =>
      `${roomNames.memory.ko} 방이 지워졌습니다. 거기에 적은 말은 되찾을 수 없습니다(백업에는 있습니다). npm start 를 껐다 다시 켜면 새 방을 만듭니다.`,
    () =>
      `The ${roomNames.memory.en} room was deleted. What stood there is gone, but for backups. Stop npm start and run it again: it makes a new one.`,
  ),
  gone: phrase(
    () =>
      `${withParticle(roomNames.hq.ko, '이나', '나')} ${roomNames.ops.ko} 방이 지워졌습니다. 그 방의 이야기는 되찾을 수 없습니다(백업에는 있습니다). npm start 를 껐다 다시 켜면 새 방을 만듭니다.`,
    () =>
      `${roomNames.hq.en} or the ${roomNames.ops.en} room was deleted. What was said there is gone, but for backups. Stop npm start and run it again: it makes a new one.`,
  ),
  encrypted: phrase(
    () =>
      `${withParticle(roomNames.hq.ko, '이나', '나')} ${roomNames.ops.ko} 방이 암호화되어 에이전트들이 새 말을 읽지 못합니다. 되돌릴 수 없습니다. Ketesa에서 그 방을 지우고 npm start 를 다시 하면 새 방을 만듭니다.`,
    () =>
      `${roomNames.hq.en} or the ${roomNames.ops.en} room is encrypted, and the agents cannot read what is said there. That cannot be undone: delete the room in Ketesa and run npm start again, which makes a new one.`,
  ),
  off: (names: readonly string[]) =>
    phrase(
      () => `꺼져 있는 에이전트: ${names.join(', ')}. 켜기: Ketesa에서 계정을 다시 엽니다`,
      () => `Agents that are off: ${names.join(', ')}. To open them: Ketesa`,
    ),
  away: (names: readonly string[]) =>
    phrase(
      () =>
        `${roomNames.hq.ko}에 없는 에이전트: ${names.join(', ')}. 다음 npm start 때 들어옵니다 (차단했으면 Element에서 먼저 풀어 주세요)`,
      () =>
        `Agents that are not in ${roomNames.hq.en}: ${names.join(', ')}. The next npm start brings them in (whoever is banned has to be unbanned in Element first)`,
    ),
};
