import { behind, halfWidth } from './order-words.ts';

/** `!admin` as a master writes it, read the same way by whoever reads it. Pure. */

export type AdminOrder =
  /** Alone it explains itself. */
  | { readonly kind: 'help' }
  | { readonly kind: AdminReport }
  | { readonly kind: 'invite'; readonly name: string }
  /** `sure`: said twice, as it takes to remove oneself. */
  | { readonly kind: 'remove'; readonly name: string; readonly sure: boolean }
  /** The executor's: what commands have left on the disk, and what of it is to go. */
  | { readonly kind: 'workspaces'; readonly clear: WorkspaceChoice | null }
  | { readonly kind: 'unknown'; readonly word: string };

/** `code`: the beginning of one's name, as the list shows it. `days`: all that nobody has worked in for as long. */
export type WorkspaceChoice = { readonly code: string } | { readonly days: number };

/** What only looks. */
export type AdminReport = 'users' | 'rooms' | 'disk' | 'versions' | 'backup' | 'health';

type Known = AdminReport | 'help' | 'invite' | 'remove' | 'workspaces';

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
  ['workspaces', 'workspaces'],
  ['workspace', 'workspaces'],
  ['작업공간', 'workspaces'],
  ['작업폴더', 'workspaces'],
  ['health', 'health'],
  ['status', 'health'],
  ['상태', 'health'],
]);

const SURE = new Set(['확인', 'yes', 'sure']);

/** Null where the text is no `!admin` at all. */
export function parseAdmin(body: string): AdminOrder | null {
  const words = behind(body, 'admin', '관리');
  if (words === null) return null;
  const [word = '', name = '', ...more] = halfWidth(words)
    .replace(/^작업 (?=공간|폴더)/u, '작업')
    .split(/\s+/u);
  const kind = WORDS.get(word.toLowerCase());
  if (word === '') return { kind: 'help' };
  if (kind === undefined) return { kind: 'unknown', word: word.slice(0, 40) };
  if (kind === 'workspaces') {
    if (name === '') return { kind, clear: null };
    const clear = CLEAR.has(name.toLowerCase()) ? choiceOf(more.join('').toLowerCase()) : null;
    return clear === null ? { kind: 'unknown', word: [name, ...more].join(' ').slice(0, 40) } : { kind, clear };
  }
  if (kind === 'invite')
    return more.length === 0 ? { kind, name } : { kind: 'unknown', word: more.join(' ').slice(0, 40) };
  if (kind === 'remove') {
    const sure = more.length === 1 && SURE.has(more[0]?.toLowerCase() ?? '');
    return more.length === 0 || sure ? { kind, name, sure } : { kind: 'unknown', word: more.join(' ').slice(0, 40) };
  }
  return name === '' ? { kind } : { kind: 'unknown', word: name.slice(0, 40) };
}

const CLEAR = new Set(['비우기', '비워', '지우기', '지워', '삭제', 'clear', 'delete', 'remove']);

function choiceOf(text: string): WorkspaceChoice | null {
  const days = /^(?:(\d{1,3})일|(\d{1,2})(?:d|days?))$/.exec(text);
  const count = Number(days?.[1] ?? days?.[2] ?? 0);
  if (count > 0) return { days: count };
  return /^[0-9a-f]{4,24}$/.test(text) ? { code: text } : null;
}
