import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../bridge/protocol/command.ts';
import { flowOf } from '../../bots/hands/command-tools.ts';
import { CLEAN, type Flow, needsConsent, taintOf, withTaint } from '../../bots/hands/rule-of-two.ts';

const LEAVES: Flow = { reads: 'neither', does: 'leaves' };
const both = { untrusted: true, private: true };

describe('the rule of two', () => {
  it.each([
    [CLEAN, false],
    [{ untrusted: true, private: false }, false],
    [{ untrusted: false, private: true }, false],
    [both, true],
  ])('%o asks before something leaves: %s', (before, asks) => {
    expect(needsConsent(before, LEAVES)).toBe(asks);
    expect(needsConsent(before, { reads: 'both', does: 'workspace' })).toBe(false);
    expect(needsConsent(before, { reads: 'both', does: 'nothing' })).toBe(false);
  });

  it('forgets nothing', () => {
    const page = taintOf({ reads: 'untrusted', does: 'leaves' });
    const letter = taintOf({ reads: 'private', does: 'nothing' });
    expect(withTaint(page, letter)).toEqual(both);
    expect(withTaint(withTaint(page, letter), CLEAN)).toEqual(both);
  });

  const shell = { type: 'shell', script: 'x' };
  it.each([
    [shell, 'neither', 'workspace'],
    [{ ...shell, hosts: ['a.org:443'] }, 'untrusted', 'leaves'],
    [{ ...shell, lent: [{ name: 'docs', access: 'ro' }] }, 'both', 'workspace'],
    [{ ...shell, lent: [{ name: 'docs', access: 'rw' }], hosts: ['a.org:443'] }, 'both', 'leaves'],
    [{ type: 'fetch', url: 'https://a.org/' }, 'untrusted', 'leaves'],
    [{ type: 'read_page', url: 'https://a.org/' }, 'untrusted', 'leaves'],
    [{ type: 'read_document', path: 'a.pdf' }, 'both', 'nothing'],
    [{ type: 'read_mail' }, 'both', 'nothing'],
    [{ type: 'send_mail', to: ['a@b.kr'], subject: 's', text: 't' }, 'neither', 'leaves'],
    [{ type: 'call_tool', server: 's', tool: 't' }, 'both', 'leaves'],
    [{ type: 'make_document', path: 'a.pdf', content: 'x' }, 'neither', 'workspace'],
    [{ type: 'write_file', path: 'a', content: 'x' }, 'neither', 'workspace'],
  ])('%o reads %s and %s', (wanted, reads, does) => {
    const parsed = parseCommand({ id: 'c', reason: 'r', ...wanted });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(flowOf(parsed.command)).toEqual({ reads, does });
  });
});
