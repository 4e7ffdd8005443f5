import type { Lang } from '../../protocol/ids.ts';
import type { RunFault } from '../../protocol/orders/run-order.ts';
import { withParticle } from '../particle.ts';
import { phrase, type Phrase } from '../say.ts';
import { whyInKorean } from './commands/why-words.ts';
import { roomNames } from '../room-names.ts';

/** What the executor says in a room: what happened, what was kept, what to do. For a phone. */

/** How much, as a person reads it. */
export const seconds = phrase<[ms: number]>(
  (ms) =>
    ms < 60_000 ? `${(ms / 1000).toFixed(1)}초` : `${Math.floor(ms / 60_000)}분 ${Math.round((ms % 60_000) / 1000)}초`,
  (ms) =>
    ms < 60_000
      ? `${(ms / 1000).toFixed(1)} s`
      : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`,
);
export const memory = (bytes: number): string =>
  bytes === 0 ? '' : `${Math.max(1, Math.round(bytes / 1_048_576))} MB`;

export type EndKind = 'done' | 'failed' | 'refused' | 'stopped' | 'unknown';
export const END_MARK: Readonly<Record<EndKind | 'running' | 'waiting', string>> = {
  done: '✓',
  failed: '✗',
  refused: '⊘',
  stopped: '■',
  unknown: '?',
  running: '⏳',
  waiting: '✋',
};

export const running = phrase<[ms: number]>(
  (ms) => `실행 중 · ${seconds.ko(ms)} (멈추려면 🛑)`,
  (ms) => `running · ${seconds.en(ms)} (🛑 to stop)`,
);

export const ended = {
  done: phrase(
    () => '끝 (0)',
    () => 'done (0)',
  ),
  exit: phrase<[code: number]>(
    (code) => `실패 (종료 코드 ${code})`,
    (code) => `failed (exit code ${code})`,
  ),
  output: phrase(
    () => '명령은 끝났지만 기대한 글이 출력에 없습니다',
    () => 'ended, but the expected words are not in its output',
  ),
  file: phrase(
    () => '명령은 끝났지만 기대한 파일이 없습니다',
    () => 'ended, but the expected file is not there',
  ),
  killed: phrase<[why: string]>(
    (why) => `강제로 끝냄: ${killedWhy(why).ko()}`,
    (why) => `killed: ${killedWhy(why).en()}`,
  ),
  sandbox: phrase<[detail: string]>(
    (detail) =>
      `격리 상자를 만들지 못해 실행하지 않았습니다 (${detail}). 컴퓨터에서 \`npm start -- doctor\`를 돌려 주세요`,
    (detail) => `not run, the sandbox could not be built (${detail}). Run \`npm start -- doctor\` on the computer`,
  ),
  stopped: phrase<[began: boolean]>(
    (began) =>
      began ? '멈췄습니다. 만든 파일은 작업 폴더에 남아 있습니다' : '시작하기 전에 멈췄습니다. 바뀐 것은 없습니다',
    (began) =>
      began ? 'stopped. Files it made stay in the workspace' : 'stopped before it began. Nothing was changed',
  ),
  unknown: phrase<[time: string]>(
    (time) =>
      `${time}에 시작했지만 실행자가 도중에 꺼져 어떻게 끝났는지 모릅니다. 다시 실행하지 않았습니다. 결과를 확인하고, 다시 하려면 이 메시지에 🔁를 눌러 주세요`,
    (time) =>
      `started at ${time}, but the executor was cut off and nobody saw its end. It was not run again. Check what it did; tap 🔁 on this message to run it again`,
  ),
} as const;

const unreachedWhy: Readonly<Record<string, Phrase>> = {
  'not-asked': phrase(
    () => '허락에 없던 주소라 막았습니다',
    () => 'was not among what was approved',
  ),
  'no-address': phrase(
    () => '그런 주소를 찾지 못했습니다 (이름이 틀렸거나 인터넷이 끊겼습니다)',
    () => 'has no address (a wrong name, or no internet)',
  ),
  'not-public': phrase(
    () => '인터넷에 있는 주소가 아니라 막았습니다 (이 컴퓨터나 집 안의 주소)',
    () => 'is not an address on the internet (this machine or the home network), so it was refused',
  ),
  'no-connection': phrase(
    () => '접속이 되지 않았습니다 (저쪽에서 받지 않습니다)',
    () => 'could not be connected to',
  ),
  bad: phrase(
    () => '주소로 읽을 수 없어 막았습니다',
    () => 'cannot be read as an address',
  ),
};
/** Where a command wanted to go and could not, behind how it ended. */
export const unreached = phrase<[destination: string, why: string]>(
  (destination, why) => `접속 ${destination}: ${unreachedWhy[why]?.ko() ?? why}`,
  (destination, why) => `network: ${destination} ${unreachedWhy[why]?.en() ?? why}`,
);

const KILLED: Readonly<Record<string, Phrase>> = {
  timeout: phrase(
    () => '시간이 다 됐습니다',
    () => 'out of time',
  ),
  cpu: phrase(
    () => 'CPU를 너무 오래 썼습니다',
    () => 'too much processor time',
  ),
  memory: phrase(
    () => '메모리를 너무 많이 썼습니다',
    () => 'too much memory',
  ),
  disk: phrase(
    () => '쓸 수 있는 디스크를 넘겼습니다. 이 명령이 작업 폴더에 만든 것은 남기지 않았습니다',
    () => 'more disk than it may use. What it made in the workspace was not kept',
  ),
  inodes: phrase(
    () => '파일을 너무 많이 만들었습니다. 이 명령이 작업 폴더에 만든 것은 남기지 않았습니다',
    () => 'too many files. What it made in the workspace was not kept',
  ),
  output: phrase(
    () => '출력이 너무 많습니다',
    () => 'too much output',
  ),
  processes: phrase(
    () => '프로그램을 한꺼번에 너무 많이 띄웠습니다',
    () => 'too many processes',
  ),
};
const killedWhy = (why: string): Phrase =>
  KILLED[why] ??
  phrase(
    () => why,
    () => why,
  );

export const auditMark = phrase<[seq: number, hash: string]>(
  (seq, hash) => `기록 #${seq} ${hash}`,
  (seq, hash) => `record #${seq} ${hash}`,
);
export const noOutput = phrase(
  () => '(출력 없음)',
  () => '(no output)',
);
export const binaryOutput = phrase(
  () => '(글이 아닌 출력이라 보여 드리지 않습니다. 파일로 저장하려면 `> 이름`을 붙여 주세요)',
  () => '(The output is not text and is not shown. Add `> name` to keep it as a file)',
);
export const wholeInFile = phrase(
  () => '전체는 아래 파일에 있습니다',
  () => 'the whole is in the file below',
);
export const moreInOps = phrase(
  () => `나머지는 ${roomNames.ops.ko} 방에 있습니다`,
  () => `the rest is in the ${roomNames.ops.en} room`,
);
export const artifactMissing = phrase<[path: string]>(
  (path) => `${path} 파일을 가져오지 못했습니다 (없거나 너무 큽니다). 작업 폴더는 그대로입니다`,
  (path) => `${path} could not be fetched (not there, or too big). The workspace is as it was`,
);
/** Requests in a room that was upgraded since. */
export const leftBehind = phrase<[links: readonly string[], all: number]>(
  (links, all) =>
    `✋ 앞방에서 답을 기다리는 요청이 ${all}개 있습니다. 그 글의 ✅나 ❌를 누르시면 됩니다: ${links.map((link, at) => `[${at + 1}번](${link})`).join(' · ')}`,
  (links, all) =>
    `✋ ${all} ${all === 1 ? 'request still waits' : 'requests still wait'} in the former room. Tap ✅ or ❌ there: ${links.map((link, at) => `[no. ${at + 1}](${link})`).join(' · ')}`,
);
export const keysInFile = phrase<[path: string, masked: boolean]>(
  (path, masked) =>
    masked
      ? `${path}에 키나 비밀번호로 보이는 글이 있어 가리고 올렸습니다. 작업 폴더의 원본은 그대로입니다.`
      : `⚠️ ${path}에 키나 비밀번호로 보이는 것이 있지만 글 파일이 아니라 가리지 못했습니다. 필요 없으면 방에서 지워 주세요.`,
  (path, masked) =>
    masked
      ? `${path} holds what looks like a key or password: it was masked in the file that was sent. The one in the workspace is as it was.`
      : `⚠️ ${path} holds what looks like a key or password, but is no text and could not be masked. Remove it from the room if it is not wanted there.`,
);
export const inputMissing = phrase<[path: string]>(
  (path) => `보내신 파일 ${path}: 작업 폴더에 놓지 못했습니다 (너무 크거나 받을 수 없습니다). 이 파일 없이 이어 합니다`,
  (path) =>
    `the file ${path} that you sent could not be put into the workspace (too big, or not to be had). Going on without it`,
);
export const readOnlyHint = phrase<[name: string]>(
  (name) => `/lent/${name}에 쓰려면 \`!실행 --쓰기 ${name} …\`으로 보내 주세요. 허락을 여쭙겠습니다.`,
  (name) => `To write to /lent/${name}, send \`!run --write ${name} …\`. You will be asked.`,
);

/** Why an order was turned away. What is not named here is turned away without a word in the room. */
export const refusal: Readonly<Record<string, Phrase<[detail: string]>>> = {
  edited: phrase(
    () =>
      '고친 메시지는 실행하지 않습니다. 처음 보낸 것과 지금 보이는 것이 달라서입니다. 아무것도 하지 않았으니 새 메시지로 다시 보내 주세요.',
    () =>
      'An edited message is not run: what was sent and what is seen now differ. Nothing was done; please send it as a new message.',
  ),
  'not-message': phrase(
    () =>
      '이런 종류의 메시지(공지, 몸짓말)로는 명령을 받지 않습니다. 보통 메시지로 다시 보내 주세요. 아무것도 하지 않았습니다.',
    () =>
      'Orders are not taken from this kind of message (a notice, an emote). Please send it as an ordinary message. Nothing was done.',
  ),
  'not-run': phrase(
    () => '지금 보니 실행 명령이 아니어서 아무것도 하지 않았습니다. `!실행 명령`으로 다시 보내 주세요.',
    () => 'Looked at again it is no order to run something, so nothing was done. Please send `!run COMMAND`.',
  ),
  secret: phrase(
    () => '명령에 키나 비밀번호가 있어 실행하지 않았습니다. 그것 없이 다시 보내 주세요.',
    () => 'The command holds a key or password, so it was not run. Please send it without.',
  ),
  'too-old': phrase(
    () => '하루가 지난 명령이라 실행하지 않았습니다. 아직 필요하면 다시 보내 주세요.',
    () => 'This order is more than a day old and was not run. Send it again if it is still wanted.',
  ),
  stopped: phrase(
    () => '시작하기 전에 멈췄습니다. 바뀐 것은 없습니다.',
    () => 'Stopped before it began. Nothing was changed.',
  ),
  locked: phrase(
    () =>
      '지금은 잠금 상태라 아무것도 실행하지 않습니다. 명령은 하지 않았습니다. 풀려면 서버의 규칙 파일 `policy.json`에서 `mode`를 `auto`로 바꿔 주세요.',
    () => 'Everything is locked, so nothing was run. To unlock, set mode to `auto` in `policy.json`.',
  ),
  'host-not-allowed': phrase(
    (host) =>
      `\`${host}\`에는 접속이 허락되어 있지 않아 실행하지 않았습니다. 허락하려면 서버의 규칙 파일 \`policy.json\`에서 \`hosts\`에 넣어 주세요.`,
    (host) => `\`${host}\` is not among the allowed hosts, so nothing was run. Add it to hosts in \`policy.json\`.`,
  ),
  timeout: phrase(
    (limit) => `시간(--시간)이 한도 ${limit}초를 넘어 실행하지 않았습니다. 줄여서 다시 보내 주세요.`,
    (limit) => `--time is over the limit of ${limit} s, so nothing was run. Send it with less.`,
  ),
  rules: phrase(
    (where) =>
      `규칙 파일이 잘못되어 아무것도 실행하지 않습니다: \`${where}\`. 명령은 하지 않았습니다. 파일을 고친 뒤 다시 보내 주세요.`,
    (where) =>
      `A rule file is wrong, so nothing runs: \`${where}\`. Nothing was done. Correct the file and send the order again.`,
  ),
  changed: phrase(
    () => '기다리는 동안 규칙이나 빌려준 폴더가 바뀌어 실행하지 않았습니다. 다시 보내 주세요.',
    () => 'The rules or the lent folders changed while this was waiting, so it was not run. Please send it again.',
  ),
  elsewhere: phrase(
    () => '다른 실행자가 이미 맡은 명령이라 여기서는 실행하지 않았습니다.',
    () => 'Another executor has taken this order already; it was not run here.',
  ),
  'too-long-to-show': phrase(
    () =>
      '허락을 받아야 하는데 명령이 너무 길거나 보이지 않는 글자가 있어 그대로 보여 드릴 수 없습니다. 실행하지 않았습니다. 짧게 나눠 보내 주세요.',
    () =>
      'It needs your approval but is too long, or has letters that cannot be seen, so it cannot be shown whole. It was not run. Please send it in smaller pieces.',
  ),
  no: phrase(
    () => '거절하셔서 실행하지 않았습니다.',
    () => 'You refused it, so it was not run.',
  ),
  expired: phrase(
    () => '7일 동안 답이 없어 실행하지 않았습니다. 아직 필요하면 다시 보내 주세요.',
    () => 'There was no answer for 7 days, so it was not run. Send it again if it is still wanted.',
  ),
  void: phrase(
    () => '허락을 구한 메시지가 바뀌거나 지워져 무효가 됐습니다. 실행하지 않았습니다. 다시 보내 주세요.',
    () =>
      'The message that asked was changed or removed, so it no longer counts. It was not run. Please send it again.',
  ),
  'bad-command': phrase(
    (field) => `명령의 이 부분을 받아들일 수 없어 실행하지 않았습니다: \`${field}\``,
    (field) => `This part of the command cannot be accepted, so nothing was run: \`${field}\``,
  ),
  'no-mail': phrase(
    () => '이메일이 연결되어 있지 않아 보내지 않았습니다. 컴퓨터에서 `npm start -- mail`로 연결해 주세요.',
    () => 'No e-mail is set up, so nothing was sent. Set it up on the computer: `npm start -- mail`.',
  ),
  'mail-files': phrase(
    (path) => `첨부할 파일이 없거나 너무 커서 편지를 보내지 않았습니다: \`${path}\`.`,
    (path) => `A file for the letter is missing or too large, so it was not sent: \`${path}\`.`,
  ),
  'folder-changed': phrase(
    (where) =>
      `미리 해 본 뒤에 서버 폴더가 바뀌어서(\`${where}\`) 넣지 않았습니다. 폴더는 그대로입니다. 지금 폴더로 다시 해 보려면 🔁를 누르거나 다시 보내 주세요.`,
    (where) =>
      `The server's folder changed after the trial (\`${where}\`), so nothing was put there. Tap 🔁 or send it again to try on the folder as it is now.`,
  ),
  'folder-special': phrase(
    (where) =>
      `${withParticle(`\`${where}\``, '은', '는')} 보통 파일이 아니거나 읽을 수 없어 복사본에서 한 것을 옮길 수 없습니다. 폴더는 그대로입니다. 진짜 폴더에서 바로 하려면 \`--바로\`를 붙여 주세요.`,
    (where) =>
      `\`${where}\` is no plain file or cannot be read, so what was done on the copy cannot be put there. The folder is as it was. Add \`--live\` to run on the real folder.`,
  ),
  'folder-too-big': phrase(
    (where) =>
      `바뀐 것이 너무 커서 간직할 수 없습니다 (${where}). 폴더는 그대로입니다. 진짜 폴더에서 바로 하려면 \`--바로\`를 붙여 주세요.`,
    (where) =>
      `What changed is too large to be kept (${where}). The folder is as it was. Add \`--live\` to run on the real folder.`,
  ),
  'folder-between': phrase(
    (where) =>
      `넣다가 멈춰서 폴더가 일부만 바뀌어 있습니다 (${where}). 실행자가 다시 켜질 때 끝까지 마칩니다. 서버에서 \`npm start -- status\`로 살펴봐 주세요.`,
    (where) =>
      `It stopped half way, and the folder is changed in part (${where}). It is brought to its end when the executor starts again. Please look at \`npm start -- status\` on the server.`,
  ),
  'folder-fault': phrase(
    (where) => `복사본에서 한 것을 옮기지 못했습니다 (${where}). 폴더는 그대로입니다.`,
    (where) => `What was done on the copy could not be put there (${where}). The folder is as it was.`,
  ),
  'not-lent': phrase(
    (field) =>
      `\`${field}\`: 쓰기로 빌려준 폴더가 아니라서 실행하지 않았습니다. 컴퓨터에서 \`npm start -- lend 폴더 rw\`로 빌려주세요.`,
    (field) =>
      `\`${field}\`: no folder is lent for writing under that name, so nothing was run. Lend it on the computer: \`npm start -- lend FOLDER rw\`.`,
  ),
  forged: phrase(
    (field) => `작업함에 잘못된 작업이 들어와 버렸습니다: \`${field}\`. 아무것도 실행하지 않았습니다.`,
    (field) => `A malformed job came out of the queue and was thrown away: \`${field}\`. Nothing was run.`,
  ),
  'other-version': phrase(
    (field) =>
      `다른 버전이 만든 작업이라 읽지 못했습니다: \`${field}\`. 아무것도 실행하지 않았습니다. 모든 부분을 같은 버전으로 맞춘 뒤 다시 보내 주세요 (서버에서 \`npm start -- upgrade\`).`,
    (field) =>
      `A job made by another version cannot be read here: \`${field}\`. Nothing was run. Bring every part to one version (\`npm start -- upgrade\` on the server) and send the order again.`,
  ),
  impostor: phrase(
    (why) => `마스터의 명령이 아닌 작업을 돌려보냈습니다 (${whyInKorean(why)}). 아무것도 실행하지 않았습니다.`,
    (why) => `A job was turned away that no master has ordered (${why}). Nothing was run.`,
  ),
};

const faultWord: Readonly<Record<RunFault, Phrase>> = {
  empty: phrase(
    () => '실행할 명령이 없습니다',
    () => 'there is nothing to run',
  ),
  'unknown-option': phrase(
    () => '모르는 옵션입니다',
    () => 'is no option',
  ),
  'no-value': phrase(
    () => '뒤에 값이 없습니다',
    () => 'lacks a value',
  ),
  'bad-time': phrase(
    () => '시간이 아닙니다 (예: 30초, 5분, 최대 6시간)',
    () => 'is no time (30s, 5m, at most 6h)',
  ),
  'bad-host': phrase(
    () => '주소가 아닙니다 (예: example.com:443)',
    () => 'is no host:port, as in example.com:443',
  ),
  'bad-name': phrase(
    () => '빌려준 폴더의 이름이 아닙니다',
    () => 'is no name of a lent folder',
  ),
  'bad-path': phrase(
    () => '작업 폴더 안의 경로가 아닙니다',
    () => 'is no path within the workspace',
  ),
  'open-block': phrase(
    () => '코드 블록이 닫히지 않았거나 뒤에 글이 더 있습니다',
    () => 'the code block is not closed, or words follow it',
  ),
  'too-long': phrase(
    () => '너무 깁니다',
    () => 'is too long',
  ),
};

export const badOrder = phrase<[field: string, why: RunFault]>(
  (field, why) =>
    `실행하지 않았습니다. \`${field}\`: ${faultWord[why].ko()}.\n이렇게 보내 주세요: \`!실행 ls -la\` 또는 \`!실행\` 아래에 코드 블록. 앞에 붙일 수 있는 것: \`--쓰기 폴더이름\`, \`--접속 example.com:443\`, \`--시간 5분\`, \`--파일 결과.txt\`, \`--반복\`, \`--바로\``,
  (field, why) =>
    `Nothing was run. \`${field}\`: ${faultWord[why].en()}.\nSend it like this: \`!run ls -la\`, or \`!run\` with a code block below. In front may stand: \`--write folder\`, \`--net example.com:443\`, \`--time 5m\`, \`--file result.txt\`, \`--repeatable\`, \`--live\``,
);

/** Under a request of an older version, which is not believed any more. */
export const askedAnew = phrase(
  () =>
    '프로그램이 새로워져 이 요청은 이제 쓰지 않습니다. 같은 명령을 새 메시지로 다시 여쭈니 거기에 눌러 주세요. 아직 아무것도 실행하지 않았습니다.',
  () =>
    'The program was updated and this request no longer counts. The same is asked anew in a new message: please tap there. Nothing has been run yet.',
);

export const executorHalted = phrase<[what: string]>(
  (what) => `실행자가 멈춰 있습니다: ${what}. 아무 명령도 받지 않습니다. 고치면 저절로 다시 시작합니다.`,
  (what) => `The executor has stopped: ${what}. It takes no orders. It goes on by itself once that is corrected.`,
);

export const executorResumed = phrase(
  () => '실행자가 다시 명령을 받습니다.',
  () => 'The executor takes orders again.',
);

export const timeOf = (at: number, lang: Lang, timeZone: string): string =>
  new Intl.DateTimeFormat(lang, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(at);
