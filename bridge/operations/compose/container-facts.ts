import { statfs } from 'node:fs/promises';
import { z } from 'zod';
import type { HomeserverClient } from '../../../synapse/client.ts';
import type { InstanceFacts } from '../admin/reports.ts';
import { folderBytes } from '../folder-bytes.ts';
import { projectVersion } from '../versions.ts';

export interface ContainerFactsDeps {
  readonly project: string;
  /** The volume of its own. */
  readonly state: string;
  readonly api: string;
  readonly client: HomeserverClient;
  readonly token: () => string;
}

const Media = z.object({ users: z.array(z.object({ media_length: z.int() })) });
const Version = z.object({ server_version: z.string() });
const Ready = z.object({ parts: z.record(z.string(), z.boolean()) });
const Users = z.object({ total: z.int() });

/** What the container `desk` can see: its own volume, and what homeserver and swarm tell. Of the others no volume is open to it. */
export function containerFacts({ project, state, api, client, token }: ContainerFactsDeps): InstanceFacts {
  return {
    place: 'containers',
    async disk() {
      const { users } = await client.call('GET', '/_synapse/admin/v1/statistics/users/media', Media, {
        token: token(),
        query: { limit: '1000', order_by: 'media_length', dir: 'b' },
      });
      // The engine keeps all volumes on one disk.
      const { bavail, bsize } = await statfs(state);
      const media = users.reduce((sum, one) => sum + one.media_length, 0);
      return {
        used: [
          ['media', media],
          ['desk', await folderBytes(state)],
          ['postgres', null],
          ['redis', null],
          ['executor', null],
        ],
        free: bavail * bsize,
      };
    },
    async versions() {
      const [chavion, { server_version }] = await Promise.all([
        projectVersion(project, {}),
        client.call('GET', '/_synapse/admin/v1/server_version', Version, { token: token() }),
      ]);
      return [
        ['Chavion', chavion],
        ['Synapse', server_version],
        ['Node', process.versions.node],
        ['PostgreSQL', null],
        ['Redis', null],
        ['Caddy', null],
        ['bubblewrap', null],
      ];
    },
    lastBackup: () => null,
    async health() {
      const [database, parts] = await Promise.all([
        // A list of accounts comes from the database and from nowhere else.
        client.call('GET', '/_synapse/admin/v2/users', Users, { token: token(), query: { limit: '1' }, tries: 1 }).then(
          () => true,
          () => false,
        ),
        partsSeenFrom(api),
      ]);
      // What the swarm sees of others is lost with it.
      const told = (name: string) => (parts?.[name] === undefined ? null : parts[name] ? 'up' : 'silent');
      const swarm = parts === undefined ? 'silent' : 'up';
      return [
        ['synapse', database ? 'up' : 'silent'],
        ['postgres', database ? 'up' : null],
        ['redis', told('redis')],
        ['swarm', swarm],
        ['executor', told('executor')],
        ['caddy', null],
        ['element', null],
        ['synapse-admin', null],
      ];
    },
  };
}

/** 503 is an answer too: it lists who does not work. Undefined where there is none. */
async function partsSeenFrom(api: string): Promise<Readonly<Record<string, boolean>> | undefined> {
  try {
    const response = await fetch(new URL('/ready', api), { signal: AbortSignal.timeout(8_000) });
    return Ready.parse(await response.json()).parts;
  } catch {
    return undefined;
  }
}
