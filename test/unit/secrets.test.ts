import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';

/** Letters and digits as issuers deal them, the same in every run. */
function random(length: number, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'): string {
  let state = length * 7919 + alphabet.length;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  return Array.from({ length }, () => alphabet.charAt(Math.floor((next() / 2_147_483_648) * alphabet.length))).join('');
}
const HEX = '0123456789abcdef';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const KEYS: Record<string, string> = {
  'OpenAI, old': `sk-${random(20)}T3BlbkFJ${random(20)}`,
  'OpenAI, project': `sk-proj-${random(60)}-${random(20)}_${random(40)}`,
  'OpenAI, service account': `sk-svcacct-${random(80)}`,
  Anthropic: `sk-ant-api03-${random(60)}-${random(32)}AA`,
  OpenRouter: `sk-or-v1-${random(64, HEX)}`,
  DeepSeek: `sk-${random(32, HEX)}`,
  Manus: `sk-${random(86)}`,
  Google: `AIzaSy${random(33)}`,
  'Google, newer': `AQ.Ab8RN6${random(44)}`,
  Perplexity: `pplx-${random(48)}`,
  GitHub: `ghp_${random(36)}`,
  'GitHub, app': `gho_${random(36)}`,
  'GitHub, fine-grained': `github_pat_${random(22)}_${random(59)}`,
  GitLab: `glpat-${random(20)}`,
  'AWS, public half': `AKIA${random(16, UPPER)}`,
  Slack: `xoxb-123456789012-1234567890123-${random(24)}`,
  'Hugging Face': `hf_${random(34)}`,
  Groq: `gsk_${random(52)}`,
  xAI: `xai-${random(80)}`,
  Synapse: `syt_bWFzdGVy_${random(20)}_${random(6)}`,
  Telegram: `1234567890:AA${random(33)}`,
  JWT: `eyJ${random(30)}.eyJ${random(60)}.${random(43)}`,
};

/** Stretches of the key, long enough to be of use, that are still there; or the word that nothing was found. */
function leaks(text: string, key: string): readonly string[] {
  const result = maskSecrets(text);
  if (!result.masked || !result.text.includes('…(가림)')) return ['not masked'];
  const flat = result.text.replaceAll('\n', '');
  const stretches = Array.from({ length: Math.max(0, key.length - 19) }, (_, i) => key.slice(i + 12, i + 20));
  return stretches.filter((stretch) => flat.includes(stretch));
}

describe.each(Object.entries(KEYS))('%s', (_, key) => {
  it.each([
    ['alone', key],
    ['with a particle', `${key}를 넣어줘`],
    ['after Korean', `내 키는${key}`],
    ['in backticks', `\`${key}\``],
    ['in quotes', `{"apiKey": "${key}"}`],
    ['in typographic quotes', `“${key}”`],
    ['at the end of a sentence', `Use ${key}, please.`],
    ['assigned', `export SOME_API_KEY=${key}`],
    ['as a bearer', `curl -H "Authorization: Bearer ${key}" https://example.org`],
    ['twice', `${key}\n${key}`],
  ])('%s', (_how, text) => {
    expect(leaks(text, key)).toEqual([]);
  });

  it('is masked once: what is left is no secret', () => {
    const once = maskSecrets(`키 ${key} 끝`).text;
    expect(maskSecrets(once)).toEqual({ text: once, masked: false });
  });
});

describe('keys broken by a line end', () => {
  it.each(['OpenAI, project', 'Anthropic', 'OpenAI, old', 'DeepSeek', 'Google', 'Perplexity', 'GitHub'])(
    '%s',
    (name) => {
      const key = KEYS[name] ?? '';
      for (const at of [14, 20, Math.floor(key.length / 2), key.length - 6]) {
        expect(leaks(`키: ${key.slice(0, at)}\n${key.slice(at)}\n넣어줘`, key)).toEqual([]);
        expect(leaks(`키: \`${key.slice(0, at)}\n  ${key.slice(at)}\`를 넣어줘`, key)).toEqual([]);
      }
    },
  );

  it('leaves the words on the next line', () => {
    const key = KEYS['OpenAI, project'] ?? '';
    expect(maskSecrets(`${key}\nplease\n`).text).toBe('sk-…(가림)\nplease\n');
    expect(maskSecrets(`${key}\n이걸로 해`).text).toBe('sk-…(가림)\n이걸로 해');
    expect(maskSecrets(`${key}\nGOOGLE_MODEL=x`).text).toBe('sk-…(가림)\nGOOGLE_MODEL=x');
  });

  it('finds both of two keys on two lines', () => {
    const [a = '', b = ''] = [KEYS['OpenAI, old'], KEYS['Google']];
    expect(maskSecrets(`${a}\n${b}`).text).toBe('sk-…(가림)\nAIza…(가림)');
  });
});

describe('other forms', () => {
  it('finds the secret half of an AWS key near the public one, and by its name', () => {
    const secret = `${random(20)}/${random(18)}+`;
    expect(leaks(`${KEYS['AWS, public half'] ?? ''}\n${secret}`, secret)).toEqual([]);
    expect(leaks(`aws_secret_access_key = ${secret}`, secret)).toEqual([]);
    const hash = random(40, HEX);
    expect(maskSecrets(`${KEYS['AWS, public half'] ?? ''} commit ${hash}`).text).toContain(hash);
  });

  it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'EC PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'])(
    '%s',
    (kind) => {
      const body = random(64);
      expect(leaks(`이거\n-----BEGIN ${kind}-----\n${body}\n${body}\n-----END ${kind}-----\n써`, body)).toEqual([]);
      expect(leaks(`-----BEGIN ${kind}-----\n${body}\n${body}`, body)).toEqual([]);
      expect(leaks(`{"private_key":"-----BEGIN ${kind}-----\\n${body}\\n-----END ${kind}-----\\n"}`, body)).toEqual([]);
      expect(maskSecrets(`-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n써 줘`).text).toMatch(/써 줘$/);
    },
  );

  it.each([
    'OPENAI_API_KEY=',
    'api_key: ',
    '"client_secret": "',
    "password='",
    'MANUS_API_KEY = ',
    'access_token=',
    'x-manus-api-key: ',
  ])('what follows %s', (name) => {
    const value = random(24);
    expect(leaks(`${name}${value}`, value)).toEqual([]);
  });
});

describe('no false alarms', () => {
  it.each([
    '얘들아 안녕, 오늘 부산 가는 길인데 sk-8 도로가 막혀.',
    'sk-8',
    'SK-II 에센스, sk-hynix 주가, sk-telecom',
    'task-manager-with-a-very-long-name-2024-final-version',
    'sk-learn-pipeline-with-standard-scaler-version-2',
    'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'sk-...를 넣으면 돼',
    '550e8400-e29b-41d4-a716-446655440000',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b',
    'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'https://github.com/matrix-org/matrix-spec/blob/0d1a2b3c4d5e6f/README.md?plain=1#L10-L20',
    'https://matrix.to/#/!AbCdEfGh1234567890:chavion.local/$Zm9vYmFyMTIzNDU2Nzg5MA?via=chavion.local',
    'mxc://chavion.local/SEsfnsuifSDFSSEFabcdef12',
    '!qporfwt:matrix.org $Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg',
    'OPENAI_API_KEY=your-key-1234567890',
    'const apiKey = process.env.OPENAI_API_KEY2;',
    'API_KEY=${API_KEY2}',
    'password: 비밀번호를 넣으세요',
    'PRIMARY_KEY=customer_id_2 SORT_KEY=created_at_1',
    'max_tokens=4096, total_tokens: 12345678',
    'Bearer of good news',
    'bearer authentication-with-long-hyphenated-words',
    '-----BEGIN PRIVATE KEY----- 로 시작하는 파일은 올리지 마',
    '12:30:45 에 도착, 010-1234-5678, 1234567890:abc',
    'hf_transformers_pipeline gsk_ xai-grok npm_config_registry ghp_ AIza',
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
    '가나다라마바사아자차카타파하'.repeat(100),
  ])('%s', (text) => {
    expect(maskSecrets(text)).toEqual({ text, masked: false });
  });
});

describe('hostile input', () => {
  it('says masked exactly when it changed something, and finds nothing the second time', () => {
    const pieces = fc.constantFrom(
      'sk-',
      'AIza',
      '\n',
      ' ',
      '"',
      'Bearer ',
      'API_KEY=',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      '가',
      'a1B2c3D4e5F6g7H8i9J0',
      '=',
      '.',
      'eyJ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        const once = maskSecrets(text);
        expect(once.masked).toBe(once.text !== text);
        expect(maskSecrets(once.text).masked).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    'sk-',
    'sk-a',
    'a-',
    'AKIA',
    'sk-\n',
    'sk-aaaa\n',
    'eyJaaaaaaaaaaaa.',
    'Bearer ',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN ',
    'api_key',
    'api_key=',
    'A_',
    '1234567890:',
    ' \n',
    'AKIAABCDEFGHIJKLMN23 ',
  ])('comes back from a megabyte of %j', (piece) => {
    // Anything worse than linear would not, before the test runner gives up.
    const { masked, text } = maskSecrets(piece.repeat(Math.ceil(1_000_000 / piece.length)));
    expect(masked).toBe(text.includes('…(가림)'));
  });
});
