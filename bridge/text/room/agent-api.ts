import type { ApiScope } from '../../protocol/agent-api.ts';
import { withParticle } from '../particle.ts';
import { phrase, type Phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

/** What is said of outside agents in a room and in a letter to the master; what their API refuses: `api-problems.ts`. */

const scopeWord: Readonly<Record<ApiScope, string>> = { read: '읽기', speak: '말하기', tasks: '임무', execute: '실행' };

/** `!agent`, said by the coordinator where it was ordered. */
export const agentCommandText = {
  usage: phrase(
    () =>
      '밖에 있는 에이전트를 초대합니다.\n- `!초대 스카우트 scout`: 계정과 열쇠를 만듭니다 (열쇠는 개인 방으로만 보냅니다)\n- `!초대 새열쇠 scout`: 열쇠를 바꿉니다\n- `!초대 권한 scout 읽기 말하기`: 할 수 있는 일을 정합니다 (읽기, 말하기, 임무, 실행, 전부)\n- `!초대 삭제 scout`: 내보냅니다\n- `!초대 목록`: 누가 있는지',
    () =>
      'Brings in agents that live elsewhere.\n- `!agent add scout`: makes its account and key (the key goes to you alone, in a private room)\n- `!agent rotate scout`: changes the key\n- `!agent scope scout read speak`: sets what it may do (read, speak, tasks, execute, all)\n- `!agent remove scout`: puts it out\n- `!agent list`: who there is',
  ),
  elsewhere: phrase(
    () =>
      `\`!초대 이름\`은 ${withParticle(roomNames.hq.ko, '이나', '나')} ${roomNames.ops.ko} 방에서 보내 주세요. 아직 아무도 초대하지 않았습니다.`,
    () => `Send \`!agent add\` in the ${roomNames.hq.en} room or in the ${roomNames.ops.en} room. Nobody was added.`,
  ),
  added: phrase<[name: string, id: string]>(
    (name, id) =>
      `${withParticle(`**${name}**`, '을', '를')} 초대했습니다 (\`${id}\`). 열쇠는 개인 방으로 보냈습니다. 들어오면 \`!에이전트\`에 보이고, ${roomNames.hq.ko}에서 오가는 말을 기억에서 꺼낸 것까지 모두 듣습니다.`,
    (name, id) =>
      `**${name}** (\`${id}\`) is added. The key is in your private room with me. \`!agents\` shows when it comes. It hears all that is said in ${roomNames.hq.en}, what agents tell from the memory too.`,
  ),
  rotated: phrase<[name: string]>(
    (name) => `${name}의 열쇠를 바꿨습니다. 전의 열쇠는 이제 열리지 않습니다. 새 열쇠는 개인 방에 있습니다.`,
    (name) => `${name} has a new key, in your private room with me; the former one opens nothing any more.`,
  ),
  scoped: phrase<[name: string, scopes: readonly ApiScope[]]>(
    (name, scopes) =>
      `${withParticle(name, '은', '는')} 이제 이것만 할 수 있습니다: ${scopes.map((scope) => scopeWord[scope]).join(', ')}. 열쇠는 그대로입니다. 되돌리기: \`!초대 권한 ${name} 전부\``,
    (name, scopes) =>
      `${name} may now: ${scopes.join(', ')}. Its key stays the same. To allow everything: \`!agent scope ${name} all\``,
  ),
  removed: phrase<[name: string]>(
    (name) => `${withParticle(name, '을', '를')} 내보냈습니다. 열쇠는 이제 열리지 않고, 했던 말은 방에 남아 있습니다.`,
    (name) => `${name} is out. Its key opens nothing any more; what it said stays in the room.`,
  ),
  taken: phrase<[word: string]>(
    (word) =>
      `${withParticle(`"${word}"`, '은', '는')} 이미 다른 에이전트를 부르는 말입니다. 아무것도 바꾸지 않았으니 다른 이름으로 보내 주세요.`,
    (word) => `"${word}" already calls another agent. Nothing was changed; send another name.`,
  ),
  badName: phrase<[word: string]>(
    (word) =>
      `${withParticle(`"${word}"`, '은', '는')} 이름으로 쓸 수 없습니다 (40자까지, 글자와 숫자). 아무것도 바꾸지 않았습니다.`,
    (word) => `"${word}" cannot be a name (letters and digits, up to 40). Nothing was changed.`,
  ),
  full: phrase<[max: number]>(
    (max) => `밖의 에이전트는 ${max}명까지입니다. 아무것도 바꾸지 않았으니 먼저 \`!초대 삭제\`로 자리를 내 주세요.`,
    (max) => `There is room for ${max} outside agents. Nothing was changed; \`!agent remove\` one first.`,
  ),
  unknown: phrase<[word: string]>(
    (word) =>
      `밖에서 온 에이전트 중에 ${withParticle(`"${word}"`, '은', '는')} 없습니다. 바뀐 것은 없습니다. \`!초대 목록\``,
    (word) => `No outside agent is called "${word}". Nothing was changed. \`!agent list\``,
  ),
  askedIn: phrase<[name: string]>(
    (name) => `${withParticle(name, '을', '를')} 방에 들이는 중입니다 …`,
    (name) => `Letting ${name} in …`,
  ),
  notLetIn: phrase<[name: string]>(
    (name) =>
      `${name}의 계정은 만들었지만 방에 들이지 못했습니다. 집(npm start)이 켜져 있는지 보고 \`!초대\`를 다시 보내 주세요. 열쇠는 아직 주지 않았습니다.`,
    (name) =>
      `${name} has an account but could not be let into the room. See that the house (npm start) is running and send the command again. No key was given yet.`,
  ),
  nobody: phrase(
    () => '밖에서 온 에이전트가 아직 없습니다. `!초대 이름`으로 초대합니다.',
    () => 'No outside agent yet. `!agent add name` brings one in.',
  ),
  entry: phrase<[name: string, id: string, online: boolean]>(
    (name, id, online) => `- **${name}** (\`${id}\`): ${online ? '접속 중' : '접속해 있지 않음'}`,
    (name, id, online) => `- **${name}** (\`${id}\`): ${online ? 'online' : 'offline'}`,
  ),
};

/** The one message that holds a key: in a private room, taken out again at the first check-in or after an hour. */
export const keyMessage = phrase<
  [
    facts: {
      readonly name: string;
      readonly id: string;
      readonly key: string;
      readonly url: string;
      readonly onlyHere?: boolean;
    },
  ]
>(
  ({ name, id, key, url, onlyHere }) =>
    `**${name}** (\`${id}\`)의 열쇠입니다. 이 메시지는 처음 들어올 때, 늦어도 한 시간 뒤에 지워집니다. 남에게 보이지 마세요.\n\n\`\`\`\n${key}\n\`\`\`\n\n에이전트에게 이렇게 전해 주세요:\n\n\`\`\`\ncurl -X POST ${url}/api/agent/${id}/checkin -H "Authorization: Bearer <열쇠>"\n\`\`\`\n\n안내: ${url}/help · GPT Actions: ${url}/openapi.json · MCP: ${url}/mcp${onlyHere === true ? '\n\n⚠️ 이 주소는 서버 컴퓨터 안에서만 열립니다. 다른 곳에 있는 에이전트라면 `.env`의 `CHAVION_API_URL`에 밖에서 닿는 주소를 적고 다시 켜 주세요.' : ''}`,
  ({ name, id, key, url, onlyHere }) =>
    `The key of **${name}** (\`${id}\`). This message is removed when it first checks in, or after an hour. Show it to nobody.\n\n\`\`\`\n${key}\n\`\`\`\n\nGive the agent this:\n\n\`\`\`\ncurl -X POST ${url}/api/agent/${id}/checkin -H "Authorization: Bearer <key>"\n\`\`\`\n\nHelp: ${url}/help · GPT Actions: ${url}/openapi.json · MCP: ${url}/mcp${onlyHere === true ? '\n\n⚠️ This address works on the server itself only. For an agent elsewhere set `CHAVION_API_URL` in `.env` to an address that it can reach, and start again.' : ''}`,
);

/** The room in which keys are handed over. */
export const keyRoomName = phrase(
  () => '조율자와 나 (열쇠)',
  () => 'Coordinator and me (keys)',
);

/** When an outside agent is called by name and is not there. */
export const notOnline = phrase<[names: readonly string[]]>(
  (names) => `${names.join(', ')}: 지금 접속해 있지 않습니다. 말씀은 우편함에 넣어 두었으니 들어오면 받습니다.`,
  (names) => `${names.join(', ')}: not online now. Your words are in the mailbox and will be there when it comes.`,
);

/** When one is called by name that a master lets read only. */
export const mayNotSpeak = phrase<[name: string, id: string]>(
  (name, id) =>
    `${withParticle(name, '은', '는')} 말하기 권한이 없어서 대답하지 못합니다. 말씀은 우편함에 넣어 두었습니다. 말하게 하려면: \`!초대 권한 ${id} 읽기 말하기\``,
  (name, id) =>
    `${name} may not speak here and cannot answer. Your words are in its mailbox. To let it speak: \`!agent scope ${id} read speak\``,
);

/** What agents do on the board, said in their own name. */
export const boardLine = {
  posted: phrase<[id: string, title: string, description: string]>(
    (id, title, description) => `📌 새 임무 \`${id}\`: **${title}**${description === '' ? '' : `\n${description}`}`,
    (id, title, description) => `📌 New task \`${id}\`: **${title}**${description === '' ? '' : `\n${description}`}`,
  ),
  claimed: phrase<[id: string]>(
    (id) => `✋ \`${id}\` 제가 맡겠습니다.`,
    (id) => `✋ I take \`${id}\`.`,
  ),
  reported: phrase<[id: string, text: string]>(
    (id, text) => `📝 \`${id}\` ${text}`,
    (id, text) => `📝 \`${id}\` ${text}`,
  ),
  done: phrase<[id: string, text: string]>(
    (id, text) => `✅ \`${id}\` 끝냈습니다.\n${text}`,
    (id, text) => `✅ \`${id}\` is done.\n${text}`,
  ),
  failed: phrase<[id: string, text: string]>(
    (id, text) => `❌ \`${id}\` 하지 못했습니다.\n${text}`,
    (id, text) => `❌ \`${id}\` could not be done.\n${text}`,
  ),
};

/** The order of an outside agent as it stands in the room; what is run is shown by the executor, exactly. */
export const outsideOrder = phrase<[what: string]>(
  (what) => `🖐 실행을 부탁드립니다: ${what}\n실행자가 정확한 명령을 보이고 마스터에게 여쭙니다.`,
  (what) => `🖐 I ask to run: ${what}\nThe executor shows the exact command and asks the master.`,
);

/** By letter to the agent that had asked for a command: how it ended. */
export const jobMessage = phrase<
  [job: { readonly id: string; readonly state: string; readonly why: string | null; readonly exitCode: number | null }]
>(
  ({ id, state, why, exitCode }) =>
    `\`${id}\`: ${(jobEnd[`${state}.${why ?? ''}`] ?? jobEnd[state])?.ko(why ?? '', exitCode) ?? state} GET /api/executor/jobs/${id}`,
  ({ id, state, why, exitCode }) =>
    `\`${id}\`: ${(jobEnd[`${state}.${why ?? ''}`] ?? jobEnd[state])?.en(why ?? '', exitCode) ?? state} GET /api/executor/jobs/${id}`,
);
const withCode = (exitCode: number | null): string => (exitCode === null ? '' : ` (exit ${exitCode})`);
const jobEnd: Readonly<Record<string, Phrase<[why: string, exitCode: number | null]>>> = {
  done: phrase(
    (_why, exitCode) => `실행이 끝났습니다${withCode(exitCode)}.`,
    (_why, exitCode) => `it has run${withCode(exitCode)}.`,
  ),
  failed: phrase(
    (_why, exitCode) => `실행했지만 실패했습니다${withCode(exitCode)}.`,
    (_why, exitCode) => `it has run and failed${withCode(exitCode)}.`,
  ),
  refused: phrase(
    (why) => `받아들여지지 않았습니다 (${why}). 아무것도 실행하지 않았습니다.`,
    (why) => `it was refused (${why}). Nothing was run.`,
  ),
  'refused.no': phrase(
    () => '마스터가 허락하지 않으셨습니다. 아무것도 실행하지 않았습니다.',
    () => 'the master has said no. Nothing was run.',
  ),
  'refused.expired': phrase(
    () => '마스터의 답이 없어 기한이 지났습니다. 아무것도 실행하지 않았습니다. 아직 필요하면 다시 부탁해 주세요.',
    () => 'the master has not answered in time. Nothing was run. Ask again if it is still wanted.',
  ),
  stopped: phrase(
    () => '마스터가 멈추셨습니다.',
    () => 'the master has stopped it.',
  ),
  unknown: phrase(
    () => '도중에 끊겨 어떻게 끝났는지 알 수 없습니다. 필요하면 다시 부탁해 주세요.',
    () => 'it was cut off, and nobody knows how it ended. Ask again if it is still wanted.',
  ),
};

/** A task that an outside agent asks for, in its own name; the second line is what a master may copy. */
export const taskRequest = {
  line: phrase(
    () => '임무를 부탁드립니다. ✅를 누르시면 시작합니다 (❌ 하지 않기). 아래 줄을 고쳐 직접 보내셔도 됩니다.',
    () => 'I ask for a task. ✅ begins it, ❌ does not. Or send the line below yourself, changed as you like.',
  ),
  order: phrase(
    () => '!임무',
    () => '!task',
  ),
  tooLate: phrase(
    () =>
      '하루가 지난 부탁이라 ✅로는 시작하지 않았습니다. 아직 필요하시면 `!임무`로 시작하는 줄을 복사해 보내 주세요.',
    () =>
      'This request is more than a day old, so ✅ did not begin it. If it is still wanted, copy the line that begins with `!task` and send it.',
  ),
  /** By letter to the agent that asked. */
  begun: phrase<[id: string]>(
    (id) => `\`${id}\`: 마스터가 시작하셨습니다. 그 임무는 GET /api/tasks/${id}에서 볼 수 있습니다.`,
    (id) => `\`${id}\`: the master has begun it. GET /api/tasks/${id} shows the task.`,
  ),
  declined: phrase<[id: string]>(
    (id) => `\`${id}\`: 마스터가 하지 않기로 하셨습니다. 아무것도 시작하지 않았습니다.`,
    (id) => `\`${id}\`: the master has declined it. Nothing was begun.`,
  ),
  lapsed: phrase<[id: string]>(
    (id) =>
      `\`${id}\`: 하루 동안 마스터의 답이 없어 없던 일이 됐습니다. 아무것도 시작하지 않았습니다. 아직 필요하면 다시 부탁해 주세요.`,
    (id) =>
      `\`${id}\`: the master has not answered within a day, so it has lapsed. Nothing was begun. Ask again if it is still wanted.`,
  ),
};
