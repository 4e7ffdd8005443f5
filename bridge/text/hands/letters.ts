import { phrase } from '../say.ts';

/** What people read of an agent that writes or reads letters. */

export const writesTo = phrase<[to: string]>(
  (to) => `${to} 이메일 보내기`,
  (to) => `e-mail to ${to}`,
);
export const writesToOwner = phrase(
  () => '마스터에게 이메일 보내기',
  () => 'e-mail to the owner',
);
export const looksIntoInbox = phrase(
  () => '받은편지함 보기',
  () => 'look into the inbox',
);
export const wantsMail = phrase(
  () => '이메일 확인',
  () => 'see whether there is e-mail',
);
/** In one line, by an agent. */
export const setUpMail = phrase(
  () => '이메일이 아직 연결되어 있지 않습니다. 서버에서 npm start -- mail 을 한 번 하시면 됩니다.',
  () => 'E-mail is not set up yet. Run npm start -- mail once on the server.',
);
