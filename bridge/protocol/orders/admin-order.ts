import { behind, halfWidth } from './order-words.ts';

/** `!admin` as a master writes it, read the same way by whoever reads it. Pure. */

export type AdminOrder =
  /** Alone it explains itself. */
  | { readonly kind: 'help' }
  | { readonly kind: AdminReport }
  | { readonly kind: 'invite'; readonly name: string }
  /** `sure`: said twice, as it takes to remove oneself. */
  | { readonly kind: 'remove'; readonly name: string; readonly sure: boolean }
  | { readonly kind: 'unknown'; readonly word: string };

/** What only looks. */
export type AdminReport = 'users' | 'rooms' | 'disk' | 'versions' | 'backup' | 'health';

type Known = AdminReport | 'help' | 'invite' | 'remove';

const WORDS: ReadonlyMap<string, Known> = new Map<string, Known>([
  ['help', 'help'],
  ['도움', 'help'],
  ['도움말', 'help'],
  ['users', 'users'],
  ['사람', 'users'],
  ['사용자', 'users'],
  ['invite', 'invite'],
  ['초대', 'invite'],
  ['remove', 'remove'],
  ['제거', 'remove'],
  ['내보내기', 'remove'],
  ['rooms', 'rooms'],
  ['방', 'rooms'],
  ['disk', 'disk'],
  ['디스크', 'disk'],
  ['versions', 'versions'],
  ['version', 'versions'],
  ['버전', 'versions'],
  ['backup', 'backup'],
  ['백업', 'backup'],
  ['health', 'health'],
  ['status', 'health'],
  ['상태', 'health'],
]);

const SURE = new Set(['확인', 'yes', 'sure']);

/** Null where the text is no `!admin` at all. */
export function parseAdmin(body: string): AdminOrder | null {
  const words = behind(body, 'admin', '관리');
  if (words === null) return null;
  const [word = '', name = '', ...more] = halfWidth(words).split(/\s+/u);
  const kind = WORDS.get(word.toLowerCase());
  if (word === '') return { kind: 'help' };
  if (kind === undefined) return { kind: 'unknown', word: word.slice(0, 40) };
  if (kind === 'invite')
    return more.length === 0 ? { kind, name } : { kind: 'unknown', word: more.join(' ').slice(0, 40) };
  if (kind === 'remove') {
    const sure = more.length === 1 && SURE.has(more[0]?.toLowerCase() ?? '');
    return more.length === 0 || sure ? { kind, name, sure } : { kind: 'unknown', word: more.join(' ').slice(0, 40) };
  }
  return name === '' ? { kind } : { kind: 'unknown', word: name.slice(0, 40) };
}
