import { describe, expect, it } from 'vitest';
import { UserId } from '../../bridge/protocol/ids.ts';
import { languageIn, languageOfCommand, languageOfRoom } from '../../bridge/protocol/orders/language.ts';

describe('the language of what somebody wrote', () => {
  const names = ['claude', '클로드', 'GPT', 'gabriel', 'open'];

  it.each([
    '',
    'OK',
    'ok!',
    '👍',
    'Claude',
    'Claude, GPT?',
    '@agent_claude:house.test',
    'https://www.example.org/about-our-company/index.html',
    'https://example.org/a https://example.org/b',
    'IMG_20251127_183045.jpg',
    'vacation photo.jpg'.replace(' ', '_'),
    '사진.png',
    'kim@example.org',
    '`git status` ```\nls -la\nsome words here\n```',
    '/usr/local/bin/node /etc/passwd',
    '--write docs --net',
    '!run ls',
    '!floor abc',
    '!floor open',
    '1~3, 5~7',
    'gpt-5.2',
  ])('none: %s', (text) => expect(languageIn(text, names)).toBeNull());

  it.each([
    '안녕',
    'OK 알겠어',
    '!실행 ls',
    '!실헹 df -h',
    '!발언 abc',
    '!예약 every day at 7 tell me the weather',
    'README.md 고쳐 줘',
    'https://example.org/help에서 봐',
    'ㅇㅇ',
    'please check 이거',
    '！실행 df -h',
    '클로드, `ls`가 뭐야',
  ])('Korean: %s', (text) => expect(languageIn(text, names)).toBe('ko'));

  it.each([
    'Hello everyone',
    'What comes first today?',
    'Claude, what do you think?',
    '!discuss Should we open a shop?',
    '!task Compare the two prices',
    "Don't do that",
    'see https://example.org/a for details please',
  ])('English: %s', (text) => expect(languageIn(text, names)).toBe('en'));
});

describe('the language of a room', () => {
  const master = UserId.parse('@master:house.test');
  const agent = UserId.parse('@agent_claude:house.test');
  const by = (sender: UserId, ...bodies: readonly string[]) => bodies.map((body) => ({ sender, body }));
  const masters = new Set([master]);

  it('is that of the last words of a master that show one', () => {
    expect(
      languageOfRoom(
        [
          ...by(master, '!admin users', 'OK', 'https://example.org', '!run git log', '얘들아 안녕'),
          ...by(master, 'hello there everyone'),
        ],
        masters,
      ),
    ).toBe('ko');
    expect(languageOfRoom([...by(agent, '안녕하세요'), ...by(master, '!task list the files')], masters)).toBe('en');
    expect(languageOfRoom(by(agent, 'hello there everyone'), masters)).toBeNull();
  });

  it('is what a Latin command is answered in, whatever stands behind it', () => {
    expect(languageOfCommand('!admin invite mina kim', 'ko')).toBe('ko');
    expect(languageOfCommand('!관리 invite mina', 'en')).toBe('ko');
  });
});
