import { MAX_CHAT_COMMANDS } from '../../../protocol/command-job.ts';
import { roomNames } from '../../room-names.ts';
import { phrase, type Phrase } from '../../say.ts';
import { whyInKorean } from './why-words.ts';

/** What the executor says of a command that an agent asked for in conversation, where the words for a master's own order do not fit. */

export const chatUnknownEnd = phrase<[time: string]>(
  (time) =>
    `${time}에 시작했지만 실행자가 도중에 꺼져 어떻게 끝났는지 모릅니다. 다시 실행하지 않았습니다. 확인하시고 필요하면 다시 시켜 주세요`,
  (time) =>
    `started at ${time}, but the executor was cut off and nobody saw its end. It was not run again. Check what it did, and ask for it anew if it is still wanted`,
);

/** Who wished for it, above whom stands the master who is asked. */
export const askedBy = phrase<[agent: string]>(
  (agent) => `- 부탁한 에이전트: ${agent}`,
  (agent) => `- asked for by the agent ${agent}`,
);

export const chatRefusal: Readonly<Record<string, Phrase<[detail: string]>>> = {
  'chat-off': phrase(
    () =>
      '에이전트가 대화하다가 명령을 실행하는 것은 꺼져 있어 아무것도 하지 않았습니다. 켜려면 서버의 규칙 파일 `policy.json`에서 `chat`을 `auto`(허락된 만큼 바로)나 `ask`(매번 묻기)로 바꿔 주세요. 직접 시키시는 `!실행`은 그대로 됩니다.',
    () =>
      'Agents may run nothing in conversation, so nothing was done. To let them, set `chat` in `policy.json` to `auto` (what is granted runs at once) or `ask` (each one asks you). Your own `!run` works as before.',
  ),
  'too-many': phrase(
    () =>
      `메시지 하나로 실행할 수 있는 명령 ${MAX_CHAT_COMMANDS}개를 다 써서 이 명령은 실행하지 않았습니다. 이어서 하려면 새 메시지로 시켜 주세요.`,
    () =>
      `One message may set off ${MAX_CHAT_COMMANDS} commands, and these are used up, so this one was not run. Send a new message to go on.`,
  ),
  'too-old': phrase(
    () => '시키신 지 10분이 넘은 메시지라 실행하지 않았습니다. 아직 필요하면 다시 시켜 주세요.',
    () => 'The message is more than ten minutes old, so nothing was run for it. Ask again if it is still wanted.',
  ),
  'wrong-room': phrase(
    () => `이 방에는 실행자가 없어 실행하지 않았습니다. ${roomNames.hq.ko} 방에서 시켜 주세요.`,
    () => `The executor is not in this room, so nothing was run. Ask in the ${roomNames.hq.en} room.`,
  ),
  'not-agent': phrase(
    () => '이 집의 에이전트가 부탁한 것이 아니어서 실행하지 않았습니다.',
    () => 'No agent of this house asked for it, so it was not run.',
  ),
  timeout: phrase(
    (limit) => `걸릴 시간이 한도 ${limit}초를 넘어 실행하지 않았습니다.`,
    (limit) => `Its time limit is over the ${limit} s that are allowed, so it was not run.`,
  ),
  'no-tool': phrase(
    (tool) => `\`${tool}\`: 더해 둔 도구가 아니라서 쓰지 않았습니다. 컴퓨터에서 \`npm start -- tools\`로 보세요.`,
    (tool) => `\`${tool}\`: no such tool was added, so nothing was called. See \`npm start -- tools\` on the computer.`,
  ),
  'not-lent': phrase(
    (field) =>
      `\`${field}\`: 그렇게 빌려준 폴더가 아니라서 실행하지 않았습니다. 컴퓨터에서 \`npm start -- lend 폴더 ro\`(읽기)나 \`rw\`(쓰기)로 빌려주세요.`,
    (field) =>
      `\`${field}\`: no folder is lent so under that name, so nothing was run. Lend it on the computer: \`npm start -- lend FOLDER ro\`, or \`rw\` for writing.`,
  ),
  'too-long-to-show': phrase(
    () =>
      '허락을 받아야 하는데 명령이 너무 길거나 보이지 않는 글자가 있어 그대로 보여 드릴 수 없습니다. 실행하지 않았습니다.',
    () =>
      'It needs your approval but is too long, or has letters that cannot be seen, so it cannot be shown whole. It was not run.',
  ),
};

/** Whatever else makes it not to be believed. */
export const chatUnproven = phrase<[why: string]>(
  (why) =>
    `시키신 메시지나 에이전트의 부탁을 서버에서 그대로 찾을 수 없어 실행하지 않았습니다 (${whyInKorean(why)}). 다시 시켜 주세요.`,
  (why) =>
    `Your message or what the agent asked for does not stand on the homeserver as it should (${why}), so it was not run. Please ask again.`,
);
