import { z } from 'zod';
import type { HomeserverClient } from '../../../synapse/client.ts';
import { KEEPER } from '../../../synapse/own-accounts.ts';
import type { OwnAccounts } from '../../../synapse/residents.ts';
import { plainLine } from '../../matrix/foreign-words.ts';
import { readableBytes } from '../../text/readable-bytes.ts';
import type { Disk } from '../../launcher/disk/disks.ts';
import { cleanName } from '../../text/clean-text.ts';
import { maskSecrets } from '../../matrix/secrets/secrets.ts';
import type { AdminReport } from '../../protocol/orders/admin-order.ts';
import type { WatchedOnly } from '../../protocol/executor-settings.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Lines, DiskPlace, Rank } from '../../text/room/admin.ts';
import { watchedText } from '../../text/room/watched.ts';

/** In the order in which they are shown; null where it cannot be seen from where the admin is. */
type Facts<T> = readonly (readonly [name: string, what: T | null])[];

/** What is known of the house; each is looked up when it is asked for. */
export interface InstanceFacts {
  readonly place: DiskPlace;
  /** In bytes. */
  readonly disk: () => Promise<{
    readonly used: Facts<number>;
    readonly free: number;
    /** Every disk of the house, where there are several. */ readonly disks?: readonly Disk[];
    readonly watched?: WatchedOnly;
  }>;
  readonly versions: () => Promise<Facts<string>>;
  /** Undefined when there is none, null where it cannot be seen. */
  readonly lastBackup: () => { readonly at: Date; readonly bytes: number } | undefined | null;
  readonly health: () => Promise<Facts<'up' | 'silent' | 'halted'>>;
}

export interface AdminReportDeps {
  readonly client: HomeserverClient;
  readonly token: string;
  readonly who: OwnAccounts;
  readonly masters: ReadonlySet<UserId>;
  readonly facts: InstanceFacts;
  readonly lines: Lines;
  /** Agents whose accounts are off. */
  readonly off: ReadonlySet<string>;
}

/** Longer lists are to be seen in Ketesa. */
const SHOWN = 30;

/** One answer to look at, Markdown. */
export async function adminReport(which: AdminReport, deps: AdminReportDeps): Promise<string> {
  const rows = await ROWS[which](deps);
  return [`**${deps.lines.title[which]}**`, ...rows.map((row) => `- ${row}`)].join('\n');
}

const ROWS: Readonly<Record<AdminReport, (deps: AdminReportDeps) => Promise<readonly string[]>>> = {
  users,
  rooms,
  disk: async ({ facts, lines }) => {
    const { used, free, disks = [], watched } = await facts.disk();
    const left =
      disks.length < 2
        ? [lines.free(readableBytes(free))]
        : disks.map((disk) => lines.freeAt(readableBytes(disk.free), disk.folders.join(', ')));
    const [seen, unseen] = split(used, 'disk', lines);
    return [
      ...seen.map(([name, bytes]) => `${lines.part(name)}: ${readableBytes(bytes)}`),
      ...left,
      ...watchedText(watched).map((said) => said[lines.lang]()),
      ...unseen,
      lines.workspaces,
    ];
  },
  versions: async ({ facts, lines }) => {
    const [seen, unseen] = split(await facts.versions(), 'versions', lines);
    return [...seen.map(([name, version]) => `${name} ${version}`), ...unseen];
  },
  backup: async ({ facts, lines }) => {
    const last = facts.lastBackup();
    if (last === null) return [lines.unseenBackup];
    return [
      last === undefined ? lines.noBackup : lines.lastBackup(Date.now() - last.at.getTime(), readableBytes(last.bytes)),
    ];
  },
  health: async ({ facts, lines }) => {
    const [seen, unseen] = split(await facts.health(), 'health', lines);
    return [
      ...seen.map(
        ([part, state]) =>
          `${lines.part(part)}: ${state === 'up' ? lines.up : state === 'halted' ? lines.halted : lines.silent(part, facts.place)}`,
      ),
      ...unseen,
    ];
  },
};

/** What is known, and the one line that says what is not. */
function split<T>(
  facts: Facts<T>,
  which: 'disk' | 'versions' | 'health',
  lines: Lines,
): readonly [seen: readonly (readonly [string, T])[], unseen: readonly string[]] {
  const names = facts.flatMap(([name, what]) => (what === null ? [name] : []));
  return [
    facts.flatMap(([name, what]) => (what === null ? [] : [[name, what] as const])),
    names.length === 0 ? [] : [lines.unseen(names, which)],
  ];
}

/** People give themselves and their rooms names, and the report stands in a room. */
const Name = z
  .string()
  .transform((name) => maskSecrets(cleanName(name)).text)
  .nullish();

const Users = z.object({
  total: z.int(),
  users: z.array(
    z.object({
      name: z.string(),
      displayname: Name,
      deactivated: z.union([z.boolean(), z.int().transform(Boolean)]),
      last_seen_ts: z.int().nullish(),
    }),
  ),
});

async function users({ client, token, who, masters, lines, off }: AdminReportDeps): Promise<readonly string[]> {
  const found = await client.call('GET', '/_synapse/admin/v2/users', Users, {
    token,
    query: { from: '0', limit: '500', guests: 'false', deactivated: 'true' },
  });
  const isAgent = (user: string) => user.startsWith('@agent_');
  const isKeeper = (user: string) => user.startsWith(`@${KEEPER}`);
  const rankOf = (user: string): Rank =>
    user === who.admin
      ? 'admin'
      : user === who.executor
        ? 'executor'
        : [...masters].some((one) => one === user)
          ? 'master'
          : 'person';
  const people = found.users.filter(({ name }) => !isAgent(name) && !isKeeper(name));
  const order: readonly Rank[] = ['master', 'person', 'executor', 'admin'];
  const rows = people
    .map((one) => ({ ...one, rank: rankOf(one.name) }))
    .toSorted((a, b) => order.indexOf(a.rank) - order.indexOf(b.rank))
    .map(({ name, displayname, rank, deactivated, last_seen_ts: seen }) => {
      const called = nameLine(isName(displayname) ? displayname : name);
      const state = deactivated
        ? lines.closed
        : rank === 'master' || rank === 'person'
          ? lines.seen(seen === null || seen === undefined ? null : Date.now() - seen)
          : null;
      return [`${called} (${name})`, lines.rank[rank], ...(state === null ? [] : [state])].join(' · ');
    });
  const away = found.users
    .filter(({ name }) => off.has(name))
    .map(({ name, displayname }) => nameLine(isName(displayname) ? displayname : name));
  return [
    ...shown(rows, lines),
    lines.agents(found.users.filter(({ name }) => isAgent(name)).length),
    ...(away.length === 0 ? [] : [lines.off(away)]),
  ];
}

const Rooms = z.object({
  total_rooms: z.int(),
  rooms: z.array(z.object({ room_id: z.string(), name: Name, joined_members: z.int() })),
});

const Members = z.object({ members: z.array(z.string()) });

async function rooms({ client, token, lines, who }: AdminReportDeps): Promise<readonly string[]> {
  const found = await client.call('GET', '/_synapse/admin/v1/rooms', Rooms, {
    token,
    query: { from: '0', limit: String(SHOWN), order_by: 'joined_members' },
  });
  const names = found.rooms.every(({ name }) => isName(name))
    ? new Map<string, string>()
    : await displayNames(client, token);
  const called = (user: string): string => nameLine(names.get(user) ?? user.slice(1).split(':')[0] ?? user);
  // A direct room has no name: it is known by who is in it, as in Element. The admin looks on and is nobody's company.
  const inside = async (room: string): Promise<string> => {
    const { members } = (await client.find(
      'GET',
      `/_synapse/admin/v1/rooms/${encodeURIComponent(room)}/members`,
      Members,
      { token },
    )) ?? { members: [] };
    const rank = (user: string): number => (user.startsWith('@agent_') || user === who.executor ? 1 : 0);
    return lines.among(
      members
        .filter((user) => user !== who.admin)
        .toSorted((a, b) => rank(a) - rank(b))
        .map(called),
    );
  };
  const rows: string[] = [];
  for (const { room_id: room, name, joined_members } of found.rooms)
    rows.push(`${isName(name) ? nameLine(name) : await inside(room)}: ${lines.members(joined_members)}`);
  return found.total_rooms > rows.length ? [...rows, lines.more(found.total_rooms - rows.length)] : rows;
}

/** Names are other people's words: one line, and nothing that Markdown takes for a mark. */
const nameLine = (name: string): string =>
  plainLine(name, 60).replace(/[\\`*[\]<>|]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|~(?=~)/gu, '\\$&');

const isName = (name: string | null | undefined): name is string =>
  name !== null && name !== undefined && name.trim() !== '';

async function displayNames(client: HomeserverClient, token: string): Promise<ReadonlyMap<string, string>> {
  const { users: all } = await client.call('GET', '/_synapse/admin/v2/users', Users, {
    token,
    query: { from: '0', limit: '500', deactivated: 'true' },
  });
  return new Map(all.flatMap(({ name, displayname }) => (isName(displayname) ? [[name, displayname] as const] : [])));
}

const shown = (rows: readonly string[], lines: Lines): readonly string[] =>
  rows.length <= SHOWN ? rows : [...rows.slice(0, SHOWN), lines.more(rows.length - SHOWN)];
