import { withParticle } from '../particle.ts';
import { phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

const size = (bytes: number | undefined): string =>
  bytes === undefined
    ? ''
    : bytes < 1024
      ? `${bytes} B`
      : bytes < 1024 * 1024
        ? `${Math.round(bytes / 1024)} KB`
        : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const KINDS: Readonly<Record<string, readonly [ko: string, en: string]>> = {
  'm.image': ['사진', 'picture'],
  'm.audio': ['소리', 'sound'],
  'm.video': ['영상', 'video'],
};
const listed = (names: readonly string[], more: (count: number) => string): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} ${more(names.length - 3)}`;
const koNames = (names: readonly string[]) => listed(names, (count) => `외 ${count}명`);
const enNames = (names: readonly string[]) => listed(names, (count) => `and ${count} more`);

/** What `npm run chat` says at the terminal. */
export const terminalText = {
  help: phrase(
    () =>
      [
        '터미널에서 에이전트들과 이야기합니다. 먼저 다른 창에서 npm start 를 켜 두세요.',
        '',
        `  npm run chat                        ${roomNames.hq.ko} 방을 열고 대화합니다`,
        '  npm run chat -- "얘들아 안녕"       한마디 보내고, 답을 다 받으면 끝납니다',
        `  npm run chat -- --room ops          ${roomNames.ops.ko} 방을 엽니다`,
        '  npm run chat -- --help              이 설명',
        '',
        '대화 중에는 /quit 또는 Ctrl-D로 나가고, 방의 명령은 !도움 으로 봅니다.',
        '여러 줄을 붙여 넣으면 한 메시지로 갑니다 (⏎ 자리가 줄바꿈). 색을 끄려면 NO_COLOR=1',
      ].join('\n'),
    () =>
      [
        'Talk with the agents from this terminal. Have npm start running in another window.',
        '',
        `  npm run chat                        opens the ${roomNames.hq.en} room`,
        '  npm run chat -- "Hello everyone"    sends one message, ends when all have answered',
        '  npm run chat -- --room ops          opens the record of work',
        '  npm run chat -- --help              this text',
        '',
        'Inside, /quit or Ctrl-D leaves, and !help lists the commands of the room.',
        'Pasted lines go as one message (⏎ stands for a line break). NO_COLOR=1 turns colours off.',
      ].join('\n'),
  ),
  wrongArgument: (argument: string) =>
    phrase(
      () =>
        `${withParticle(`"${argument}"`, '은', '는')} 알 수 없어 아무것도 보내지 않았습니다. 쓰는 법: npm run chat -- --help`,
      () => `"${argument}" is not understood, so nothing was sent. See npm run chat -- --help`,
    ),
  notRunning: phrase(
    () => 'Chavion이 꺼져 있습니다. 다른 창에서 npm start 를 실행하고, 준비되면 다시 해 주세요.',
    () => 'Chavion is not running. Run npm start in another window, and try again when it is ready.',
  ),
  otherAccount: (path: string) =>
    phrase(
      () =>
        `${path} 파일을 읽을 권한이 없습니다. npm start 를 실행한 사용자로 다시 해 주세요 (root였다면 sudo npm run chat).`,
      () =>
        `${path} may not be read by this user. Run this as the user who ran npm start (if that was root: sudo npm run chat).`,
    ),
  houseFileBroken: (path: string) =>
    phrase(
      () => `${path} 파일이 손상되었습니다. 대화는 그대로입니다. npm start 를 껐다 다시 켜 주세요.`,
      () => `${path} is damaged; your conversations are not. Stop npm start and run it again.`,
    ),
  noAnswerFrom: (homeserver: string) =>
    phrase(
      () => `홈서버(${homeserver})가 응답하지 않습니다. npm start 가 켜져 있는지 보고 다시 해 주세요.`,
      () => `The homeserver (${homeserver}) does not answer. See that npm start is running, then try again.`,
    ),
  loginRefused: phrase(
    () =>
      '마스터로 로그인하지 못했습니다: 비밀번호가 여기 저장된 것과 다릅니다(다른 곳에서 바꾼 것). 새로 만들기: npm start -- reset-password',
    () =>
      'Could not log in as the master: its password is not the one stored here: it was changed elsewhere. For a new one: npm start -- reset-password',
  ),
  loginFailed: (why: string) =>
    phrase(
      () => `로그인하지 못했습니다 (${why}). 대화는 그대로입니다. 잠시 뒤 다시 해 주세요.`,
      () => `Could not log in (${why}). Your conversations are as they were. Please try again in a moment.`,
    ),
  notInRoom: phrase(
    () => '마스터가 이 방에 들어와 있지 않습니다. npm start 를 껐다 다시 켜면 고쳐집니다.',
    () => 'The master is not in this room. Stop npm start and run it again to repair it.',
  ),
  loggedOut: phrase(
    () => '다른 곳에서 이 로그인을 끝냈습니다. 대화는 그대로입니다. npm run chat 으로 다시 들어와 주세요.',
    () => 'This login was ended elsewhere. Your conversations are as they were. Run npm run chat again.',
  ),
  entered: (room: 'hq' | 'ops') =>
    phrase(
      () => `${room === 'hq' ? roomNames.hq.ko : roomNames.ops.ko} · 쓰고 Enter로 보냅니다 · 나가기 /quit`,
      () =>
        `${room === 'hq' ? `${roomNames.hq.ko} (${roomNames.hq.en})` : `${roomNames.ops.ko} (record of work)`} · Enter sends · /quit leaves`,
    ),
  typing: (names: readonly string[]) =>
    phrase(
      () => `${koNames(names)} 쓰는 중…`,
      () => `${enNames(names)} ${names.length === 1 ? 'is' : 'are'} writing…`,
    ),
  away: (waiting: number) =>
    phrase(
      () => `연결이 끊겼습니다. 다시 이어지는 중…${waiting === 0 ? '' : ` (쓴 글 ${waiting}개는 이어지면 보냅니다)`}`,
      () => `Connection lost. Trying again…${waiting === 0 ? '' : ` (${waiting} waiting to be sent)`}`,
    ),
  back: phrase(
    () => '다시 이어졌습니다.',
    () => 'Connected again.',
  ),
  notSent: (text: string, why: string) =>
    phrase(
      () => `보내지 못했습니다 (${why}): ${text}`,
      () => `Not sent (${why}): ${text}`,
    ),
  leftUnsent: (count: number) =>
    phrase(
      () => `연결이 없어 글 ${count}개를 보내지 못하고 나왔습니다. 다시 보내 주세요.`,
      () =>
        `${count} ${count === 1 ? 'message was' : 'messages were'} not sent: there was no connection. Please send again.`,
    ),
  nobodyAnswered: phrase(
    () =>
      '보냈지만 아무도 답하지 않았습니다. 메시지는 방에 남아 있습니다.\n누가 쉬고 있는지: npm run chat -- "!agents"   무엇이 고장인지: npm start -- doctor',
    () =>
      'Sent, but nobody answered. Your message is in the room.\nWho is there: npm run chat -- "!agents"   What is broken: npm start -- doctor',
  ),
  notSentSingle: phrase(
    () => '연결이 끊겨 보내지 못했습니다. npm start 가 켜져 있는지 보고 다시 보내 주세요.',
    () => 'Not sent: the connection was lost. See that npm start is running, then send again.',
  ),
  stillWriting: (names: readonly string[]) =>
    phrase(
      () =>
        `2분이 지나 여기서 멈춥니다.${names.length === 0 ? '' : ` ${withParticle(koNames(names), '은', '는')} 아직 쓰고 있습니다.`} 나머지 답은 방에 올라옵니다: npm run chat`,
      () =>
        `Two minutes have passed, so this stops here.${names.length === 0 ? '' : ` ${enNames(names)} ${names.length === 1 ? 'is' : 'are'} still writing.`} The rest comes to the room: npm run chat`,
    ),
  /** Stands in the line that is being written for the text itself. */
  pasted: (number: number, lines: number) =>
    phrase(
      () => `[붙인 글 ${number}: ${lines}줄]`,
      () => `[pasted ${number}: ${lines} lines]`,
    ),
  changed: phrase(
    () => '(고침)',
    () => '(edited)',
  ),
  unfinished: phrase(
    () => '(쓰다가 멈춤)',
    () => '(unfinished)',
  ),
  removed: phrase<[name: string]>(
    (name) => `${name}의 메시지가 지워졌습니다`,
    (name) => `a message by ${name} was removed`,
  ),
  thread: phrase(
    () => '스레드',
    () => 'thread',
  ),
  earlier: phrase(
    () => '이전 메시지',
    () => 'an earlier message',
  ),
  attachment: phrase<[type: string, name: string, bytes: number | undefined]>(
    (type, name, bytes) => `[${KINDS[type]?.[0] ?? '파일'}] ${name} ${size(bytes)}`.trim(),
    (type, name, bytes) => `[${KINDS[type]?.[1] ?? 'file'}] ${name} ${size(bytes)}`.trim(),
  ),
  unexpected: (what: string) =>
    phrase(
      () =>
        `예상하지 못한 문제로 멈췄습니다 (${what}). 대화는 방에 그대로 있습니다. npm run chat 으로 다시 들어와 주세요.`,
      () =>
        `Stopped by an unexpected fault (${what}). The conversation is in the room as it was. Run npm run chat again.`,
    ),
};
