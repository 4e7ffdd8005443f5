import { describe, expect, it } from 'vitest';
import type { CommandToolsDeps } from '../../bots/hands/command-tools.ts';
import { mailTools } from '../../bots/hands/mail-tools.ts';
import { MailAddress } from '../../bridge/protocol/command-fields.ts';
import { COMMAND_KEY } from '../../bridge/protocol/orders/command-request.ts';
import { toolTurn } from './hands-scene.ts';

const ME = MailAddress.parse('master@example.org');
const OFFER = { own: ME, free: true, reads: true };

/** What a model asks for, as it comes to stand in the room; or why it does not. */
async function asked(offer: typeof OFFER | undefined, name: string, input: unknown, asks = false) {
  let sent: unknown;
  const deps = {
    orders: { add: () => Promise.resolve() },
    results: { begun: () => Promise.resolve(), wait: () => Promise.resolve(null) },
  } as unknown as CommandToolsDeps;
  const turn = toolTurn();
  const account = {
    send: (_room: string, _type: string, content: Record<string, unknown>) => {
      sent = content[COMMAND_KEY];
      return Promise.resolve('$request');
    },
  } as unknown as typeof turn.account;
  const use = mailTools(deps, offer)
    .find((tool) => tool.offer.name === name)
    ?.use(input, turn.job);
  if (use === undefined || 'bad' in use) return use;
  const { text } = await use.carryOut({ ...turn, account }, 'key', asks);
  return { sent, text, shown: use.shown };
}

describe('letters as tools', () => {
  it('know the owner as "me", and name him so', async () => {
    const letter = { to: ['me', ` ${ME} `], subject: '보고', text: '다 됐습니다.', files: ['a.pdf'] };
    expect(await asked(OFFER, 'send_mail', letter)).toMatchObject({
      shown: '마스터에게 이메일 보내기',
      sent: { type: 'send_mail', to: [ME], attachments: ['a.pdf'], repeatable: false },
    });
    expect(await asked(OFFER, 'send_mail', { ...letter, to: ['kim@example.com'] })).toMatchObject({
      shown: '`kim@example.com` 이메일 보내기',
    });
    expect(mailTools({} as CommandToolsDeps, OFFER)[0]?.offer.description).toContain(ME);
  });

  it('ask where the turn holds what strangers wrote and what is private', async () => {
    const letter = { to: ['me'], subject: '보고', text: 'x' };
    expect(await asked(OFFER, 'send_mail', letter, true)).toMatchObject({ sent: { asks: 'tainted' } });
  });

  it.each([
    [{ to: ['a@example.org\nBcc: x@evil.org'] }],
    [{ to: ['Kim <kim@example.com>'] }],
    [{ to: [] }],
    [{ subject: 'a\r\nBcc: x@evil.org' }],
    [{ files: ['../keys.env'] }],
    [{ files: ['/etc/passwd'] }],
  ])('take no %j', async (change) => {
    const letter = { to: ['me'], subject: 's', text: 'x', ...change };
    expect(await asked(OFFER, 'send_mail', letter)).toEqual({ bad: expect.any(String) });
  });

  it('look into the inbox only where it can be read', async () => {
    expect(await asked(OFFER, 'read_mail', { words: '견적' })).toMatchObject({
      sent: { type: 'read_mail', query: '견적', limit: 10 },
    });
    expect(await asked({ ...OFFER, reads: false }, 'read_mail', {})).toBeUndefined();
  });

  it('say in one line how e-mail is set up where it is not, and order nothing', async () => {
    const told = await asked(undefined, 'send_mail', {});
    expect(told).toMatchObject({ sent: undefined, text: expect.stringContaining('npm start -- mail') });
    expect(mailTools({} as CommandToolsDeps, undefined)).toHaveLength(1);
  });
});
