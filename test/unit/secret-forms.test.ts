import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { HARMLESS, SECRETS } from './secret-table.ts';

describe('what is a secret', () => {
  it('knows more than a hundred forms', () => expect(SECRETS.length).toBeGreaterThan(100));

  it.each(SECRETS)('%s', (_name, text, secret) => {
    const { masked, text: left } = maskSecrets(text);
    expect({ masked, left }).toEqual({ masked: true, left: expect.not.stringContaining(secret) });
    expect(left).toContain('…(가림)');
    expect(maskSecrets(left).masked).toBe(false);
  });

  it.each(SECRETS)('%s within a sentence', (_name, text, secret) => {
    expect(maskSecrets(`마누스야 이거 봐 줘.\n\n${text}\n\n고마워`).text).not.toContain(secret);
  });
});

describe('what is none', () => {
  it('was tried with two hundred messages', () => expect(HARMLESS.length).toBeGreaterThan(200));

  it.each(HARMLESS)('%s', (text) => {
    expect(maskSecrets(text)).toEqual({ text, masked: false });
  });

  it('not all of them in one either', () => {
    const text = HARMLESS.join('\n\n');
    expect(maskSecrets(text)).toEqual({ text, masked: false });
  });
});
