import { MASK } from '../text/mask.ts';

/** The keys of one issuer: how they begin and what tells them from ordinary words. */
interface KeyForm {
  readonly prefix: string;
  /** Sticky: the characters after the prefix. Superset of every prefix's own characters where these may recur. */
  readonly run: RegExp;
  /** Fewest characters after the prefix. */
  readonly min: number;
  /** More than length: only for prefixes that ordinary words share. */
  readonly looksRight?: (body: string) => boolean;
}

const WORD = /[A-Za-z0-9_-]*/y;
const ALNUM = /[A-Za-z0-9]*/y;
const SNAKE = /[A-Za-z0-9_]*/y;

const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0;

/** `sk-learn-pipeline-version-2` is a word; 16 letters and digits on end, or a thorough mixture, is a key. */
function looksRandom(body: string): boolean {
  const digits = count(body, /\d/g);
  if (digits === 0 || !/[A-Za-z]/.test(body)) return false;
  if ((body.match(/[A-Za-z0-9]{16,}/g) ?? []).some((run) => /\d/.test(run))) return true;
  return digits >= 3 && count(body, /[A-Z]/g) >= 2 && count(body, /[a-z]/g) >= 2;
}

const hasDigit = (body: string) => /\d/.test(body);
const isMixed = (body: string) => /\d/.test(body) && /[A-Z]/.test(body) && /[a-z]/.test(body);

/** Longer prefixes before shorter ones that begin them. */
const FORMS: readonly KeyForm[] = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek, Manus and all who copied the form.
  { prefix: 'sk-', run: WORD, min: 20, looksRight: looksRandom },
  { prefix: 'sk_live_', run: ALNUM, min: 16, looksRight: hasDigit },
  { prefix: 'rk_live_', run: ALNUM, min: 16, looksRight: hasDigit },
  // Google: API keys, the newer authorisation keys, OAuth secrets and access tokens.
  { prefix: 'AIza', run: WORD, min: 30, looksRight: hasDigit },
  { prefix: 'AQ.', run: WORD, min: 30, looksRight: isMixed },
  { prefix: 'GOCSPX-', run: WORD, min: 20 },
  { prefix: 'ya29.', run: WORD, min: 30, looksRight: isMixed },
  { prefix: 'pplx-', run: ALNUM, min: 32, looksRight: hasDigit },
  { prefix: 'github_pat_', run: SNAKE, min: 30, looksRight: hasDigit },
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => ({ prefix, run: ALNUM, min: 30, looksRight: hasDigit })),
  { prefix: 'glpat-', run: WORD, min: 20, looksRight: hasDigit },
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xapp-'].map((prefix) => ({ prefix, run: WORD, min: 16, looksRight: hasDigit })),
  { prefix: 'hf_', run: ALNUM, min: 30, looksRight: isMixed },
  { prefix: 'gsk_', run: ALNUM, min: 40, looksRight: isMixed },
  { prefix: 'xai-', run: ALNUM, min: 40, looksRight: isMixed },
  { prefix: 'r8_', run: ALNUM, min: 30, looksRight: isMixed },
  { prefix: 'npm_', run: ALNUM, min: 36, looksRight: isMixed },
  { prefix: 'tvly-', run: WORD, min: 24, looksRight: hasDigit },
  // Chavion's own, of outside agents.
  { prefix: 'chv_', run: WORD, min: 40, looksRight: isMixed },
  // Synapse's access and refresh tokens, and those of the Matrix authentication service.
  { prefix: 'syt_', run: SNAKE, min: 20 },
  { prefix: 'syr_', run: SNAKE, min: 20 },
  ...['mat_', 'mct_', 'mar_'].map((prefix) => ({ prefix, run: SNAKE, min: 24, looksRight: isMixed })),
  ...['AKIA', 'ASIA'].map((prefix) => ({ prefix, run: /[A-Z0-9]*/y, min: 16, looksRight: (body: string) => body.length === 16 && hasDigit(body) })),
];

const FORM_OF = new Map(FORMS.map((form) => [form.prefix, form]));
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const PREFIX = new RegExp(`(?<![A-Za-z0-9])(?:${FORMS.map((form) => escaped(form.prefix)).join('|')})`, 'g');

/** A key pasted on a phone wraps: the rest stands alone on the next line, or in front of words that are not Latin. */
const NEXT_LINE = /[ \t]*\n[ \t]*([A-Za-z0-9_-]{4,})(?=[ \t]*(?:\n|$)|[`'"”’)\]]|[\u0250-\uFFFF])/y;

/** Where a sticky expression ends when it begins at `at`. */
function endOf(run: RegExp, text: string, at: number): number {
  run.lastIndex = at;
  return run.test(text) ? run.lastIndex : at;
}

/** End of the key that begins with `prefix` at `start`, its wrapped remainder included; what was read even if it is none. */
function readKey(text: string, start: number, form: KeyForm): { readonly end: number; readonly isKey: boolean } {
  const bodyStart = start + form.prefix.length;
  let end = endOf(form.run, text, bodyStart);
  const first = end;
  const isKey = (body: string) => body.length >= form.min && (form.looksRight?.(body) ?? true);
  let body = text.slice(bodyStart, end);
  for (let lines = 0; lines < 3; lines += 1) {
    NEXT_LINE.lastIndex = end;
    const next = NEXT_LINE.exec(text);
    const more = next?.[1];
    if (next === null || more === undefined) break;
    // Enough already and the next line is a plain word: that word is not part of it.
    if (isKey(body) && !(/\d/.test(more) && /[A-Za-z]/.test(more)) && !/[a-z][A-Z]/.test(more)) break;
    if (FORMS.some((other) => more.startsWith(other.prefix)) || /^[A-Z][A-Z0-9_]*_/.test(more)) break;
    body += more;
    end = next.index + next[0].length;
  }
  return isKey(body) ? { end, isKey: true } : { end: first, isKey: false };
}

function maskKeys(text: string): string {
  let out = '';
  let done = 0;
  PREFIX.lastIndex = 0;
  for (let match = PREFIX.exec(text); match !== null; match = PREFIX.exec(text)) {
    const form = FORM_OF.get(match[0]);
    if (form === undefined) continue;
    const { end, isKey } = readKey(text, match.index, form);
    if (isKey) {
      out += text.slice(done, match.index) + form.prefix + MASK;
      done = end;
    }
    // What was read is not read again, key or not: that keeps it linear.
    PREFIX.lastIndex = Math.max(end, match.index + match[0].length);
  }
  return out + text.slice(done);
}

const KEY_BLOCK = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_BLOCK_END = /-----END [A-Z0-9 ]{0,40}-----/y;
/** Base64, its headers, and the `\n` of a key inside JSON. */
const KEY_BLOCK_BODY = /[A-Za-z0-9+/=\s:,\\]*/y;

/** PEM and PGP blocks; one whose end is missing loses all that still looks like its base64. */
function maskKeyBlocks(text: string): string {
  let out = '';
  let done = 0;
  for (const match of text.matchAll(KEY_BLOCK)) {
    const from = match.index + match[0].length;
    const dashes = text.indexOf('-----', from);
    KEY_BLOCK_END.lastIndex = Math.max(dashes, 0);
    const to = dashes !== -1 && KEY_BLOCK_END.test(text) ? KEY_BLOCK_END.lastIndex : endOf(KEY_BLOCK_BODY, text, from);
    if (!/[A-Za-z0-9+/]{16}/.test(text.slice(from, to))) continue;
    out += text.slice(done, from) + MASK;
    done = to;
  }
  return out + text.slice(done);
}

const PLACEHOLDER = /^(?:your|my[-_]|example|sample|dummy|placeholder|change|replace|insert|process\.|os\.|import\.|config\.|env\.|x{4}|\*{3})/i;
const isValue = (value: string) => !PLACEHOLDER.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value);

/** `OPENAI_API_KEY=…`, `"client_secret": "…"`, `export BOT_TOKEN='…'`. */
const ASSIGNMENT =
  /(?<![A-Za-z0-9_])([A-Za-z0-9_-]{0,60}?(?:api[_-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?key|private[_-]?key|auth[_-]?key|[_-]token|[_-]secret|password|passwd)["'`]?[ \t]{0,4}(?::=|=|:)[ \t]{0,4}["'`]?)([A-Za-z0-9_+/.~-]{8,512}={0,2})/gi;
const BEARER = /(?<![A-Za-z0-9])(bearer[ \t]{1,4}|x-(?:api|goog-api|manus-api)-key:[ \t]{0,4})([A-Za-z0-9._~+/-]{20,4096}={0,2})/gi;
const JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}/g;
const TELEGRAM = /(?<![A-Za-z0-9])(\d{8,10}:)AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g;
/** The secret half of an AWS key has no mark of its own: 40 mixed characters within 200 of the public half. */
const AWS_NEAR = /((?:AKIA|ASIA)…\(가림\)[^]{0,200}?)(?<![A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/g;

/**
 * Takes keys, tokens and private keys out of text: `sk-…(가림)`. Known forms only, so that hashes, UUIDs and
 * prose stay; what is found makes the master's message be redacted, so a false alarm costs as much as a miss.
 */
export function maskSecrets(text: string): { readonly text: string; readonly masked: boolean } {
  const out = maskKeys(maskKeyBlocks(text))
    .replace(AWS_NEAR, (all, before: string, value: string) => (isMixed(value) ? before + MASK : all))
    .replace(JWT, `eyJ${MASK}`)
    .replace(TELEGRAM, `$1${MASK}`)
    .replace(BEARER, (all, before: string, value: string) => (isValue(value) ? before + MASK : all))
    .replace(ASSIGNMENT, (all, before: string, value: string) => (isValue(value) ? before + MASK : all));
  return { text: out, masked: out !== text };
}
