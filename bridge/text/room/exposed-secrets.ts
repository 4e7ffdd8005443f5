import { phrase } from '../say.ts';

/** Where a secret was that stood in no message. */
export type SecretPlace = 'poll' | 'sticker' | 'state' | 'name' | 'reaction' | 'reason' | 'event';

const KO: Readonly<Record<SecretPlace, string>> = {
  poll: '투표',
  sticker: '스티커',
  state: '방 설정(이름·주제 등)',
  name: '표시 이름',
  reaction: '반응',
  reason: '삭제 사유',
  event: '방에 올라온 내용',
};
const EN: Readonly<Record<SecretPlace, string>> = {
  poll: 'A poll',
  sticker: 'A sticker',
  state: 'A setting of this room (its name, its topic)',
  name: 'A display name',
  reaction: 'A reaction',
  reason: 'The reason given for a removal',
  event: 'Something posted in this room',
};

export const secretElsewhere = phrase<[place: SecretPlace]>(
  (place) =>
    `${KO[place]}에 키나 비밀번호가 있어 방에서 지웠고 아무에게도 전하지 않았습니다.${place === 'name' ? ' 프로필의 이름도 바꿔 주세요.' : ''} 이미 보였을 수 있으니 그 키는 새로 발급받고, 키는 컴퓨터에서 \`npm start -- keys\`로 넣어 주세요.`,
  (place) =>
    `${EN[place]} held a key or password. It was removed from the room and passed on to nobody.${place === 'name' ? ' Please change the name in the profile as well.' : ''} It may have been seen, so replace that key, and enter keys on the computer with \`npm start -- keys\`.`,
);

export const secretElsewhereStays = phrase<[place: SecretPlace]>(
  (place) =>
    `${KO[place]}에 키나 비밀번호가 있어 아무에게도 전하지 않았지만, 방에서 지우지 못했습니다. 직접 지우거나 바꾸고, 그 키는 새로 발급받아 컴퓨터에서 \`npm start -- keys\`로 넣어 주세요.`,
  (place) =>
    `${EN[place]} held a key or password. It was passed on to nobody but could not be removed from the room. Please remove or change it yourself, replace the key and enter it on the computer with \`npm start -- keys\`.`,
);

/** Taking a message out of a room leaves the file itself where it was uploaded. */
export const secretInFile = phrase(
  () =>
    '올리신 파일(이름과 설명 포함)에 키나 비밀번호가 있어 에이전트에게는 가렸고 방에서 지웠습니다. 올린 파일 자체는 서버에 남아 있을 수 있으니 그 키는 새로 발급받고, 키는 컴퓨터에서 `npm start -- keys`로 넣어 주세요.',
  () =>
    'The file you sent (or its name or caption) held a key or password. It was masked for the agents and removed from the room. The uploaded file itself may still lie on the server, so replace that key, and enter keys on the computer with `npm start -- keys`.',
);

export const secretInFileStays = phrase(
  () =>
    '올리신 파일(이름과 설명 포함)에 키나 비밀번호가 있어 에이전트에게는 가렸지만, 방에서 지우지 못했습니다. 그 메시지를 직접 지워 주세요. 지워도 파일 자체는 서버에 남아 있을 수 있으니 그 키는 새로 발급받아 컴퓨터에서 `npm start -- keys`로 넣어 주세요.',
  () =>
    'The file you sent (or its name or caption) held a key or password. It was masked for the agents but could not be removed from the room. Please delete that message yourself. The uploaded file may lie on the server even then, so replace that key and enter it on the computer with `npm start -- keys`.',
);

/** What was not, or not whole, looked through for keys. */
export type FileUnlooked = 'first-part' | 'not-looked';

export const fileUnlooked = phrase<[name: string, how: FileUnlooked]>(
  (name, how) =>
    `${how === 'first-part' ? `‘${name}’ 파일은 앞부분만 살펴봤습니다` : `‘${name}’ 파일은 안을 살펴보지 못했습니다`}. 키나 비밀번호가 들어 있는지 알 수 없으니, 들어 있다면 그 메시지를 지우고 새로 발급받아 주세요. (이런 파일은 하루에 한 번만 알려 드립니다.)`,
  (name, how) =>
    `${how === 'first-part' ? `Only part of the file ‘${name}’ was looked through` : `The file ‘${name}’ could not be looked through`} for keys and passwords. If it holds any, please delete that message and replace them. (Said once a day for files like this.)`,
);

export const pollUnread = phrase(
  () => '에이전트는 투표를 읽지 못하고 참여하지도 않습니다. 물어보실 내용을 글로 적어 주시면 답합니다.',
  () => 'Agents neither read polls nor vote in them. Write your question in words and they will answer.',
);

export const stickerUnread = phrase(
  () => '에이전트는 스티커를 보지 못합니다. 하실 말씀을 글로 적어 주세요.',
  () => 'Agents cannot see stickers. Please say it in words.',
);
