import type { Lang } from '../../protocol/ids.ts';
import type { RunFault } from '../../protocol/orders/run-order.ts';
import { phrase, type Phrase } from '../say.ts';
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
