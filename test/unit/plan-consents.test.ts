import { describe, expect, it } from 'vitest';
import { withConsent, withConsents } from '../../bots/tasks/plan/plan-consents.ts';
import { CLEAN } from '../../bots/hands/rule-of-two.ts';
import { parseCommand } from '../../bridge/protocol/command.ts';
import { Plan } from '../../bridge/protocol/plan.ts';

const command = (type: string, more: object) => ({ type, id: type.replaceAll('_', '-'), reason: 'r', ...more });
const PAGE = command('read_page', { url: 'https://a.example/1' });
const LETTER = command('send_mail', { to: ['me@example.org'], subject: 's', text: 't' });
const LENT = command('run', { argv: ['cat', '/lent/shop/x'], lent: [{ name: 'shop', access: 'ro' }] });
const LOOK = command('run', { argv: ['date'] });
const INBOX = command('read_mail', {});

const asksIn = (commands: readonly object[], { taint = CLEAN, known = [] as readonly string[] } = {}) => {
  const plan = Plan.parse({ goal: 'g', steps: commands.map((one) => ({ kind: 'command', title: 't', command: one })) });
  const { steps } = withConsents(plan, { taint, isKnown: (url) => known.includes(url) });
  return steps.map((step) => (step.kind === 'command' && 'asks' in step.command ? (step.command.asks ?? null) : null));
};
const UNTRUSTED = { untrusted: true, private: false };
const BOTH = { untrusted: true, private: true };

describe('what a plan sends out', () => {
  it.each([
    ['a letter about what was found on the web', [LETTER], UNTRUSTED, [null]],
    ['a letter beside files that were sent with the mission', [LETTER], BOTH, ['tainted']],
    ['a letter beside a lent folder, which holds both', [LENT, LETTER], CLEAN, [null, 'tainted']],
    ['a letter beside the inbox, wherever it is read', [LETTER, INBOX], CLEAN, ['tainted', null]],
    ['nothing but a look', [LOOK], BOTH, [null]],
  ])('%s', (_, commands, taint, asks) => {
    expect(asksIn(commands, { taint })).toEqual(asks);
  });

  it('asks for a page that only the model has named, and not for one that was found or given', () => {
    expect(asksIn([PAGE])).toEqual(['address']);
    expect(asksIn([PAGE], { known: ['https://a.example/1'] })).toEqual([null]);
    expect(asksIn([PAGE], { known: ['https://a.example/1'], taint: BOTH })).toEqual(['tainted']);
  });

  it('is not what the model says it is', () => {
    expect(asksIn([{ ...LETTER, asks: 'address' }])).toEqual([null]);
    expect(asksIn([{ ...PAGE, asks: undefined }], { taint: BOTH })).toEqual(['tainted']);
  });

  it('leaves every other command as it is', () => {
    for (const wanted of [LOOK, LENT, INBOX]) {
      const parsed = parseCommand(wanted);
      if (!parsed.ok) throw new Error('no command');
      expect(withConsent(parsed.command, { taint: BOTH, isKnown: () => false })).toBe(parsed.command);
    }
  });
});
