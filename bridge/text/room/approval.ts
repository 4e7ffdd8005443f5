import { phrase, type Phrase } from '../say.ts';
import { askedBy } from './commands/chat-commands.ts';
import { seconds } from './executor.ts';
import { type FolderLines, mayBePut, putSigns, triedLines } from './commands/trial.ts';

/** The executor's question before a command: what is approved is what stands here. */

export const askWhy: Readonly<Record<string, Phrase>> = {
  read: phrase(
    () => '읽기만 하는 명령입니다',
    () => 'it only reads',
  ),
  write: phrase(
    () => '작업 폴더에 쓰는 명령입니다',
    () => 'it writes to the workspace',
  ),
  host: phrase(
    () => '서버의 진짜 폴더를 바꿀 수 있습니다',
    () => 'it can change a real folder of the server',
  ),
  network: phrase(
    () => '인터넷에 접속합니다',
    () => 'it goes to the network',
  ),
  tool: phrase(
    () => '등록하신 바깥 도구를 씁니다',
    () => 'it uses a tool that you added',
  ),
  mail: phrase(
    () => '메일이 나갑니다',
    () => 'a letter goes out',
  ),
  tainted: phrase(
    () => '바깥에서 온 글과 내 자료를 함께 읽은 뒤라 묻습니다',
    () => 'words from outside and things of yours were both read before this',
  ),
  address: phrase(
    () => '아무도 말한 적 없는 주소입니다',
    () => 'nobody has named this address',
  ),
  mode: phrase(
    () => '모든 명령을 묻도록 되어 있습니다',
    () => 'everything asks at present',
  ),
  chat: phrase(
    () => '대화 중의 명령은 모두 묻도록 되어 있습니다',
    () => 'every command in conversation asks at present',
  ),
  outside: phrase(
    () => '바깥 에이전트가 시킨 명령입니다',
    () => 'an outside agent ordered it',
  ),
};

/** One part of a command, as it is run: the script, what it is given to read, what it writes or sends. */
export type PartName =
  | 'command'
  | 'stdin'
  | 'content'
  | 'sent'
  | 'letter-from'
  | 'letter-to'
  | 'letter-subject'
  | 'letter-text'
  | 'letter-files';

const partName: Readonly<Record<Exclude<PartName, 'command'>, Phrase>> = {
  stdin: phrase(
    () => '명령에 넣어 주는 글 (표준 입력):',
    () => 'What it is given to read (standard input):',
  ),
  content: phrase(
    () => '파일에 쓰는 내용:',
    () => 'What it writes into the file:',
  ),
  sent: phrase(
    () => '보내는 내용:',
    () => 'What it sends:',
  ),
  'letter-from': phrase(
    () => '📧 보내는 사람:',
    () => '📧 From:',
  ),
  'letter-to': phrase(
    () => '받는 사람:',
    () => 'To:',
  ),
  'letter-subject': phrase(
    () => '제목:',
    () => 'Subject:',
  ),
  'letter-text': phrase(
    () => '편지 내용:',
    () => 'The letter:',
  ),
  'letter-files': phrase(
    () => '첨부 파일 (크기와 확인값):',
    () => 'Files with it (size and digest):',
  ),
};

/** Every text in it is ready to stand in a line of its own: nothing of it means anything to Markdown. */
export interface AskedCommand {
  readonly why: string;
  /** Not of what the master has typed. */
  readonly reason?: string;
  /** The agent that wished for it in conversation. */
  readonly agent?: string;
  readonly workspace: 'ro' | 'rw';
  readonly folders: readonly { readonly name: string; readonly path: string; readonly access: 'ro' | 'rw' }[];
  readonly hosts: readonly string[];
  readonly cwd: string;
  /** Sent by masters, and put into the workspace for it. */
  readonly inputs: readonly string[];
  /** Brought into the room afterwards. */
  readonly files: readonly string[];
  readonly timeoutMs: number;
  readonly parts: readonly { readonly name: PartName; readonly block: string }[];
  readonly lines: number;
  readonly longestLine: number;
  /** Letters that are shown by their number. */
  readonly writtenOut: number;
  readonly hash: string;
  /** Where it ran on copies already: what it would change. */
  readonly tried?: readonly FolderLines[];
}

/** Longer or wider than a phone shows at once. */
const isLong = ({ lines, longestLine }: AskedCommand): boolean => lines > 12 || longestLine > 60;

type Folder = AskedCommand['folders'][number];
const folderKo = (f: Folder): string =>
  `- 서버 폴더 ${f.path}: **${f.access === 'rw' ? '읽고 쓰기' : '읽기만'}** (/lent/${f.name})`;
const folderEn = (f: Folder): string =>
  `- server folder ${f.path}: **${f.access === 'rw' ? 'read and write' : 'read only'}** (/lent/${f.name})`;

/** All of one command, each part in a block, each host and folder in a line; first what it changes and whom it reaches. */
export const askedLines = phrase<[asked: AskedCommand]>(
  (a) =>
    [
      ...(isLong(a)
        ? [
            `⚠️ 명령이 깁니다: ${a.lines}줄, 가장 긴 줄은 ${a.longestLine}자. 끝까지 펼치고 옆으로 밀어서 다 보고 정해 주세요.`,
          ]
        : []),
      ...(a.writtenOut > 0 ? [`⚠️ 눈에 보이지 않거나 헷갈리는 글자 ${a.writtenOut}개는 ⟨U+번호⟩로 적었습니다.`] : []),
      ...(a.tried === undefined ? a.folders.filter((f) => f.access === 'rw').map(folderKo) : [triedLines.ko(a.tried)]),
      ...a.hosts.map((host) => `- 접속: ${host}`),
      ...a.parts.flatMap(({ name, block }) => (name === 'command' ? [block] : [partName[name].ko(), block])),
      ...(a.agent === undefined ? [] : [askedBy.ko(a.agent)]),
      ...(a.reason === undefined ? [] : [`- 이유: ${a.reason}`]),
      `- 작업 폴더: ${a.workspace === 'rw' ? '읽고 쓰기' : '읽기만'} (${a.cwd}에서 시작)`,
      ...a.folders.filter((f) => f.access === 'ro').map(folderKo),
      ...a.inputs.map((file) => `- 작업 폴더에 놓을 파일: ${file}`),
      ...a.files.map((file) => `- 방으로 가져올 파일: ${file}`),
    ].join('\n'),
  (a) =>
    [
      ...(isLong(a)
        ? [
            `⚠️ This is long: ${a.lines} line${a.lines === 1 ? '' : 's'}, the longest of ${a.longestLine} letters. Open it, swipe to its end and read all of it before you decide.`,
          ]
        : []),
      ...(a.writtenOut > 0
        ? [
            `⚠️ ${a.writtenOut} letter${a.writtenOut === 1 ? '' : 's'} that cannot be seen or told apart: written as ⟨U+number⟩.`,
          ]
        : []),
      ...(a.tried === undefined ? a.folders.filter((f) => f.access === 'rw').map(folderEn) : [triedLines.en(a.tried)]),
      ...a.hosts.map((host) => `- network: ${host}`),
      ...a.parts.flatMap(({ name, block }) => (name === 'command' ? [block] : [partName[name].en(), block])),
      ...(a.agent === undefined ? [] : [askedBy.en(a.agent)]),
      ...(a.reason === undefined ? [] : [`- reason: ${a.reason}`]),
      `- workspace: ${a.workspace === 'rw' ? 'read and write' : 'read only'} (starts in ${a.cwd})`,
      ...a.folders.filter((f) => f.access === 'ro').map(folderEn),
      ...a.inputs.map((file) => `- file put into the workspace: ${file}`),
      ...a.files.map((file) => `- file to bring into the room: ${file}`),
    ].join('\n'),
);

/** Complete and exact: what is approved is what stands here. */
export const approvalRequest = phrase<[asked: AskedCommand]>(
  (a) =>
    [
      a.tried === undefined ? `✋ **실행해도 될까요?** ${askWhy[a.why]?.ko() ?? a.why}.` : mayBePut.ko(),
      askedLines.ko(a),
      ...(a.tried === undefined ? [`- 제한 시간 ${seconds.ko(a.timeoutMs)}`] : []),
      '',
      a.tried === undefined
        ? `✅ 실행 · ❌ 거절 · 7일 동안 답이 없으면 거절 (확인값 \`${a.hash}\`)`
        : putSigns.ko(a.hash),
    ].join('\n'),
  (a) =>
    [
      a.tried === undefined ? `✋ **May this run?** Asking because ${askWhy[a.why]?.en() ?? a.why}.` : mayBePut.en(),
      askedLines.en(a),
      ...(a.tried === undefined ? [`- time limit ${seconds.en(a.timeoutMs)}`] : []),
      '',
      a.tried === undefined
        ? `✅ run · ❌ refuse · silence for 7 days refuses (check \`${a.hash}\`)`
        : putSigns.en(a.hash),
    ].join('\n'),
);
