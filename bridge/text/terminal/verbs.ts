import { phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

/** Commands in one column, what they do in the next; the commands are ASCII. */
function columns(rows: readonly (readonly [command: string, does: string])[]): string {
  const indent = Math.max(...rows.map(([command]) => command.length)) + 2;
  return rows
    .map(([command, does]) => `${command.padEnd(indent)}${does.replaceAll('\n', `\n${' '.repeat(indent)}`)}`)
    .join('\n');
}

/** What `npm start -- --help` says. No line is wider than a small terminal. */
export const verbsHelpText = phrase(
  () => `Chavion: 내 컴퓨터에서 사는 AI 에이전트들의 집

${columns([
  ['npm start', '집을 켭니다. 처음이면 필요한 것을 설치합니다.\nCtrl-C로 끕니다.'],
  ['npm start -- keys', 'AI 회사의 키를 넣습니다. 화면에 보이지 않고,\n하나씩 시험해 본 뒤 저장합니다.'],
  [
    'npm start -- doctor',
    '무엇이 빠졌거나 고장 났는지, 어떻게 고치는지\n알려 줍니다. --providers를 붙이면 AI마다 짧게\n불러 보고 누가 답하는지 보여 줍니다.',
  ],
  ['npm start -- lend', '서버의 폴더를 에이전트들에게 빌려주거나\n돌려받습니다.'],
  ['npm start -- mail', '이메일을 연결합니다 (편지로 받아 보고, 읽기).'],
  ['npm start -- tools', '바깥 도구(MCP 서버)를 더하거나 뺍니다.'],
  ['npm start -- audit verify', '실행한 명령의 기록이 고쳐지지 않았는지\n확인합니다.'],
  ['npm start -- memory export', `${roomNames.memory.ko} 방에 적힌 것을 글이나 파일로 꺼냅니다.`],
  ['npm start -- status', '집의 상태: 부분들, 디스크, 마지막 백업'],
  ['npm start -- logs', '각 부분이 적은 것 (-f: 계속 보기)'],
  ['npm start -- backup', '집 전체를 파일 하나로 (--encrypt: 암호로 잠금)'],
  ['npm start -- restore', '백업에서 되돌립니다. 집이 없는 곳에서만 됩니다.'],
  ['npm start -- reset-password', '마스터의 비밀번호를 새로 만듭니다.'],
  ['npm start -- admin-login', '관리 페이지(Ketesa)에 로그인할 계정과 비밀번호'],
  ['npm start -- rotate-secrets', '부분들 사이의 비밀값을 새로 만듭니다.'],
  ['npm start -- upgrade', '백업한 뒤 새 판으로 올립니다.'],
  ['npm start -- install-service', '서버가 켜질 때 집도 켜지게 합니다 (systemd).'],
  ['npm start -- compose', 'docker compose로 켤 때 쓸 비밀값과 설정을\n만듭니다.'],
  ['npm start -- --help', '이 도움말 (명령 뒤에 --help: 그 명령의 쓰는 법)'],
  ['npm run chat', '이 터미널에서 에이전트들과 이야기합니다.'],
])}

설정은 .env 파일이나 환경 변수로 합니다 (목록: .env.example).
모든 대화와 계정은 data 폴더(CHAVION_DATA_DIR)에 보관됩니다.
root로 시작하면 일부는 /var/lib/chavion에 있습니다.
지난 일은 data/logs에 적힙니다.`,
  () => `Chavion: a house of AI agents on your own machine

${columns([
  ['npm start', 'opens the house; the first time it installs\nwhat is missing. Ctrl-C closes it.'],
  ['npm start -- keys', "takes the providers' keys: hidden, each tested,\nthen stored."],
  [
    'npm start -- doctor',
    'says what is missing or broken here and how to\nmend it. With --providers: calls each AI once,\nbriefly, and shows who answers.',
  ],
  ['npm start -- lend', 'lends folders of this machine to commands, and\ntakes them back.'],
  ['npm start -- mail', 'sets up e-mail, for letters to you and others.'],
  ['npm start -- tools', 'adds tools of others (MCP servers), and takes\nthem away.'],
  ['npm start -- audit verify', 'checks that the record of commands was not\nchanged.'],
  ['npm start -- memory export', 'what the house remembers, as text or a file'],
  ['npm start -- status', 'how the house stands: parts, disk, last backup'],
  ['npm start -- logs', 'what the parts wrote (-f: goes on)'],
  ['npm start -- backup', 'the whole house in one file\n(--encrypt: under a passphrase)'],
  ['npm start -- restore', 'a house from its backup, where there is none'],
  ['npm start -- reset-password', 'a new password for the master'],
  ['npm start -- admin-login', 'the login for Ketesa (once Synapse Admin)'],
  ['npm start -- rotate-secrets', 'new secrets between the parts'],
  ['npm start -- upgrade', 'a backup, then the newest version'],
  ['npm start -- install-service', 'the house opens with the machine (systemd)'],
  ['npm start -- compose', 'secrets and configuration for docker compose'],
  ['npm start -- --help', 'this help (behind a command: how to use it)'],
  ['npm run chat', 'talks to the agents from this terminal.'],
])}

Settings are made in .env or the environment; .env.example lists them.
Everything said and every account is kept in the folder data
(CHAVION_DATA_DIR); started by root, part of it in /var/lib/chavion.
What happened is in data/logs.`,
);

/** Of the verbs that say little else. */
export const usageText = {
  start: phrase(
    () =>
      '쓰는 법: npm start\n  집을 켭니다. 처음이면 필요한 것을 설치합니다. Ctrl-C로 끕니다.\n  다른 명령 보기: npm start -- --help',
    () =>
      'Usage: npm start\n  Opens the house; the first time it installs what is missing. Ctrl-C closes it.\n  The other commands: npm start -- --help',
  ),
  doctor: phrase(
    () =>
      '쓰는 법: npm start -- doctor [--providers]\n  무엇이 빠졌거나 고장 났는지 보여 줍니다. 바꾸는 것은 없습니다.\n  --providers는 AI마다 짧게 한 번씩 불러 봅니다 (요금이 조금 듭니다).',
    () =>
      'Usage: npm start -- doctor [--providers]\n  Shows what is missing or broken and changes nothing.\n  --providers calls each AI once, briefly (at a small cost).',
  ),
  keys: phrase(
    () =>
      '쓰는 법: npm start -- keys\n  AI 회사의 키를 하나씩 묻고, 시험해 본 뒤 저장합니다. 키는 화면에 보이지 않습니다.\n  그냥 Enter: 그대로 둠, -: 지움, Ctrl-C: 그만둠. 키를 명령 뒤에 쓰지 마세요.',
    () =>
      'Usage: npm start -- keys\n  Asks for one key after another, tests each and stores it; none is shown.\n  Enter alone keeps what is there, - removes it, Ctrl-C ends. Never write a key behind the command.',
  ),
  status: phrase(
    () => '쓰는 법: npm start -- status\n  부분마다 켜져 있는지, 디스크와 마지막 백업을 보여 줍니다.',
    () => 'Usage: npm start -- status\n  Shows which parts are up, the disk and the last backup.',
  ),
  rotateSecrets: phrase(
    () =>
      '쓰는 법: npm start -- rotate-secrets\n  부분들 사이의 비밀값을 새로 만듭니다. 켜져 있으면 집이 잠깐 다시 켜집니다.',
    () =>
      'Usage: npm start -- rotate-secrets\n  Makes new secrets between the parts. A running house is started anew for a moment.',
  ),
};

export const unknownWord = (verb: string, word: string) =>
  phrase(
    () =>
      `${verb === 'start' ? 'npm start' : `npm start -- ${verb}`} 뒤에 쓸 수 없는 말입니다: ${safe(word)}. 아무것도 하지 않았습니다.`,
    () =>
      `"${safe(word)}" means nothing behind ${verb === 'start' ? 'npm start' : `npm start -- ${verb}`}. Nothing was done.`,
  );

/** It may be a key that was pasted there. */
const safe = (word: string): string =>
  /^-{1,2}[\w-]{1,30}$/.test(word) || word.length <= 12 ? word : `${word.slice(0, 4)}…`;

/** A verb that was ended by Ctrl-C; the house goes on, where it runs. */
export const cutShort = phrase(
  () => '중단했습니다. 지금까지의 내용은 그대로입니다. 다시 하려면 같은 명령을 해 주세요.',
  () => 'Cut short; what you have is kept. The same command does it again.',
);

export const unknownVerb = (name: string) =>
  phrase(
    () => `모르는 명령입니다: ${name}`,
    () => `"${name}" is not a command.`,
  );

/** `npm start -- doctor`. Each check is one line: how it stands, and after that what to do. */
export const doctorText = {
  title: phrase(
    () => 'Chavion 진단',
    () => 'Chavion doctor',
  ),
  good: phrase(
    () => '모두 괜찮습니다.',
    () => 'Everything is well.',
  ),
  broken: (count: number) =>
    phrase(
      () => `고칠 곳이 ${count}군데 있습니다.`,
      () => `${count} thing${count === 1 ? '' : 's'} to mend.`,
    ),
  node: (version: string) =>
    phrase(
      () => `Node ${version}`,
      () => `Node ${version}`,
    ),
  nodeOld: (version: string) =>
    phrase(
      () => `Node ${version}: 24 이상이 필요합니다. npm ci 를 실행하면 프로젝트의 것이 설치됩니다.`,
      () => `Node ${version}: 24 or later is needed; npm ci brings the project's own.`,
    ),
  settings: phrase(
    () => '설정과 명단',
    () => 'Settings and roster',
  ),
  pricesOld: (readOn: string, days: number) =>
    phrase(
      () =>
        `모델 가격표가 ${days}일 전(${readOn}) 것입니다. 그 사이에 값이 바뀌었으면 예산도 틀립니다. 새 판에는 새 가격표가 있습니다: npm start -- upgrade`,
      () =>
        `The price table of the models is ${days} days old (${readOn}): where prices have changed, budgets are wrong. A newer version brings a newer one: npm start -- upgrade`,
    ),
  python: (version: string, path: string) =>
    phrase(
      () => `Python ${version} (${path})`,
      () => `Python ${version} (${path})`,
    ),
  pythonNone: phrase(
    () => 'Python 3.10 이상이 없습니다: sudo apt-get install -y python3 python3-venv',
    () => 'No Python from 3.10 on: sudo apt-get install -y python3 python3-venv',
  ),
  pythonNoVenv: (version: string) =>
    phrase(
      () => `Python ${version}에 venv가 없습니다: sudo apt-get install -y python3-venv`,
      () => `Python ${version} lacks venv: sudo apt-get install -y python3-venv`,
    ),
  synapse: (folder: string) =>
    phrase(
      () => `Synapse 환경 (${folder})`,
      () => `Synapse environment (${folder})`,
    ),
  synapseNone: phrase(
    () => 'Synapse 환경이 아직 없습니다. 다음 npm start가 설치합니다 (1분쯤).',
    () => 'No Synapse environment yet: the next npm start installs it (about a minute).',
  ),
  synapseBroken: (folder: string) =>
    phrase(
      () => `Synapse 환경이 망가졌습니다. 지우고 npm start 하면 다시 설치됩니다: rm -r ${folder}`,
      () => `The Synapse environment is damaged. Remove it and npm start installs it anew: rm -r ${folder}`,
    ),
  redis: (version: string) =>
    phrase(
      () => `Redis ${version}`,
      () => `Redis ${version}`,
    ),
  redisNone: phrase(
    () => 'Redis가 없습니다: sudo apt-get install -y redis-server',
    () => 'No Redis: sudo apt-get install -y redis-server',
  ),
  disk: (folder: string, free: string) =>
    phrase(
      () => `디스크 여유 ${free} (${folder})`,
      () => `Disk: ${free} free (${folder})`,
    ),
  diskFull: (folder: string, free: string) =>
    phrase(
      () =>
        `디스크 여유가 ${free}뿐입니다 (${folder}). 자리가 없으면 아무것도 저장되지 않습니다. 필요 없는 파일을 지워 주세요.`,
      () => `Only ${free} of disk free (${folder}). Without room nothing is stored: delete what you do not need.`,
    ),
  ports: (list: string) =>
    phrase(
      () => `포트 ${list}`,
      () => `Ports ${list}`,
    ),
  portTaken: (port: number, variable: string, by: string | undefined) =>
    phrase(
      () => `포트 ${port}: ${by ?? '다른 프로그램'} 사용 중. ${variable}에 다른 번호를 정해 주세요.`,
      () => `Port ${port} is used by ${by ?? 'another program'}. Set ${variable} to another number.`,
    ),
  running: (pid: number) =>
    phrase(
      () => `집이 켜져 있습니다 (프로세스 ${pid})`,
      () => `The house is running (process ${pid})`,
    ),
  notRunning: phrase(
    () => '집이 꺼져 있습니다. 켜기: npm start',
    () => 'The house is not running. To open it: npm start',
  ),
  part: (part: string) =>
    phrase(
      () => `${part}: 응답합니다`,
      () => `${part}: answers`,
    ),
  partSilent: (part: string, log: string) =>
    phrase(
      () => `${part}: 응답하지 않습니다. 까닭: ${log}`,
      () => `${part}: does not answer. See ${log}`,
    ),
  executorHalted: phrase(
    () => `executor: 켜져 있지만 명령을 받지 않습니다. 까닭은 ${roomNames.ops.ko} 방에 있습니다.`,
    () => `executor: lives but takes no orders; why is in the room ${roomNames.ops.ko}.`,
  ),
  bubblewrap: phrase(
    () => 'bubblewrap',
    () => 'bubblewrap',
  ),
  bubblewrapNone: phrase(
    () => 'bubblewrap이 없어 실행자가 명령을 실행하지 않습니다: sudo apt-get install -y bubblewrap',
    () => 'No bubblewrap, so the executor runs no commands: sudo apt-get install -y bubblewrap',
  ),
  modes: phrase(
    () => '비밀 파일의 권한',
    () => 'Permissions of the secrets',
  ),
  modeOpen: (path: string, mode: string) =>
    phrase(
      () => `다른 사람이 읽을 수 있는 파일 (${mode}): chmod go= ${path}`,
      () => `Others can read ${path} (${mode}): chmod go= ${path}`,
    ),
  separated: phrase(
    () => '각 부분이 자기 계정으로 돌고 서로의 파일을 읽지 못합니다.',
    () => "Each part runs under its own account and cannot read the others' files.",
  ),
  notSeparated: phrase(
    () =>
      '모든 부분이 지금 사용자 계정으로 돕니다. 서로 나누려면 처음부터 root로 시작해야 합니다 (새 CHAVION_DATA_DIR에서 sudo npm start).',
    () =>
      'All parts run under your account. To separate them the house has to be begun by root (sudo npm start, with a new CHAVION_DATA_DIR).',
  ),
  clock: (now: string) =>
    phrase(
      () => `시계 ${now}`,
      () => `Clock ${now}`,
    ),
  clockWrong: (now: string) =>
    phrase(
      () => `시계가 틀립니다: ${now}. 저장된 파일보다 과거입니다. 맞추기: sudo timedatectl set-ntp true`,
      () => `The clock is wrong: ${now} is before what was stored. Set it: sudo timedatectl set-ntp true`,
    ),
  keys: (names: string) =>
    phrase(
      () => `AI 키와 모델: ${names}`,
      () => `Keys and models: ${names}`,
    ),
  noKeys: phrase(
    () => 'AI 키가 없어 연습 모드로 답합니다. 넣기: npm start -- keys',
    () => 'No keys: the agents rehearse. To add them: npm start -- keys',
  ),
};

/** `npm start -- doctor --providers`. */
export const modelChecksText = {
  title: phrase(
    () => 'AI마다 짧게 한 번씩 불러 봅니다',
    () => 'One tiny call to each AI',
  ),
  answers: (who: string, ms: number) =>
    phrase(
      () => `${who}: ${(ms / 1000).toFixed(1)}초 만에 답했습니다`,
      () => `${who}: answered in ${(ms / 1000).toFixed(1)} s`,
    ),
  fails: (who: string, why: string, ms: number) =>
    phrase(
      () => `${who}: ${why} (${(ms / 1000).toFixed(1)}초)`,
      () => `${who}: ${why} (${(ms / 1000).toFixed(1)} s)`,
    ),
  noKey: (who: string) =>
    phrase(
      () => `${who}: 키가 없습니다. 넣기: npm start -- keys`,
      () => `${who}: no key. To add it: npm start -- keys`,
    ),
  notCalled: (who: string) =>
    phrase(
      () => `${who}: 부를 AI가 없습니다`,
      () => `${who}: nobody to call`,
    ),
  sum: (answered: number, failed: number) =>
    phrase(
      () =>
        failed === 0
          ? `${answered}곳이 답했습니다.`
          : `${answered}곳이 답했고 ${failed}곳은 답하지 못했습니다. 키와 요금, 인터넷 연결을 확인해 주세요.`,
      () =>
        failed === 0
          ? `${answered} answered.`
          : `${answered} answered, ${failed} did not. Check keys, credit and the connection.`,
    ),
};

/** `npm start -- keys`. */
export const keysText = {
  intro: phrase(
    () => '키를 붙여 넣고 Enter를 누르세요. 화면에는 보이지 않습니다. 그냥 Enter: 그대로 둠, - : 지움.',
    () => 'Paste a key and press Enter; it is not shown. Enter alone keeps what is there, - removes it.',
  ),
  prompt: (name: string, kept: boolean) =>
    phrase(
      () => `${name}${kept ? ' (저장됨)' : ''}: `,
      () => `${name}${kept ? ' (stored)' : ''}: `,
    ),
  works: (name: string) =>
    phrase(
      () => `${name}: 키가 됩니다. 저장했습니다.`,
      () => `${name}: the key works and is stored.`,
    ),
  refused: (name: string, status: number) =>
    phrase(
      () =>
        `${name}: 키를 거절했습니다 (${status}). 저장하지 않았고 전의 키는 그대로입니다. 키를 다시 복사해 넣어 주세요.`,
      () => `${name}: the key was refused (${status}). It was not stored and the former one is kept. Copy it again.`,
    ),
  payment: (name: string) =>
    phrase(
      () => `${name}: 키는 맞지만 요금이 남아 있지 않습니다. 저장했습니다. 그 회사 사이트에서 결제를 확인해 주세요.`,
      () =>
        `${name}: the key is right but there is no credit. It is stored; see to the payment on the provider's site.`,
    ),
  unchecked: (name: string, why: string) =>
    phrase(
      () => `${name}: 지금은 시험할 수 없어 (${why}) 그대로 저장했습니다.`,
      () => `${name}: could not be tested now (${why}) and is stored as it is.`,
    ),
  malformed: (name: string) =>
    phrase(
      () => `${name}: 키에 빈칸이나 이상한 글자가 있어 저장하지 않았습니다.`,
      () => `${name}: there are spaces or strange letters in it; not stored.`,
    ),
  removed: (name: string) =>
    phrase(
      () => `${name}: 지웠습니다.`,
      () => `${name}: removed.`,
    ),
  overridden: (name: string) =>
    phrase(
      () => `${name}: 환경 변수나 .env에 다른 값이 있어 그쪽이 먼저 쓰입니다.`,
      () => `${name}: the environment or .env has another value, which goes before this one.`,
    ),
  nothing: phrase(
    () => '바뀐 것이 없습니다.',
    () => 'Nothing was changed.',
  ),
  taken: phrase(
    () => '켜져 있는 집이 곧 새 키를 씁니다.',
    () => 'The running house takes the new keys at once.',
  ),
  nextStart: phrase(
    () => '다음 npm start부터 새 키를 씁니다.',
    () => 'The next npm start uses them.',
  ),
};
