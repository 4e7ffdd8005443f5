import { describe, expect, it } from 'vitest';
import { keysOf } from '../../bots/commands/keyboard.ts';
import { nearestCommand } from '../../bots/commands/names.ts';
import { parseRoomCommand } from '../../bots/commands/parse.ts';

describe('a keyboard in the other language', () => {
  it.each([
    ['실행', 'tlfgod'],
    ['예약', 'dPdir'.toLowerCase()],
    ['관리', 'rhksfl'],
    ['잊어', 'dlwdj'],
    ['ㅗ디ㅔ', 'help'],
    ['help', 'help'],
    ['값', 'rkqt'],
    ['또', 'eh'],
  ])('%s is typed %s', (word, keys) => expect(keysOf(word)).toBe(keys));

  it.each([
    ['tlfgod', '실행'],
    ['ehdna', '도움'],
    ['rmaks', '그만'],
    ['dpdlwjsxm', '에이전트'],
    ['dPdir', '예약'],
    ['rhksfl', '관리'],
    ['ㅗ디ㅔ', 'help'],
    ['ㄴ새ㅔ', 'stop'],
    ['ㅁㅎ둔ㅅㄴ', 'agents'],
    ['tlfgof', '실행'],
    ['실헹', '실행'],
    ['hlep', 'help'],
  ])('%s was meant as %s', (word, meant) => expect(nearestCommand(word)).toBe(meant));

  it('is suggested, not carried out', () => {
    expect(parseRoomCommand('!tlfgod ls')).toEqual({ kind: 'unknown', word: 'tlfgod', nearest: '실행' });
    expect(nearestCommand('xyzzyqqq')).toBeNull();
  });
});
