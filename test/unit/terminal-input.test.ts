import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { EventId } from '../../bridge/protocol/ids.ts';
import { type SendAttempt, Outbox } from '../../bridge/terminal/outbox.ts';
import { PasteInput } from '../../bridge/terminal/paste.ts';

function typist() {
  const terminal = Object.assign(new PassThrough(), { setRawMode: () => undefined });
  const input = new PasteInput(terminal, (number, lines) => `[${number}: ${lines}]`);
  let typed = '';
  const keys: string[] = [];
  input.on('data', (chunk: Buffer) => {
    keys.push(chunk.toString());
    typed += chunk.toString();
  });
  const type = async (...chunks: (string | Buffer)[]) => {
    for (const chunk of chunks) terminal.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
    return typed;
  };
  return { input, keys, type };
}

describe('pasting', () => {
  it('sends nothing and keeps its lines', async () => {
    const { input, type } = typist();
    const typed = await type('a\u001B[200~b\r\nc\n\u001B[201~');
    expect(typed).toBe('ab⏎c');
    expect(input.meant(typed)).toBe('ab\nc');
  });

  it('is understood when its marks come in pieces', async () => {
    const { type } = typist();
    expect(await type('x\u001B[2', '00~b\rc\u001B[20', '1~y\r')).toBe('xb⏎cy\r');
  });

  it('of much text stands as a label for it', async () => {
    const { input, type } = typist();
    const long = Array.from({ length: 30 }, (_, i) => `줄 ${i} $& $1`).join('\n');
    const typed = await type('보기: ', `\u001B[200~${long}\u001B[201~`);
    expect(typed).toBe('보기: [1: 30]');
    expect(input.meant(typed)).toBe(`보기: ${long}`);
  });

  it('cannot press keys', async () =>
    expect(await typist().type('\u001B[200~a\u0003\u0004\u001B[Ab\u001B[201~')).toBe('a[Ab'));

  it('gives the line editor one key at a time, escape sequences and letters whole', async () => {
    const { keys, type } = typist();
    const letter = Buffer.from('가');
    await type('a나\u001B[A', letter.subarray(0, 1), letter.subarray(1), '\u001B');
    expect(keys).toEqual(['a', '나', '\u001B[A', '가', '\u001B']);
  });
});

describe('sending', () => {
  const sent = (id: string): SendAttempt => ({ kind: 'sent', event: EventId.parse(id) });
  const outboxOf = (attempts: readonly SendAttempt[]) => {
    const tried: [string, string][] = [];
    const refused = vi.fn<(text: string, why: string) => void>();
    const outbox = new Outbox({
      attempt: async (text, txnId) => {
        tried.push([text, txnId]);
        return attempts[tried.length - 1] ?? sent('$last');
      },
      changed: () => undefined,
      refused,
    });
    return { outbox, tried, refused };
  };

  it('tries again with the same transaction id, in the order of writing', async () => {
    const later: SendAttempt = { kind: 'later', afterMs: 1 };
    const { outbox, tried } = outboxOf([later, later, sent('$1'), sent('$2')]);
    const events = await Promise.all([outbox.add('a'), outbox.add('b')]);
    expect(events).toEqual(['$1', '$2']);
    expect(tried.map(([text]) => text)).toEqual(['a', 'a', 'a', 'b']);
    expect(new Set(tried.map(([, txnId]) => txnId)).size).toBe(2);
  });

  it('drops what the homeserver refuses, says so and goes on', async () => {
    const { outbox, refused } = outboxOf([{ kind: 'refused', why: 'M_TOO_LARGE' }]);
    expect(await Promise.all([outbox.add('a'), outbox.add('b')])).toEqual([null, '$last']);
    expect(refused.mock.calls).toEqual([['a', 'M_TOO_LARGE']]);
  });

  it('does not wait when the connection is back', async () => {
    const { outbox } = outboxOf([{ kind: 'later', afterMs: 3_600_000 }]);
    const added = outbox.add('a');
    await new Promise((resolve) => setImmediate(resolve));
    outbox.hurry();
    expect(await added).toBe('$last');
  });

  it('counts what it could not send', async () => {
    const { outbox } = outboxOf(Array.from({ length: 9 }, () => ({ kind: 'later', afterMs: 3_600_000 }) as const));
    const added = Promise.all([outbox.add('a'), outbox.add('b')]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await outbox.close(5)).toBe(2);
    expect(await added).toEqual([null, null]);
  });
});
