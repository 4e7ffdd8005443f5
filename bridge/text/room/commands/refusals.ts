import { withParticle } from '../../particle.ts';
import { phrase, type Phrase } from '../../say.ts';
import { whyInKorean } from './why-words.ts';

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
