import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRoomCommand } from '../../bots/commands/parse.ts';

const discuss = (topic: string, rounds: number) => ({ name: 'discuss', topic, rounds });

describe('commands', () => {
  test.each([
    ['!help', { name: 'help' }],
    ['!Help', { name: 'help' }],
    ['  !help  ', { name: 'help' }],
    ['！help', { name: 'help' }],
    ['！ｈｅｌｐ', { name: 'help' }],
    ['!도움', { name: 'help' }],
    ['!도움말', { name: 'help' }],
    ['!도움?', { name: 'help' }],
    ['!도움'.normalize('NFD'), { name: 'help' }],
    ['\n!도움\n', { name: 'help' }],
    ['!agents', { name: 'agents' }],
    ['!에이전트', { name: 'agents' }],
    ['!stop', { name: 'stop' }],
    ['!그만', { name: 'stop' }],
    ['!그만!!', { name: 'stop' }],
    ['!그만 좀 해', { name: 'stop' }],
    ['!floor', { name: 'floor', floor: null }],
    ['!발언', { name: 'floor', floor: null }],
    ['!floor open', { name: 'floor', floor: 'open' }],
    ['!floor CALLED', { name: 'floor', floor: 'called' }],
    ['!floor   closed', { name: 'floor', floor: 'closed' }],
    ['!발언 모두', { name: 'floor', floor: 'open' }],
    ['!발언 호출', { name: 'floor', floor: 'called' }],
    ['!발언 금지', { name: 'floor', floor: 'closed' }],
    ['!발언 open', { name: 'floor', floor: 'open' }],
    ['!발언금지', { name: 'floor', floor: 'closed' }],
    ['!토론 강아지 사료 고르기', discuss('강아지 사료 고르기', 2)],
    ['!토론 강아지 사료 고르기 3', discuss('강아지 사료 고르기', 3)],
    ['!토론 강아지 사료 고르기 3라운드', discuss('강아지 사료 고르기', 3)],
    ['!토론 강아지 사료 고르기 1 바퀴', discuss('강아지 사료 고르기', 1)],
    ['!토론 "강아지 사료" 4', discuss('강아지 사료', 4)],
    ['!토론 “강아지 사료”', discuss('강아지 사료', 2)],
    ['!토론 "목표 2030"', discuss('목표 2030', 2)],
    ['!토론 "말"과 "글"', discuss('"말"과 "글"', 2)],
    ['!토론 3', discuss('3', 2)],
    ['!토론\n두 줄로 쓴\n주제', discuss('두 줄로 쓴\n주제', 2)],
    ["!discuss 'which food' 5", discuss('which food', 5)],
    ['!discuss which food 2 rounds', discuss('which food', 2)],
  ])('%j', (body, command) => {
    expect(parseRoomCommand(body)).toEqual({ kind: 'command', command });
  });
});

describe('commands with words that do not belong', () => {
  test.each([
    ['!help me', 'help'],
    ['!agents now', 'agents'],
    ['!floor shut', 'floor'],
    ['!floor open please', 'floor'],
    ['!발언 다', 'floor'],
    ['!토론', 'discuss'],
    ['!토론 ""', 'discuss'],
    ['!discuss   ', 'discuss'],
    ['!토론 주제 0', 'discuss'],
    ['!토론 주제 6', 'discuss'],
    ['!토론 주제 -1', 'discuss'],
    ['!토론 주제 2.5', 'discuss'],
    ['!토론 목표 2030', 'discuss'],
    ['!토론 "" 3', 'discuss'],
  ])('%j → usage of %s', (body, name) => {
    const parsed = parseRoomCommand(body);
    expect(parsed).toMatchObject({ kind: 'bad-arguments', name });
    const said = parsed?.kind === 'bad-arguments' ? [parsed.usage('ko', '클로드'), parsed.usage('en', 'claude')] : [];
    expect(said[0]).toMatch(/`!(?:도움|그만|에이전트|발언|토론)/u);
    expect(said[1]).toContain(`!${name}`);
  });
});

describe('unknown commands', () => {
  test.each([
    ['!hlep', 'help'],
    ['!halp', 'help'],
    ['!agnets', 'agents'],
    ['!flor open', 'floor'],
    ['!stpo', 'stop'],
    ['!discus topic', 'discuss'],
    ['!discussion topic', 'discuss'],
    ['!도웅', '도움'],
    ['!도움맗', '도움'],
    ['!토른 주제', '토론'],
    ['!발연 모두', '발언'],
    ['!그먄', '그만'],
    ['!에이전', '에이전트'],
    ['!에이젼트', '에이전트'],
    ['!안녕', null],
    ['!weather', null],
    ['!fly ls', null],
    [`!${'가'.repeat(50_000)}`, null],
  ])('%j → %s', (body, nearest) => {
    expect(parseRoomCommand(body.slice(0, 60_000))).toMatchObject({ kind: 'unknown', nearest });
  });
});

describe('no command', () => {
  test.each([
    '!',
    '！',
    '!!!',
    '! 안녕',
    '!?',
    '!!help',
    '!1',
    '!😀',
    '안녕 !help',
    'help',
    '',
    '  ',
    '진짜!',
    '!\nhelp',
    '-!help',
    '!(웃음)',
    '!help,agents',
  ])('%j', (body) => {
    expect(parseRoomCommand(body)).toBeNull();
  });
  test('any text: never throws, and only what starts with ! is a command', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((text) => `!토론 ${text}`),
    );
    const property = fc.property(
      texts,
      (body) => parseRoomCommand(body) === null || /^[!！]/u.test(body.normalize('NFC').trim()),
    );
    expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();
  });
  test.each(['!', '!a', '! ', '!토론 1 ', '!토론 "', 'a!', '　', '!!'])('100 KB of %j come to an end', (piece) => {
    const parsed = parseRoomCommand(piece.repeat(Math.ceil(100_000 / piece.length)));
    expect(parsed === null || parsed.kind !== 'unknown' || parsed.word.length <= 40).toBe(true);
  });
});
