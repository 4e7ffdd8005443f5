import { ApiScope } from '../../bridge/protocol/agent-api.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';

/** What stands behind `!agent`. Pure. */
export type AgentWish =
  | { readonly kind: 'usage' }
  | { readonly kind: 'list' }
  | { readonly kind: 'add'; readonly name: string; readonly id: AgentId | null }
  | { readonly kind: 'remove' | 'rotate'; readonly who: string }
  /** What its key is to allow from now on. */
  | { readonly kind: 'scope'; readonly who: string; readonly scopes: readonly ApiScope[] }
  | { readonly kind: 'bad-name'; readonly word: string };

const VERBS: ReadonlyMap<string, 'add' | 'remove' | 'rotate' | 'scope' | 'list'> = new Map([
  ['add', 'add'],
  ['추가', 'add'],
  ['invite', 'add'],
  ['remove', 'remove'],
  ['삭제', 'remove'],
  ['내보내기', 'remove'],
  ['rotate', 'rotate'],
  ['새열쇠', 'rotate'],
  ['교체', 'rotate'],
  ['scope', 'scope'],
  ['scopes', 'scope'],
  ['권한', 'scope'],
  ['list', 'list'],
  ['목록', 'list'],
]);

const SCOPES: ReadonlyMap<string, readonly ApiScope[]> = new Map<string, readonly ApiScope[]>([
  ...ApiScope.options.map((scope) => [scope, [scope]] as const),
  ['읽기', ['read']],
  ['말하기', ['speak']],
  ['임무', ['tasks']],
  ['실행', ['execute']],
  ['all', ApiScope.options],
  ['전부', ApiScope.options],
]);

/** Letters, digits and a little between: a name is called in sentences, and stands in tables. */
const NAME = /^[\p{L}][\p{L}\p{N} ._-]{0,39}$/u;

/** `!초대 스카우트 scout` needs no verb; what is left over behind the name in Latin letters is the id. */
export function agentWish(words: string): AgentWish {
  const parts = words
    .normalize('NFC')
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '');
  const [head = ''] = parts;
  if (head === '') return { kind: 'usage' };
  const verb = VERBS.get(head.toLowerCase());
  const rest = verb === undefined ? parts : parts.slice(1);
  if (verb === 'list') return { kind: 'list' };
  if (rest.length === 0) return { kind: 'usage' };
  if (verb === 'remove' || verb === 'rotate') return { kind: verb, who: rest.join(' ').replace(/^@/u, '') };
  return verb === 'scope' ? scoped(rest) : named(rest);
}

/** Looking and listening is part of all of them: who may not even that is put out instead. */
function scoped(words: readonly string[]): AgentWish {
  const end = words.findLastIndex((word) => !SCOPES.has(word.toLowerCase())) + 1;
  const given = new Set(words.slice(end).flatMap((word) => SCOPES.get(word.toLowerCase()) ?? []));
  if (end === 0 || given.size === 0) return { kind: 'usage' };
  return {
    kind: 'scope',
    who: words.slice(0, end).join(' ').replace(/^@/u, ''),
    scopes: ApiScope.options.filter((scope) => scope === 'read' || given.has(scope)),
  };
}

function named(words: readonly string[]): AgentWish {
  const last = words.at(-1) ?? '';
  const given = words.length > 1 ? AgentId.safeParse(last) : undefined;
  const name = (given?.success === true ? words.slice(0, -1) : words).join(' ').replace(/^@/u, '');
  if (!NAME.test(name)) return { kind: 'bad-name', word: name.slice(0, 60) };
  return { kind: 'add', name, id: given?.data ?? idFrom(name) };
}

/** Of a name in Latin letters; null for others, which get a number. */
function idFrom(name: string): AgentId | null {
  if (/[^\p{ASCII}]/u.test(name)) return null;
  return AgentId.safeParse(name.toLowerCase().replace(/[ .]+/g, '-')).data ?? null;
}

/** The first of `guest1`, `guest2`… that nobody has. */
export function freeId(taken: (id: string) => boolean): AgentId {
  for (let number = 1; ; number += 1) if (!taken(`guest${number}`)) return AgentId.parse(`guest${number}`);
}
