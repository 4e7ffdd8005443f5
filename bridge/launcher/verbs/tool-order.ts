import { ServerName } from '../../protocol/outside-commands.ts';
import { HostPort, LentUse } from '../../protocol/command-fields.ts';
import { ServerToolName, ToolConnection } from '../../protocol/tools/tool-servers.ts';

/** A server as the owner writes it down. */
export interface ToolWish {
  readonly name: ServerName;
  readonly connection: ToolConnection;
  readonly trustReading: boolean;
  readonly only: readonly string[] | undefined;
  /** What stands behind the header's name; undefined where it is to be asked for, unseen. */
  readonly secret: string | undefined;
}

export type ToolOrder =
  | { readonly kind: 'list' }
  | { readonly kind: 'remove' | 'accept'; readonly name: ServerName }
  | { readonly kind: 'add'; readonly wish: ToolWish };

/** What is wrong, as the word that is. */
export interface NoToolOrder {
  readonly kind: 'bad';
  /** Undefined: it is none of the forms at all. */
  readonly word: string | undefined;
}

const bad = (word?: string): NoToolOrder => ({ kind: 'bad', word });

export function parseToolOrder([verb = 'list', name = '', ...rest]: readonly string[]): ToolOrder | NoToolOrder {
  if (verb === 'list') return name === '' ? { kind: 'list' } : bad(name);
  if (verb !== 'add' && verb !== 'remove' && verb !== 'accept') return bad(verb);
  if (name === '') return bad();
  const named = ServerName.safeParse(name);
  if (!named.success) return bad(name);
  if (verb === 'add') return added(named.data, rest);
  return rest.length === 0 ? { kind: verb, name: named.data } : bad(rest[0]);
}

/** Flags stand before the command; whatever comes behind it is the command's own. */
function added(name: ServerName, words: readonly string[]): ToolOrder | NoToolOrder {
  const hosts: HostPort[] = [];
  const lent: LentUse[] = [];
  let url: string | undefined;
  let argv: readonly string[] = [];
  let header: { readonly name: string; readonly value: string | undefined } | undefined;
  let only: readonly string[] | undefined;
  let trustReading = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const value = words[at + 1] ?? '';
    if (word === '--trust-reading') trustReading = true;
    else if (word === '--host') {
      const host = HostPort.safeParse(value);
      if (!host.success) return bad(`--host ${value}`);
      hosts.push(host.data);
      at += 1;
    } else if (word === '--folder') {
      const [, folder = '', access = 'ro'] = /^([^:]*)(?::(ro|rw))?$/.exec(value) ?? [];
      const use = LentUse.safeParse({ name: folder.replace(/^\/lent\//, ''), access });
      if (!use.success) return bad(`--folder ${value}`);
      lent.push(use.data);
      at += 1;
    } else if (word === '--header') {
      const [, field = '', secret] = /^([A-Za-z0-9-]{1,64})(?::\s{0,8}([\x21-\x7e][\x20-\x7e]*))?$/.exec(value) ?? [];
      if (field === '') return bad('--header');
      header = { name: field, value: secret };
      at += 1;
    } else if (word === '--pick') {
      only = value.split(',').filter((one) => one !== '');
      if (only.length === 0 || !only.every((one) => ServerToolName.safeParse(one).success))
        return bad(`--pick ${value}`);
      at += 1;
    } else if (/^[a-z]+:\/\//i.test(word) && !/^https?:/i.test(word)) return bad(word);
    else if (/^https?:\/\//i.test(word) && url === undefined) url = word;
    else if (word === '--') {
      argv = words.slice(at + 1);
      break;
    } else if (word.startsWith('--')) return bad(word);
    else {
      argv = words.slice(at);
      break;
    }
  }
  if ((url === undefined) === (argv.length === 0)) return bad(argv[0]);
  const connection = ToolConnection.safeParse(
    url === undefined
      ? { kind: 'stdio', argv: [...argv], hosts, lent }
      : { kind: 'http', url, ...(header === undefined ? {} : { header: header.name }) },
  );
  if (!connection.success) return bad(url ?? argv.join(' '));
  if (url === undefined && header !== undefined) return bad('--header');
  if (url !== undefined && hosts.length + lent.length > 0) return bad(hosts.length > 0 ? '--host' : '--folder');
  return { kind: 'add', wish: { name, connection: connection.data, trustReading, only, secret: header?.value } };
}
