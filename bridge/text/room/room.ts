import type { Lang } from '../../protocol/ids.ts';
import type { Floor } from '../../protocol/turn.ts';
import { withParticle } from '../particle.ts';
import { phrase, type Phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

/** What the coordinator says in a room. Plain text with Markdown marks; one thought, short enough for a phone. */

const floorWord: Record<Lang, Record<Floor, string>> = {
  ko: { open: '모두', called: '호출', closed: '금지' },
  en: { open: 'open', called: 'called', closed: 'closed' },
};
const floorMeaning: Record<Lang, Record<Floor, string>> = {
  ko: {
    open: '부르지 않아도 모두 대답합니다',
    called: '부른 에이전트만 대답하고 나머지는 듣기만 합니다',
    closed: '아무도 말하지 않고 명령만 받습니다',
  },
  en: {
    open: 'everyone answers, called or not',
    called: 'only those you call answer, the others listen',
    closed: 'nobody speaks, only commands work',
  },
};
/** What takes a floor back: from open, one most likely wants quiet; from the others, talk. */
const undoOf = (floor: Floor): Floor => (floor === 'open' ? 'called' : 'open');

export const floorSet = phrase<[floor: Floor]>(
  (floor) => `이제 ${floorMeaning.ko[floor]}. 되돌리려면 \`!발언 ${floorWord.ko[undoOf(floor)]}\``,
  (floor) => `From now on ${floorMeaning.en[floor]}. To undo: \`!floor ${floorWord.en[undoOf(floor)]}\``,
);

/** Like `floorSet`, but undoing goes back to exactly what was in force before. */
export const floorChanged = phrase<[floor: Floor, before: Floor]>(
  (floor, before) =>
    floor === before
      ? `이미 그렇게 하고 있습니다: ${floorMeaning.ko[floor]}. 바꾸려면 \`!발언 ${floorWord.ko[undoOf(floor)]}\``
      : `이제 ${floorMeaning.ko[floor]}. 되돌리려면 \`!발언 ${floorWord.ko[before]}\``,
  (floor, before) =>
    floor === before
      ? `That is how it is already: ${floorMeaning.en[floor]}. To change it: \`!floor ${floorWord.en[undoOf(floor)]}\``
      : `From now on ${floorMeaning.en[floor]}. To undo: \`!floor ${floorWord.en[before]}\``,
);

export const floorShown = phrase<[floor: Floor]>(
  (floor) =>
    `지금 발언: **${floorWord.ko[floor]}** (${floorMeaning.ko[floor]}). 바꾸기: \`!발언 모두\`, \`!발언 호출\`, \`!발언 금지\``,
  (floor) =>
    `Floor: **${floorWord.en[floor]}** (${floorMeaning.en[floor]}). Change it: \`!floor open\`, \`!floor called\`, \`!floor closed\``,
);

export const unknownCommand = phrase<[word: string, nearest: string | null]>(
  (word, nearest) =>
    nearest === null
      ? `\`!${word}\` 명령은 없습니다. 목록은 \`!도움\``
      : `\`!${word}\` 명령은 없습니다. ${withParticle(`\`!${nearest}\``, '을', '를')} 찾으셨나요?`,
  (word, nearest) =>
    nearest === null
      ? `There is no \`!${word}\`. \`!help\` lists the commands.`
      : `There is no \`!${word}\`. Did you mean \`!${nearest}\`?`,
);

export const notAnOrderHere = phrase(
  () =>
    '명령으로 보이지만 공지나 몸짓말(/me)로는 명령을 받지 않아 아무것도 하지 않았습니다. 보통 메시지로 다시 보내 주세요.',
  () =>
    'That looks like an order, but orders are not taken from notices or emotes (/me). Nothing was done; please send it as an ordinary message.',
);

/** Where somebody says yes in words to what wants a tap. */
export const tapToApprove = phrase<[link: string]>(
  (link) =>
    `말이나 다른 이모지로는 실행되지 않습니다. [여쭌 글](${link})에 있는 ✅를 눌러 주세요. 실행하지 않으려면 ❌입니다. 아직 아무것도 실행하지 않았습니다.`,
  (link) =>
    `Words and other emoji run nothing. Please tap the ✅ on [the request](${link}), or ❌ to refuse. Nothing has been run yet.`,
);

/** Of a task whose message was changed afterwards. */
export const taskEdited = phrase(
  () =>
    '임무 메시지를 고치셔서 임무를 멈췄습니다. 처음 보낸 글과 지금 보이는 글이 달라 실행자가 받지 않습니다. 고친 내용을 새 메시지로 보내 주세요.',
  () =>
    'The task’s message was edited, so the task was stopped: what was sent and what is seen now differ, and the executor would refuse it. Please send it anew as a new message.',
);

export const onlyMasters = phrase<[ownerTitle: string]>(
  (owner) => `이 방의 명령은 ${owner}만 내릴 수 있습니다. 말씀은 모두 들었고, 이 안내는 한 번만 드립니다.`,
  () => 'Only the master of this room gives commands here. What you say is heard; this is said once.',
);

export const stopped = phrase<[answers: number, tasks?: number, commands?: number]>(
  (answers, tasks = 0, commands = 0) => {
    const what = [
      ...(answers === 0 ? [] : [`대답 ${answers}개`]),
      ...(tasks === 0 ? [] : [`임무 ${tasks}개`]),
      ...(commands === 0 ? [] : [`명령 ${commands}개`]),
    ].join(', ');
    return what === '' ? '멈출 대답이 없습니다.' : `멈췄습니다: ${what}. 지금까지 나온 말은 남아 있습니다.`;
  },
  (answers, tasks = 0, commands = 0) => {
    const some = (count: number, one: string): readonly string[] =>
      count === 0 ? [] : [`${count} ${one}${count === 1 ? '' : 's'}`];
    const what = [...some(answers, 'answer'), ...some(tasks, 'task'), ...some(commands, 'command')].join(', ');
    return what === '' ? 'Nothing was running.' : `Stopped ${what}. What was said so far stays.`;
  },
);

/** The mark at the end of an answer that was cut short by `!stop`. */
export const stoppedMark = phrase(
  () => '(멈춤)',
  () => '(stopped)',
);

export const discussionStarted = phrase<[topic: string, rounds: number, speakers: readonly string[]]>(
  (topic, rounds, speakers) =>
    `토론을 시작합니다: **${topic}**\n${rounds}바퀴, 순서는 ${speakers.join(' → ')}. 멈추려면 \`!그만\``,
  (topic, rounds, speakers) =>
    `Discussion: **${topic}**\n${rounds} ${rounds === 1 ? 'round' : 'rounds'}, in the order ${speakers.join(' → ')}. To stop: \`!stop\``,
);

/** What the first speaker is told; instructions to a model, in the room's language. */
export const discussionPrompt = phrase<[topic: string, round: number, rounds: number]>(
  (topic, round, rounds) =>
    `토론 주제: ${topic}\n${rounds}바퀴 중 ${round}바퀴째입니다. 앞에서 나온 말에 답하고 당신의 의견을 짧게 더해 주세요.`,
  (topic, round, rounds) =>
    `Topic of the discussion: ${topic}\nThis is round ${round} of ${rounds}. Respond to what was said and add your own view, briefly.`,
);

export const summaryPrompt = phrase<[topic: string]>(
  (topic) => `토론 주제: ${topic}\n토론이 끝났습니다. 합의된 것, 갈린 것, 다음에 할 일을 짧게 요약해 주세요.`,
  (topic) =>
    `Topic of the discussion: ${topic}\nThe discussion is over. Sum up briefly: what was agreed, what was not, what to do next.`,
);

export const discussionNeedsAgents = phrase(
  () => '지금 말할 수 있는 에이전트가 없어 토론을 시작하지 않았습니다. `!에이전트`로 상태를 봐 주세요.',
  () => 'No agent can speak right now, so no discussion was started. See `!agents`.',
);

export type AgentState =
  | 'online'
  | 'offline'
  | 'mute'
  | 'ready'
  | 'by-hand'
  | 'answering'
  | 'rehearsing'
  | 'silent'
  | 'frozen'
  | 'no-key'
  | 'absent'
  | 'off';

export const agentState: Record<AgentState, Phrase> = {
  ready: phrase(
    () => '대기 중',
    () => 'ready',
  ),
  online: phrase(
    () => '밖에서 접속 중',
    () => 'online, from outside',
  ),
  offline: phrase(
    () => '접속해 있지 않음',
    () => 'offline',
  ),
  mute: phrase(
    () => '말하기 권한 없음',
    () => 'may not speak',
  ),
  'by-hand': phrase(
    () => '부르면 대답',
    () => 'when called',
  ),
  answering: phrase(
    () => '대답하는 중',
    () => 'answering',
  ),
  rehearsing: phrase(
    () => '연습 모드',
    () => 'rehearsing',
  ),
  silent: phrase(
    () => '쉬는 중 (키 없음)',
    () => 'silent (no key)',
  ),
  frozen: phrase(
    () => '동결됨',
    () => 'frozen',
  ),
  'no-key': phrase(
    () => '키 없음',
    () => 'no key',
  ),
  off: phrase(
    () => '꺼짐 (Ketesa에서 켭니다)',
    () => 'off (Ketesa opens it)',
  ),
  absent: phrase(
    () => '이 방에 없음',
    () => 'not in this room',
  ),
};

/** Time since an answer, in whole seconds, as a person says it. */
export const ago = phrase<[seconds: number]>(
  (s) =>
    s < 60
      ? '방금'
      : s < 3600
        ? `${Math.floor(s / 60)}분 전`
        : s < 86_400
          ? `${Math.floor(s / 3600)}시간 전`
          : `${Math.floor(s / 86_400)}일 전`,
  (s) =>
    s < 60
      ? 'just now'
      : s < 3600
        ? `${Math.floor(s / 60)} min ago`
        : s < 86_400
          ? `${Math.floor(s / 3600)} h ago`
          : `${Math.floor(s / 86_400)} d ago`,
);

export const cannotReadEncrypted = phrase<[hqRoom: string]>(
  (hq) =>
    `이 방은 암호화되어 있어 여기서는 읽을 수 없습니다. 보내신 글은 방에 남아 있습니다. ${hq} 방에서 불러 주세요.`,
  (hq) => `This room is encrypted and I cannot read here. Your messages stay in it. Please write in ${hq}.`,
);

export const emptyMessage = phrase(
  () => '빈 메시지가 왔습니다. 아무에게도 전하지 않았으니 내용을 적어 다시 보내 주세요.',
  () => 'That message was empty and went to nobody. Please send it again with some words.',
);

export const unreadableMessage = phrase(
  () => '읽을 수 없는 메시지가 왔습니다. 방에는 남아 있지만 아무에게도 전하지 않았습니다. 글로 다시 보내 주세요.',
  () => 'That message could not be read. It stays in the room but went to nobody. Please send it again as text.',
);

export const secretMasked = phrase(
  () =>
    '메시지에 키나 비밀번호가 있어 가리고 방에서 지웠습니다. 나머지 글은 전했습니다. 이미 보였을 수 있으니 그 키는 새로 발급받고, 키는 컴퓨터에서 `npm start -- keys`로 넣어 주세요.',
  () =>
    'Your message held a key or password. It was masked and removed from the room; the rest was passed on. It may have been seen, so replace that key, and enter keys on the computer with `npm start -- keys`.',
);

/** In front of what is said about the secret. */
export const secretNotRun = phrase(
  () => '명령은 실행하지 않았습니다. 키나 비밀번호 없이 다시 보내 주세요.',
  () => 'The command was not run. Please send it again without the key or password.',
);

export const runElsewhere = phrase(
  () =>
    `\`!실행\`은 ${withParticle(roomNames.hq.ko, '과', '와')} ${roomNames.ops.ko} 방에서만 됩니다. 아무것도 실행하지 않았으니 그 방에서 다시 보내 주세요.`,
  () =>
    `\`!run\` works in the ${roomNames.hq.en} and ${roomNames.ops.en} rooms only. Nothing was run; please send it there.`,
);

export const secretNotRemoved = phrase(
  () =>
    '메시지에 키나 비밀번호가 있어 에이전트에게는 가렸지만, 방에서 지우지 못했습니다. 그 메시지를 직접 지우고, 키는 새로 발급받아 `npm start -- keys`로 넣어 주세요.',
  () =>
    'Your message held a key or password. It was masked for the agents but could not be removed from the room. Please delete it yourself, replace the key and enter it with `npm start -- keys`.',
);

/** Said once when agents have called one another up to the bound. */
export const chainEnded = phrase<[turns: number]>(
  (turns) =>
    `에이전트끼리 주고받은 대답이 한도(${turns}번)에 닿아 더는 서로 부르지 않습니다. 이미 쓰고 있는 대답까지만 나옵니다. 이어가려면 다시 말을 걸어 주세요.`,
  (turns) =>
    `The agents have called one another ${turns} times, which is the limit, so they call no more. Answers already begun still come. Write again to go on.`,
);

/** When somebody is called who takes no turns, and nobody else is. */
export const takesNoTurns = phrase<[name: string]>(
  (name) =>
    `${withParticle(name, '은', '는')} 대화에 답하지 않습니다. 메시지는 남아 있습니다. 할 수 있는 일은 \`!도움\``,
  (name) => `${name} does not join conversations. Your message stays. See \`!help\` for what works.`,
);

export const noAgents = phrase(
  () => '이 방에는 대답할 에이전트가 없습니다. 메시지는 남아 있습니다. 에이전트를 초대해 주세요.',
  () => 'There is no agent in this room to answer. Your message stays. Please invite one.',
);

/** Put after text that is too long for one message; the rest goes on as a file. */
export const continuedInFile = phrase(
  () => '(이어지는 내용은 아래 파일에 있습니다)',
  () => '(continued in the file below)',
);

/** Called by name, but without a key while others have theirs. */
export const hasNoModel = phrase<[names: readonly string[]]>(
  (names) =>
    `${names.join(', ')}: 아직 키가 없어 쉬고 있습니다. 메시지는 들었습니다. 키는 컴퓨터에서 \`npm start -- keys\`로 넣어 주세요.`,
  (names) =>
    `${names.join(', ')}: no key yet, so no answer. The message was heard. Enter keys on the computer with \`npm start -- keys\`.`,
);

/** How long an answer took, from milliseconds. */
export const answerTime = phrase<[ms: number]>(
  (ms) => `${(ms / 1000).toFixed(1)}초`,
  (ms) => `${(ms / 1000).toFixed(1)} s`,
);

/** The provider ended the answer at the agent's output limit. */
export const cutByLimit = phrase(
  () => '(길이 한도에서 잘렸습니다. 이어서 듣고 싶으면 "계속"이라고 해 주세요.)',
  () => '(Cut at the length limit. Say "go on" to hear the rest.)',
);

/** In a room that was upgraded. */
export const goesOnElsewhere = phrase<[link: string]>(
  (link) => `이 방은 새 방으로 옮겨졌습니다. 거기서 말씀해 주세요: ${link}`,
  (link) => `This room was upgraded and goes on in the new one. Please speak there: ${link}`,
);

/** Called by name, and its account is closed, locked or suspended, or it is not in the room. */
export const isOff = phrase<[names: readonly string[]]>(
  (names) =>
    `${names.join(', ')}: 지금 꺼져 있거나 이 방에 없어서 듣지 못합니다. 켜려면 Ketesa에서 계정을 다시 활성화하거나, 방에 초대해 주세요. 누가 어떤 상태인지: \`!에이전트\``,
  (names) =>
    `${names.join(', ')}: off now, or not in this room, and does not hear. Open the account again in Ketesa, or invite it here. Who is how: \`!agents\``,
);
