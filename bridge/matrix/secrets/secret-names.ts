import { MASK } from '../../text/mask.ts';
import { isMixed } from './secret-forms.ts';
import type { FoundSecret } from './secret-keys.ts';

/** Values that a name gives away: `OPENAI_API_KEY=…`, `"client_secret": "…"`, `db_password: …`, `--password …`, `<password>…<`. */

const NAME =
  /pass(?:word|wd|code|phrase)|(?<![A-Za-z])(?:pwd|pw|pass|pin)(?![A-Za-z])|_pwd(?![A-Za-z])|_pw(?![A-Za-z])|_pass(?![A-Za-z])|(?:api|access|secret|private|auth|account|shared|service|signing|encryption|subscription|license|master|session)[_ -]?(?:access[_ -]?)?key|(?:auth|access|refresh|bearer|bot|session|id|security|api|secret|deploy|personal|user|app)[_-]?token|_authtoken|(?:client|app|consumer|webhook|signing|shared|jwt|session|api)[_-]?secret|(?<![A-Za-z])(?:token|secret|credentials?|auth)(?![A-Za-z])/gi;
/** What may follow the name and leave it the name of a secret. */
const TAIL =
  /(?:s|[_-]?(?:\d{1,2}|prod|production|dev|test|stag(?:e|ing)|live|main|root|admin|user|db|new|old|current|confirm|confirmation|again|value|base64|b64|base|key))?(?![A-Za-z0-9_-])/iy;
const SEPARATOR = /\\?["'`]?\)?[ \t]{0,4}(?::=|=>|=(?!=)|:(?!\/\/)|\|)[ \t]{0,8}|[ \t]{1,3}(?:is|was)[ \t:]{1,3}|>/iy;
const FLAG_SEPARATOR = /[ \t]{1,3}(?!-)/y;

type Kind = 'password' | 'short' | 'pass' | 'key' | 'token';
function kindOf(name: string): Kind {
  if (/^pass(?:word|wd|code|phrase)/i.test(name)) return 'password';
  if (/^_?pass$/i.test(name)) return 'pass';
  if (/^_?(?:pwd|pw|pin)$/i.test(name)) return 'short';
  return /^(?:token|secret|credentials?|auth)$/i.test(name) ? 'token' : 'key';
}

const OPENING: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['‘', '’'],
]);
const LONGEST = 1_024;

export interface Value {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly quoted: boolean;
}

/** What stands at `at`: within quotes, or all that is neither blank nor Korean. */
export function valueAt(text: string, at: number): Value | null {
  const escaped = text.charAt(at) === '\\' ? 1 : 0;
  const close = OPENING.get(text.charAt(at + escaped));
  if (close !== undefined) {
    const start = at + escaped + 1;
    const line = text.slice(start, start + LONGEST);
    const stop = line.search(/[\n"'`”’]/);
    const end = stop === -1 || line.charAt(stop) === '\n' ? -1 : line.indexOf(close);
    if (end > 0 && !line.slice(0, end).includes('\n'))
      return value(text, start, start + end - (line.charAt(end - 1) === '\\' ? 1 : 0), true);
  }
  // A quotation that nobody closed ends with the line.
  const from = close === undefined ? at : at + escaped + 1;
  const run = /^[!-~]{1,1024}/.exec(text.slice(from, from + LONGEST))?.[0] ?? '';
  const open = run.search(/["'`<>]/);
  const bare = (open === -1 ? run : run.slice(0, open)).replace(/[,;.)}\]]{1,8}$/, '');
  return bare === '' ? null : value(text, from, from + bare.length, close !== undefined);
}

const value = (text: string, start: number, end: number, quoted: boolean): Value | null =>
  // What is masked already is no secret any more.
  text.startsWith(MASK, end) || text.slice(start, end).includes(MASK)
    ? null
    : { start, end, text: text.slice(start, end), quoted };

/** Words that stand in the place of a secret, types of fields, and what programs say about passwords. */
const PLACEHOLDER =
  /^(?:your|my[-_ ]|<|\[|\{|\$|%|\*{2,}|x{3,}|\.{2,}|_{2,}|-{2,}|example|sample|dummy|placeholder|change|replace|insert|enter|process\.|os\.|import\.|config\.|settings\.|secrets\.|env[.:(]|vault:|op:\/\/|file:|data:|https?:|function|async|await|new |return|this\.|self\.|req\.|request\.|form\.|user\.|body\.|args\.|input|getpass|z\.|t\.|null|nil|none|true|false|undefined|string|str\b|text\b|varchar|char\b|number|bool|bytes|unknown|optional|required|require|hidden|redacted|masked|removed|empty|missing|invalid|valid|incorrect|wrong|expired|password|passwd|secret\b|token\b|passphrase|test$|too |not |and |or |is |was |the |a |an |to |for |in |on |of )/i;
const STOPWORDS = new Set(
  'yes no ok good bad weak strong safe same different needed set unset changed reset updated stored saved sent encrypted hashed plain plaintext cleartext default given here there below above attached later soon please field fields value values name names manager managers protected auto secure basic bearer digest oauth jwt and with from that this what which how why when who only also again optional authentication authorization disabled enabled unknown ignored ignore error failed success'.split(
    ' ',
  ),
);
/** A call, a member or a name of a program's: no value. */
const CODE =
  /^[A-Za-z_$][\w$]{0,80}(?:\(|\[|\.[A-Za-z_$][\w$.]{0,120}(?:\(|\[|$))|^[a-z]{1,40}[A-Z][A-Za-z]{0,60}$|=>|\|\||&&/;
const PATH = /^(?:~|\.{0,2})\/[\w./-]*$/;

const digits = (text: string) => text.replace(/\D/g, '').length;

/** Bits a letter, as the letters are spread in the text itself. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const times of counts.values()) bits -= (times / text.length) * Math.log2(times / text.length);
  return bits;
}

export const standsForSecret = (text: string): boolean =>
  PLACEHOLDER.test(text) || STOPWORDS.has(text.toLowerCase()) || /^(.)\1+$/.test(text);

function isSecret(kind: Kind, { text, quoted }: Value, assigned: boolean): boolean {
  if (standsForSecret(text) || (!quoted && (CODE.test(text) || PATH.test(text)))) return false;
  const letters = /[A-Za-z]/.test(text);
  const strong = /\d/.test(text) && letters;
  const special = /[^A-Za-z0-9\s_.-]/.test(text);
  switch (kind) {
    case 'password':
      if (/[가-힣]/.test(text)) return quoted && text.length >= 6 && /\d/.test(text) && !/\s/.test(text);
      if (/\s/.test(text)) return quoted && text.length >= 8 && (/\d/.test(text) || special) && !/[가-힣]/.test(text);
      // "password: something" in a sentence is a word; assigned or quoted it is a value.
      return text.length >= 4 && (strong || special || (assigned || quoted ? true : /^\d+$/.test(text)));
    case 'pass':
      // PASS: 1834 tests.
      return !/\s/.test(text) && ((strong && text.length >= 5) || (special && letters && text.length >= 6));
    case 'short':
      return (
        !/\s/.test(text) &&
        text.length >= 4 &&
        ((strong && text.length >= 5) ||
          (special && letters && text.length >= 6) ||
          (/^\d{4,12}$/.test(text) && !/^(?:19|20)\d{2}$/.test(text)))
      );
    case 'key':
      if (/\s/.test(text)) return false;
      return (
        (text.length >= 8 && strong && !/^[a-z]+(?:[-_.][a-z]+)*[-_.]?v?\d{1,2}$/.test(text)) ||
        (text.length >= 20 &&
          /^[A-Za-z]+$/.test(text) &&
          /[a-z]/.test(text) &&
          /[A-Z]/.test(text) &&
          entropy(text) > 3.7)
      );
    case 'token':
      return (
        !/\s/.test(text) &&
        text.length >= 12 &&
        strong &&
        digits(text) >= 2 &&
        entropy(text) > 3 &&
        !/^[a-z]+(?:[-_.:/][a-z]+)*[-_.:/]?v?[\d.]{1,8}$/i.test(text)
      );
  }
}

/** How far back the rest of a name may reach, as in `MY_VERY_OWN_DB_PASSWORD`. */
function flagBefore(text: string, at: number): boolean {
  return /(?:^|[\s'"])--?[A-Za-z_-]{0,40}$/.test(text.slice(Math.max(0, at - 48), at));
}

export function namedSecrets(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match !== null; match = NAME.exec(text)) {
    let at = match.index + match[0].length;
    TAIL.lastIndex = at;
    if (!TAIL.test(text)) continue;
    at = TAIL.lastIndex;
    SEPARATOR.lastIndex = at;
    const parted = SEPARATOR.exec(text)?.[0];
    const flag = parted === undefined && flagBefore(text, match.index);
    if (flag) FLAG_SEPARATOR.lastIndex = at;
    if (parted === undefined && !(flag && FLAG_SEPARATOR.test(text))) continue;
    const from = parted === undefined ? FLAG_SEPARATOR.lastIndex : at + parted.length;
    const read = valueAt(text, from);
    if (read === null) continue;
    const assigned =
      parted === undefined ||
      parted.includes('=') ||
      (parted.includes(':') &&
        (/["'`]/.test(parted) || /[_-]$/.test(text.slice(Math.max(0, match.index - 1), match.index)))) ||
      parted === '>';
    if (parted === '>' && text.charAt(read.end) !== '<') continue;
    if (!isSecret(kindOf(match[0]), read, assigned)) continue;
    found.push({ start: read.start, end: read.end, keep: 0 });
    NAME.lastIndex = Math.max(NAME.lastIndex, read.end);
  }
  return found;
}

/** Forms that need no name of their own before them. */
const MARKED: readonly (readonly [form: RegExp, looksRight: (value: string) => boolean])[] = [
  [
    /(?<![A-Za-z0-9])bearer[ \t]{1,4}([A-Za-z0-9._~+/-]{20,4096}={0,2})/gi,
    (text) => /\d/.test(text) && /[A-Za-z]/.test(text),
  ],
  [
    /(?<![A-Za-z0-9])x-(?:(?:api|auth|access|goog-api|manus-api|amz-security|vault|shopify-access|rapidapi|functions|ncp-apigw-api)-)?(?:key|token)["']?:[ \t]{0,4}["']?([A-Za-z0-9._~+/-]{16,4096}={0,2})/gi,
    (text) => /\d/.test(text) && /[A-Za-z]/.test(text),
  ],
  [
    /(?<![A-Za-z0-9])authorization["']?[:=][ \t]{0,4}["']?(?:basic|token|bot|apikey|splunk|digest)[ \t]{1,4}([A-Za-z0-9._~+/=-]{8,4096})/gi,
    () => true,
  ],
  // curl -u user:password, a line of .netrc.
  [
    /(?<=\s)(?:-u|--user)[ \t=]{1,3}["']?[^\s:"'/]{1,80}:([^\s"'/][^\s"']{2,200})/g,
    (text) => !standsForSecret(text) && !/^\d+$/.test(text),
  ],
  [/(?<![\w-])login[ \t]{1,4}[^\s]{1,80}\s{1,4}password[ \t]{1,4}([^\s"']{4,200})/g, (text) => !standsForSecret(text)],
  // Telegram's bots, also within their address; Discord's bots; Azure's applications; Mailchimp; Terraform; Facebook.
  [/(?<=bot|(?<![A-Za-z0-9])|[^A-Za-z0-9])\d{8,10}:([A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])/g, isMixed],
  [/(?<![A-Za-z0-9_-])([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})(?![A-Za-z0-9_-])/g, isMixed],
  [/(?<![A-Za-z0-9_~.])([A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})(?![A-Za-z0-9_~-])/g, isMixed],
  [/(?<![A-Za-z0-9])([0-9a-f]{32}-us\d{1,2})(?![A-Za-z0-9])/g, () => true],
  [/(?<![A-Za-z0-9])([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})/g, () => true],
  [/(?<![A-Za-z0-9])(\d{15,16}\|[A-Za-z0-9_-]{27})(?![A-Za-z0-9_-])/g, isMixed],
  [/(?<![A-Za-z0-9])(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})(?![A-Za-z0-9])/g, () => true],
];

const JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}(?:\.[A-Za-z0-9_-]{10,2000})?/g;

export function markedSecrets(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const match of text.matchAll(JWT))
    found.push({ start: match.index, end: match.index + match[0].length, keep: 3 });
  for (const [form, looksRight] of MARKED) {
    for (const match of text.matchAll(form)) {
      const secret = match[1] ?? '';
      const end = match.index + match[0].length;
      if (looksRight(secret) && !secret.includes(MASK) && !text.startsWith(MASK, end))
        found.push({ start: end - secret.length, end, keep: 0 });
    }
  }
  return found;
}

/** `sshpass -p …`, `mysql -u root -p…`: the letter means a port or a folder to other programs. */
const ASKS_FOR_PASSWORD = /(?<![\w-])(?:sshpass|docker login|mysql|mysqldump|mariadb|mongosh?|ldapsearch)(?![\w-])/;
const SHORT_FLAG = /(?<=\s)-[pw][ \t]{0,2}["']?([^\s"'-][^\s"']{3,200})/g;
const LONGEST_LINE = 400;

export function passwordFlags(text: string): readonly FoundSecret[] {
  if (!ASKS_FOR_PASSWORD.test(text)) return [];
  const found: FoundSecret[] = [];
  let start = 0;
  for (const whole of text.split('\n')) {
    const line = whole.slice(0, LONGEST_LINE);
    for (const match of ASKS_FOR_PASSWORD.test(line) ? line.matchAll(SHORT_FLAG) : []) {
      const secret = match[1] ?? '';
      const end = start + match.index + match[0].length;
      if (/[\d!-/]/.test(secret) && !standsForSecret(secret) && !secret.includes(MASK) && !text.startsWith(MASK, end))
        found.push({ start: end - secret.length, end, keep: 0 });
    }
    start += whole.length + 1;
  }
  return found;
}

/** The secret half of some keys has no mark of its own: 40 mixed letters near Amazon's public half, 32 hexadecimal ones near Twilio's. */
const HALVES: readonly (readonly [publicHalf: RegExp, secretHalf: RegExp])[] = [
  [/(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])/g, /(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g],
  [/(?<![A-Za-z0-9])AC[0-9a-f]{32}(?![A-Za-z0-9])/g, /(?<![A-Za-z0-9])[0-9a-f]{32}(?![A-Za-z0-9])/g],
];
const NEAR = 240;

export function secretHalves(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const [publicHalf, secretHalf] of HALVES) {
    let done = 0;
    for (const match of text.matchAll(publicHalf)) {
      const from = Math.max(done, match.index + match[0].length);
      const to = match.index + match[0].length + NEAR;
      if (from >= to) continue;
      for (const half of text.slice(from, to).matchAll(secretHalf)) {
        if (half[0].length === 32 || isMixed(half[0]))
          found.push({ start: from + half.index, end: from + half.index + half[0].length, keep: 0 });
      }
      done = to - 41;
    }
  }
  return found;
}
