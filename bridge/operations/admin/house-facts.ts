import { join } from 'node:path';
import { z } from 'zod';
import { HomeserverClient } from '../../../synapse/client.ts';
import { installEnvironment } from '../../config/environment.ts';
import { PARTS } from '../../launcher/instance/accounts.ts';
import { disksOf, instancePlaces } from '../../launcher/disk/disks.ts';
import { versionOf } from '../../launcher/instance/distribution.ts';
import { executorAnswers, executorHealth } from '../../launcher/executor-part.ts';
import { stateRoot } from '../../launcher/instance/instance.ts';
import { homeserverUrl } from '../../launcher/parts.ts';
import { redisNumber } from '../../launcher/instance/prerequisites.ts';
import type { OpenInstance } from '../../launcher/start.ts';
import { lastBackup } from '../backup.ts';
import { folderBytes } from '../folder-bytes.ts';
import { projectVersion } from '../versions.ts';
import type { InstanceFacts } from './reports.ts';

const Version = z.object({ server_version: z.string() });

/** What the launcher's machine knows of the open house. */
export function instanceFacts(house: OpenInstance): InstanceFacts {
  const { paths, instance, environment, project } = house;
  const root = stateRoot(instance, paths);
  return {
    place: 'machine',
    async disk() {
      const folders = [
        ...PARTS.map((part) => [part, join(root, part)] as const),
        ['backups', paths.backups] as const,
        ['logs', paths.logs] as const,
      ];
      const used = await Promise.all(folders.map(async ([name, folder]) => [name, await folderBytes(folder)] as const));
      const disks = await disksOf(instancePlaces(instance, paths, environment));
      const watched = (await executorHealth(house.folder('executor')))?.watched;
      return { used, free: disks[0]?.free ?? 0, disks, ...(watched === undefined ? {} : { watched }) };
    },
    async versions() {
      const env = installEnvironment(environment);
      const [chavion, synapse, redis, bubblewrap] = await Promise.all([
        projectVersion(project, environment),
        new HomeserverClient(homeserverUrl(house))
          .call('GET', '/_synapse/admin/v1/server_version', Version, { token: house.secrets.adminToken })
          .then(({ server_version }) => server_version),
        versionOf('redis-server', env),
        versionOf('bwrap', env),
      ]);
      return [
        ['Chavion', chavion],
        ['Synapse', synapse],
        ['Redis', redisNumber(redis ?? '')],
        ['Node', process.versions.node],
        ['bubblewrap', bubblewrap?.replace(/^\D+/, '') ?? '-'],
      ];
    },
    lastBackup: () => lastBackup(paths),
    health: () =>
      Promise.all(
        PARTS.map(async (part) => {
          const up = await house.answers(part);
          // It lives and stands still: its own affair, told in the ops room.
          const halted = part === 'executor' && up && !(await executorAnswers(house.folder('executor'), '/health'));
          return [part, halted ? 'halted' : up ? 'up' : 'silent'] as const;
        }),
      ),
  };
}
