import { MASK } from '../../text/mask.ts';
import type { FoundSecret } from './secret-keys.ts';
import { standsForSecret } from './secret-names.ts';

/**
 * Passwords as people say them in Korean: 비번은 1q2w3e4r이야, 암호: …, "…가 비밀번호입니다". People talk about passwords
 * far more often than they give one away, so the value has to look like one, or what follows has to hand it over.
 */
const NOUN =
  /(?:비밀\s?번호|비번|암호|패스\s?워드|패쓰워드|비밀\s?키|시크릿(?:\s?키)?|(?:API|api|액세스|인증|접속|접근)\s?(?:키|토큰)|토큰|핀\s?번호)/g;
const IS_KEY = /키$|토큰$|시크릿/;

/** Between the noun and the value; its last part says how plainly a value is announced. */
const PARTICLE = /(?:이|가|은|는|을|를|도|만)?/y;
const STRONG = /[ \t]{0,3}(?:[:=→»>-]{1,3}|[(「『[])\s{0,3}/y;
const ANNOUNCED = /(?:은|는|이|가|을|를)?[가-힣 ()]{0,14}[:=→]\s{0,3}/y;
const WEAK = /\s{1,3}/y;

const VALUE = /["'“‘`「『]?([!-~]{1,128})/y;
const ENDING =
  /^(?:["'”’`」』)]{0,2})(?:이야|야|이에요|예요|에요|이예요|입니다|임|이다|다|이고|고|인데|이라고|라고|이랑|으로|로|이래|래|이며|며|이지|이요|요|이니까|니까|을|를|은|는|이|가)/;
const END = /^(?:["'”’`」』)\].,!?~。…]{0,4})(?:\s|$|\/|·|,)/;
/** Counts and dates, not values: 8자, 2024년. */
const TALK = /^\s?(?:같은|처럼|따위|이런|식|형식|정도|말고|이상|이하|미만)/;
const NOT_A_VALUE =
  /^(?:https?:\/\/|www\.|mailto:)|^[\w.+-]{1,64}@[\w-]{1,60}\.[\w.-]{1,60}$|^0\d{1,2}-\d{3,4}-\d{4}$|^01\d{8,9}$|^\d{4}[-./]\d{1,2}[-./]\d{1,2}$|^\d{1,2}:\d{2}(?::\d{2})?$|^(?:AES|RSA|SHA|MD5|bcrypt|argon2|scrypt|pbkdf2|WPA|WEP|TLS|SSL|ECDSA|ED25519|X25519|UTF|EUC|CP949|HS256|RS256|OAuth|OTP|2FA|MFA|FIDO|iPhone|iPad|iOS|Galaxy|Windows|Android|macOS|Office|Chrome|Safari|GPT|Claude|Gemini|Python|Node|USB|HTTP)[-_.]?[\w.-]{0,12}$|^[\w-]{1,60}\.(?:txt|md|pdf|xlsx?|docx?|hwpx?|csv|json|ya?ml|env|png|jpe?g|zip|html?|js|ts|py|sh)$|^[~!@#$%^&*()_+=.,?/\\|-]+$/i;

/** How strongly the letters themselves say password. */
function shapeOf(value: string): 'mixed' | 'digits' | 'letters' {
  if (/^\d+$/.test(value)) return 'digits';
  return /^[A-Za-z][A-Za-z._-]*$/.test(value) ? 'letters' : 'mixed';
}

function handsOver(
  value: string,
  after: string,
  how: 'strong' | 'announced' | 'topic' | 'bare',
  key: boolean,
): boolean {
  if (
    value.length < 4 ||
    NOT_A_VALUE.test(value) ||
    standsForSecret(value) ||
    TALK.test(after) ||
    TALK.test(after.replace(ENDING, ''))
  )
    return false;
  const shape = shapeOf(value);
  if (key)
    return (
      value.length >= 12 &&
      shape === 'mixed' &&
      /[A-Za-z]/.test(value) &&
      /\d/.test(value) &&
      /^[\w.+/=~-]+$/.test(value)
    );
  const glued = /^[가-힣]/.test(after);
  const ending = ENDING.test(after);
  if (glued && !ending) return false;
  if (how === 'announced')
    return (
      value.length >= 6 &&
      shape === 'mixed' &&
      /\d/.test(value) &&
      /[A-Za-z]/.test(value) &&
      !/^[A-Z]{1,4}-?\d{2,6}$/.test(value)
    );
  if (shape === 'mixed') return how === 'strong' || value.length >= 6 || ending || END.test(after);
  if (shape === 'digits') return value.length <= 16 && (how !== 'bare' || !/^(?:19|20)\d{2}$/.test(value) || ending);
  const given = ending && !/^["'”’`」』)]{0,2}(?:을|를|은|는|이|가|로|으로)(?![야에예])/.test(after);
  return how === 'strong' || how === 'topic' ? given || /^["'”’`」』)\].!~]{0,3}\s*(?:\n|$)/.test(after) : given;
}

export function spokenSecrets(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const match of text.matchAll(NOUN)) {
    const noun = match[0];
    const at = match.index + noun.length;
    const key = IS_KEY.test(noun.replace(/\s/g, ''));
    PARTICLE.lastIndex = at;
    const particle = PARTICLE.exec(text)?.[0] ?? '';
    const behind = at + particle.length;
    const read = (separator: RegExp, from: number, how: 'strong' | 'announced' | 'topic' | 'bare'): boolean => {
      separator.lastIndex = from;
      if (!separator.test(text)) return false;
      VALUE.lastIndex = separator.lastIndex;
      const raw = VALUE.exec(text);
      const value = (raw?.[1] ?? '').replace(/["'`)\].,!?;]{1,6}$/, (end) => (/^[!?]+$/.test(end) ? end : ''));
      const start = VALUE.lastIndex - (raw?.[1]?.length ?? 0);
      const after = text.slice(start + value.length, start + value.length + 24);
      if (value === '' || after.startsWith(MASK) || !handsOver(value, after, how, key)) return false;
      found.push({ start, end: start + value.length, keep: 0 });
      return true;
    };
    if (
      read(STRONG, behind, 'strong') ||
      read(WEAK, behind, particle === '' ? 'bare' : 'topic') ||
      read(ANNOUNCED, at, 'announced') ||
      key
    )
      continue;
    const before = saidBefore(text, match.index, at);
    if (before !== null) found.push(before);
  }
  return found;
}

const LONGEST_LEAD = 84;

/** "qwer1234!가 비번이야": the value stands in front. */
function saidBefore(text: string, noun: number, behind: number): FoundSecret | null {
  if (!/^(?:이야|야|이에요|예요|에요|입니다|임|이다|다(?![가-힣])|이고|인데)/.test(text.slice(behind, behind + 4)))
    return null;
  const lead = text.slice(Math.max(0, noun - LONGEST_LEAD), noun);
  if (!lead.endsWith(' ')) return null;
  const words = lead.trimEnd().split(' ');
  // 1234가 우리 집 비번이야.
  while (words.length > 1 && /^[가-힣]{1,6}$/.test(words.at(-1) ?? '')) words.pop();
  const word = (words.at(-1) ?? '').split('\n').at(-1) ?? '';
  const value = (/^[!-~]{1,64}/.exec(word)?.[0] ?? '').replace(/^["'`]/, '').replace(/["'`]$/, '');
  if (value.length < 4 || !/^["'”’`“‘]?(?:이|가|은|는)?$/.test(word.slice(word.indexOf(value) + value.length)))
    return null;
  if (NOT_A_VALUE.test(value) || standsForSecret(value) || shapeOf(value) === 'letters') return null;
  const start = text.lastIndexOf(value, noun);
  return { start, end: start + value.length, keep: 0 };
}
