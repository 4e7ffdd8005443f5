import { MASK } from '../../text/mask.ts';
import type { FoundSecret } from './secret-keys.ts';

/** Addresses that are keys themselves: whoever knows them writes into somebody's room. `keep` is what stands before the secret part. */
const WEBHOOKS: readonly RegExp[] = [
  /(hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{16,200}/g,
  /((?:discord|discordapp)\.com\/api\/(?:v\d{1,2}\/)?webhooks\/)\d{10,25}\/[A-Za-z0-9_-]{20,200}/g,
  /(\.webhook\.office\.com\/)[A-Za-z0-9@/_-]{40,400}/g,
  /(hooks\.zapier\.com\/hooks\/catch\/)[A-Za-z0-9/]{8,100}/g,
  /(hook\.(?:[a-z0-9]{2,4}\.)?make\.com\/)[A-Za-z0-9]{20,100}/g,
  /(maker\.ifttt\.com\/trigger\/[A-Za-z0-9_-]{1,60}\/(?:json\/)?with\/key\/)[A-Za-z0-9_-]{10,100}/g,
  // Of Korea: Jandi, Dooray, KakaoWork.
  /(wh\.jandi\.com\/connect-api\/webhook\/)[A-Za-z0-9/]{16,200}/g,
  /(hook\.dooray\.com\/services\/)[A-Za-z0-9/_-]{16,200}/g,
  /(api\.kakaowork\.com\/v1\/bots\/webhook\/|kakaowork\.com\/bots\/hook\/)[A-Za-z0-9_-]{16,200}/g,
  /(chat\.googleapis\.com\/v1\/spaces\/[A-Za-z0-9_-]{1,60}\/messages\?)[A-Za-z0-9=&_%.-]{20,300}/g,
];

/** What says in a query that the value is for one alone to know. */
const QUERY =
  /[?&#;](?:access_?token|auth_?token|id_token|refresh_?token|token|api_?key|apikey|key|service_?key|secret(?:_?key)?|client_?secret|password|passwd|pwd|pass|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|auth|session_?id|appid|code)=([^\s&#"'<>`)\]}가-힣]{1,600})/gi;

/** `scheme://user:password@host`, of every scheme. */
const USER_INFO =
  /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,30}:\/\/([^\s/?#:@"'<>`]{0,100}):([^\s/?#@"'<>`]{1,200}(?:@[^\s/?#@"'<>`:]{1,60}(?=@))?)@[A-Za-z0-9[]/gi;

const STANDS_FOR =
  /^(?:x{2,}|\*{2,}|\.{2,}|your[-_]?.*|my[-_]?(?:password|token|key).*|pass(?:word)?|passwd|pwd|secret|token|key|user|example.*|changeme|[$%{<[].*|:.*)$/i;

/** `host.example:443@other`: a host and its port in the place of a user, a well-known trick with addresses and no password. */
const isHostAndPort = (user: string, value: string): boolean => /^\d{1,5}\\{0,4}$/.test(value) && user.includes('.');

/** Values that are long and mixed enough; a page's `?key=name` and `?code=200` are none. */
function isQuerySecret(name: string, value: string): boolean {
  if (STANDS_FOR.test(value)) return false;
  if (/pass|pwd/i.test(name)) return value.length >= 4;
  const long = /^(?:[?&#;])(?:key|auth|code|appid|token|sig)$/i.test(name) ? 20 : 12;
  return value.length >= long && /\d/.test(value) && /[A-Za-z]/.test(value);
}

export function secretAddresses(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const form of WEBHOOKS)
    for (const match of text.matchAll(form))
      found.push({ start: match.index, end: match.index + match[0].length, keep: match[1]?.length ?? 0 });
  for (const match of text.matchAll(QUERY)) {
    const value = match[1] ?? '';
    const start = match.index + match[0].length - value.length;
    if (isQuerySecret(match[0].slice(0, match[0].length - value.length - 1), value))
      found.push({ start, end: start + value.length, keep: 0 });
  }
  for (const match of text.matchAll(USER_INFO)) {
    const value = match[2] ?? '';
    const end = match.index + match[0].length - 2;
    if (!STANDS_FOR.test(value) && !value.includes(MASK) && !isHostAndPort(match[1] ?? '', value))
      found.push({ start: end - value.length, end, keep: 0 });
  }
  return found;
}
