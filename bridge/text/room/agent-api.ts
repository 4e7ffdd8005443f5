import type { ApiScope } from '../../protocol/agent-api.ts';
import { withParticle } from '../particle.ts';
import { phrase, type Phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

/** What the door for outside agents says: in a room, in a letter to the master, and to whoever calls it. */

/** Values woven into a refusal. */
export interface ProblemFacts {
  readonly who?: string | undefined;
  readonly what?: string | undefined;
  readonly seconds?: number | undefined;
}

/** Every refusal of the door: what happened, what was kept, what to do. */
export const DOOR_PROBLEMS = {
  'auth.missing': phrase<[ProblemFacts]>(
    () =>
      '열쇠가 없습니다. `Authorization: Bearer chv_…` 헤더를 붙여 다시 보내 주세요. 열쇠는 마스터가 `!초대`로 줍니다.',
    () =>
      'No key. Send it again with the header `Authorization: Bearer chv_…`; the master gives keys with `!agent add`.',
  ),
  'auth.wrong': phrase<[ProblemFacts]>(
    () =>
      '맞지 않거나 이제 쓰지 않는 열쇠입니다. 아무 일도 하지 않았습니다. 마스터에게 새 열쇠를 부탁해 주세요 (`!초대 새열쇠 이름`).',
    () =>
      'The key is wrong or no longer in force. Nothing was done. Ask the master for a new one (`!agent rotate name`).',
  ),
  'auth.scope': phrase<[ProblemFacts]>(
    ({ what }) => `이 열쇠로는 할 수 없는 일입니다 (필요한 권한: ${what ?? ''}). 아무 일도 하지 않았습니다.`,
    ({ what }) => `This key does not allow that (needed scope: ${what ?? ''}). Nothing was done.`,
  ),
  'auth.other': phrase<[ProblemFacts]>(
    ({ who }) =>
      `이 열쇠는 ${who ?? ''}의 것입니다. 다른 이름으로는 들어오거나 맡을 수 없습니다. 아무 일도 하지 않았습니다.`,
    ({ who }) => `This key belongs to ${who ?? ''}; nobody else checks in or claims with it. Nothing was done.`,
  ),
  'rate.limited': phrase<[ProblemFacts]>(
    ({ seconds }) =>
      `너무 자주 부르고 있습니다. ${seconds ?? 1}초 뒤에 다시 보내 주세요. 이번 것은 처리하지 않았습니다.`,
    ({ seconds }) => `Too many calls. Try again in ${seconds ?? 1} s; this one was not carried out.`,
  ),
  'request.invalid': phrase<[ProblemFacts]>(
    ({ what }) =>
      `요청을 읽을 수 없습니다: ${what ?? ''}. 아무 일도 하지 않았습니다. /help 또는 /openapi.json을 보고 고쳐 보내 주세요.`,
    ({ what }) => `The request cannot be read: ${what ?? ''}. Nothing was done. See /help or /openapi.json.`,
  ),
  'request.too-large': phrase<[ProblemFacts]>(
    () => '요청이 너무 큽니다 (1 MB까지). 아무 일도 하지 않았습니다. 나눠서 보내 주세요.',
    () => 'The request is too large (1 MB at most). Nothing was done. Send it in parts.',
  ),
  'request.media': phrase<[ProblemFacts]>(
    () => 'JSON만 받습니다. `Content-Type: application/json`으로 보내 주세요. 아무 일도 하지 않았습니다.',
    () => 'Only JSON is taken. Send it as `Content-Type: application/json`. Nothing was done.',
  ),
  'request.slow': phrase<[ProblemFacts]>(
    () => '요청이 제시간에 다 오지 않아 끊었습니다. 아무 일도 하지 않았습니다. 다시 보내 주세요.',
    () => 'The request did not arrive in time and was cut off. Nothing was done. Send it again.',
  ),
  'host.unknown': phrase<[ProblemFacts]>(
    () =>
      '이 집의 이름이 아닌 주소로 왔습니다. 아무 일도 하지 않았습니다. 이 주소가 맞다면 집주인이 `.env`의 CHAVION_API_URL에 적어 주세요.',
    () =>
      'This address is not a name of this house. Nothing was done. If it should be, its owner puts it into CHAVION_API_URL in `.env`.',
  ),
  'route.unknown': phrase<[ProblemFacts]>(
    () => '그런 주소는 없습니다. /help에 할 수 있는 일이 모두 있습니다.',
    () => 'There is no such address. /help lists what there is.',
  ),
  'idempotency.key': phrase<[ProblemFacts]>(
    () => 'Idempotency-Key는 1~200자의 글자여야 합니다. 아무 일도 하지 않았습니다.',
    () => 'Idempotency-Key takes 1 to 200 characters. Nothing was done.',
  ),
  'idempotency.mismatch': phrase<[ProblemFacts]>(
    () => '같은 Idempotency-Key로 다른 내용이 왔습니다. 처음 것만 처리했습니다. 새 요청에는 새 키를 써 주세요.',
    () => 'This Idempotency-Key was used for another request, which stands. Use a new key for a new request.',
  ),
  'idempotency.running': phrase<[ProblemFacts]>(
    () => '같은 요청을 아직 처리하고 있습니다. 잠시 뒤에 같은 키로 다시 보내면 그 답을 받습니다.',
    () => 'The same request is still being carried out. Repeat it with the same key in a moment to get its answer.',
  ),
  'receiver.unknown': phrase<[ProblemFacts]>(
    ({ who }) =>
      `${withParticle(`"${who ?? ''}"`, '이라는', '라는')} 이름은 여기 없습니다. 보내지 않았습니다. 누가 있는지는 GET /api/status에 있습니다.`,
    ({ who }) => `Nobody here is called "${who ?? ''}". Nothing was sent. GET /api/status says who is here.`,
  ),
  'answer.late': phrase<[ProblemFacts]>(
    () =>
      '이 질문에는 이제 답할 수 없습니다: 시간이 지났거나 이미 답했거나 거둬들인 질문입니다. 이 답은 세지 않았습니다.',
    () =>
      'This ask takes no answer any more: its time is up, it has one, or it was taken back. Your answer was not counted.',
  ),
  'since.future': phrase<[ProblemFacts]>(
    () =>
      '아직 오지 않은 편지의 번호입니다. 읽은 것으로 바꾼 것은 없습니다. 마지막으로 받은 next를 넣거나 since를 빼고 보내 주세요.',
    () => 'No letter has that id yet. Nothing was marked as read. Send the last next that you got, or leave since out.',
  ),
  'ask.unknown': phrase<[ProblemFacts]>(
    () =>
      'inReplyTo에 적은 것은 받은 질문(ask)이 아닙니다. 보내지 않았습니다. 질문이 아닌 편지에는 inReplyTo를 빼고 답해 주세요.',
    () => 'inReplyTo names no ask of yours. Nothing was sent. To letters that are no ask, answer without it.',
  ),
  'letter.unknown': phrase<[ProblemFacts]>(
    ({ what }) => `${withParticle(what ?? '', '이라는', '라는')} 편지는 이제 없습니다.`,
    ({ what }) => `There is no letter ${what ?? ''} any more.`,
  ),
  'message.too-long': phrase<[ProblemFacts]>(
    () => '메시지가 한 번에 보내기에 너무 깁니다. 보내지 않았습니다. 나눠서 보내 주세요.',
    () => 'The message is too long for one event. Nothing was sent. Send it in parts.',
  ),
  'room.closed': phrase<[ProblemFacts]>(
    () =>
      '이 에이전트는 지금 방에 들어가 있지 않아 말할 수 없습니다. 보내지 않았습니다. 마스터에게 다시 초대해 달라고 해 주세요.',
    () => 'This agent is not in the room now and cannot speak. Nothing was sent. Ask the master to add it again.',
  ),
  'task.unknown': phrase<[ProblemFacts]>(
    ({ what }) => `${withParticle(what ?? '', '이라는', '라는')} 임무는 없습니다. GET /api/tasks에 목록이 있습니다.`,
    ({ what }) => `There is no task ${what ?? ''}. GET /api/tasks lists them.`,
  ),
  'task.claimed': phrase<[ProblemFacts]>(
    ({ who }) => `${who ?? ''}에게 맡겨진 임무입니다. 바뀐 것은 없습니다. 다른 임무를 맡아 주세요.`,
    ({ who }) => `The task is ${who ?? ''}'s. Nothing was changed. Claim another one.`,
  ),
  'task.not-yours': phrase<[ProblemFacts]>(
    ({ who }) =>
      who === undefined
        ? '아무도 맡지 않은 임무입니다 (맡았던 시간이 지났을 수 있습니다). 먼저 claim 해 주세요. 바뀐 것은 없습니다.'
        : `${who}에게 맡겨진 임무입니다. 바뀐 것은 없습니다.`,
    ({ who }) =>
      who === undefined
        ? 'Nobody has this task (your claim may have run out). Claim it first; nothing was changed.'
        : `The task is ${who}'s. Nothing was changed.`,
  ),
  'task.ended': phrase<[ProblemFacts]>(
    () => '이미 끝난 임무입니다. 결과는 GET /api/tasks/{id}/results에 있습니다. 바뀐 것은 없습니다.',
    () => 'The task has ended; GET /api/tasks/{id}/results has what came of it. Nothing was changed.',
  ),
  'task.full': phrase<[ProblemFacts]>(
    () => '이 임무에는 보고가 더 들어가지 않습니다. 끝내거나 새 임무를 만들어 주세요.',
    () => 'This task takes no more reports. Complete it or make a new one.',
  ),
  'task.swarm': phrase<[ProblemFacts]>(
    () =>
      '에이전트들이 함께 하는 임무라 한 사람이 맡지 않습니다. 물어보는 것(ask)에 답하면 함께하는 것입니다. 바뀐 것은 없습니다.',
    () =>
      'The agents carry out this task together; nobody claims it. Answer what you are asked to take part. Nothing was changed.',
  ),
  'task.unavailable': phrase<[ProblemFacts]>(
    () =>
      '여럿이 하는 임무는 지금 바깥에서 시작할 수 없습니다. `kind`를 board로 하거나 마스터에게 부탁해 주세요. 바뀐 것은 없습니다.',
    () =>
      'Tasks of the whole swarm cannot be begun from outside now. Use kind "board", or ask the master. Nothing was changed.',
  ),
  'task.secret': phrase<[ProblemFacts]>(
    () => '임무에 키나 비밀번호가 들어 있어 받지 않았습니다. 아무것도 시작하지 않았습니다. 빼고 다시 보내 주세요.',
    () => 'The task holds a key or password and was not taken. Nothing was begun. Send it without.',
  ),
  'task.waiting': phrase<[ProblemFacts]>(
    ({ what }) =>
      `마스터의 답을 기다리는 부탁이 이미 ${what ?? ''}개 있습니다. 이번 것은 올리지 않았습니다. 답이 온 뒤에 다시 보내 주세요.`,
    ({ what }) =>
      `You already have ${what ?? ''} requests that wait for the master. This one was not posted. Send it again after an answer.`,
  ),
  'command.invalid': phrase<[ProblemFacts]>(
    ({ what }) => `명령을 읽을 수 없습니다: ${what ?? ''}. 아무것도 실행하지 않았습니다.`,
    ({ what }) => `The command cannot be read: ${what ?? ''}. Nothing was run.`,
  ),
  'command.secret': phrase<[ProblemFacts]>(
    () => '명령에 키나 비밀번호가 들어 있어 받지 않았습니다. 아무것도 실행하지 않았습니다. 빼고 다시 보내 주세요.',
    () => 'The command holds a key or password and was not taken. Nothing was run. Send it without.',
  ),
  'command.waiting': phrase<[ProblemFacts]>(
    ({ what }) =>
      `마스터의 답을 기다리는 명령이 이미 ${what ?? ''}개 있습니다. 이번 것은 올리지 않았습니다. 답이 온 뒤에 다시 보내 주세요.`,
    ({ what }) =>
      `You already have ${what ?? ''} commands that wait for the master. This one was not posted. Send it again after an answer.`,
  ),
  'job.unknown': phrase<[ProblemFacts]>(
    ({ what }) => `${withParticle(what ?? '', '이라는', '라는')} 작업은 없습니다.`,
    ({ what }) => `There is no job ${what ?? ''}.`,
  ),
  'house.busy': phrase<[ProblemFacts]>(
    () => '지금은 처리할 수 없습니다. 받은 것은 그대로 있습니다. 잠시 뒤에 같은 Idempotency-Key로 다시 보내 주세요.',
    () => 'This cannot be done right now. What was taken is kept. Repeat it in a moment with the same Idempotency-Key.',
  ),
  'house.fault': phrase<[ProblemFacts]>(
    () => '안에서 문제가 생겼고 기록해 두었습니다. 같은 Idempotency-Key로 다시 보내 주세요.',
    () => 'Something failed inside and was recorded. Repeat it with the same Idempotency-Key.',
  ),
} as const satisfies Record<string, Phrase<[ProblemFacts]>>;
export type ApiProblemCode = keyof typeof DOOR_PROBLEMS;

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
      `${withParticle(`**${name}**`, '을', '를')} 초대했습니다 (\`${id}\`). 열쇠는 개인 방으로 보냈습니다. 들어오면 \`!에이전트\`에 보입니다.`,
    (name, id) =>
      `**${name}** (\`${id}\`) is added. The key is in your private room with me. \`!agents\` shows when it comes.`,
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
