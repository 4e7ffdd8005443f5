import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../bridge/protocol/command.ts';
import { MailAddress } from '../../bridge/protocol/command-fields.ts';
import { namesAddress } from '../../executor/gate/plan-gate.ts';
import type { PreparedPlan } from '../../executor/ledger/ledger-entry.ts';
import { outsideRuling } from '../../executor/policy/outside-ruling.ts';

function asks(wanted: object, around: Parameters<typeof outsideRuling>[1] = {}) {
  const parsed = parseCommand({ id: 'c', reason: 'r', ...wanted });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return outsideRuling(parsed.command, around);
}

const page = { type: 'read_page', url: 'https://a.example/x' };
const letter = { type: 'send_mail', to: ['me@owner.example'], subject: 's', text: 't' };
const own = { from: MailAddress.parse('me@owner.example'), own: MailAddress.parse('me@owner.example'), files: [] };
const free = { letter: { ...own, before: 19, freeADay: 20 } };
const plan = { step: 'a' } as unknown as PreparedPlan;

describe('what reaches outside by the house’s own hands', () => {
  it.each([
    ['a page in conversation', page, {}, null],
    ['a page of a plan that nobody has named', page, { plan }, 'address'],
    ['a page of a plan that the owner has named', page, { plan: { ...plan, named: true as const } }, null],
    ['a page after strangers’ words and private ones', { ...page, asks: 'tainted' }, {}, 'tainted'],
    ['a page that the model has thought up', { ...page, asks: 'address' }, {}, 'address'],
    ['the same in a plan', { ...page, asks: 'address' }, { plan: { ...plan, named: true as const } }, 'address'],
    ['a letter to the owner', letter, free, null],
    ['one that would be too many', letter, { letter: { ...own, before: 20, freeADay: 20 } }, 'mail'],
    ['a letter to nobody proved', letter, { letter: { ...free.letter, own: undefined } }, 'mail'],
    ['one to him and another', { ...letter, to: ['me@owner.example', 'x@y.example'] }, free, 'mail'],
    ['one to him when mail is not set up', letter, {}, 'mail'],
    ['a letter to the owner after both', { ...letter, asks: 'tainted' }, free, 'tainted'],
    ['a letter to another after both', { ...letter, to: ['x@y.example'], asks: 'tainted' }, free, 'tainted'],
    ['another’s tool', { type: 'call_tool', server: 's', tool: 't' }, {}, 'tool'],
    ['a look into the mailbox', { type: 'read_mail' }, {}, null],
    ['a document', { type: 'make_document', path: 'a.pdf', content: 'x' }, { plan }, null],
  ])('%s', (_, wanted, around, why) => expect(asks(wanted, around)).toBe(why));
});

describe('an address that a task’s words name', () => {
  it.each([
    ['!임무 https://a.example/x 읽고 요약해줘', true],
    ['!임무 (https://a.example/x) 읽고', true],
    ['!임무 https://a.example/x?q=1 읽고', false],
    ['!임무 https://a.example/xy 읽고', false],
    ['!임무 a.example/x 읽고', false],
    ['', false],
  ])('%s: %s', (words, named) => expect(namesAddress(words, 'https://a.example/x')).toBe(named));
});
