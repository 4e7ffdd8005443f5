import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { people } from '../../synapse/residents.ts';
import { agentIds, EXECUTOR_SOCKET, ExecutorHealth, type ExecutorSettings } from '../protocol/executor-settings.ts';
import type { RoomId } from '../protocol/ids.ts';
import { homeserverUrl, log, nodeProgram, own, withoutAbsent, type LaunchContext } from './parts.ts';
import { redisUrl } from './redis.ts';
import { ensureRules, publishLendings } from './instance/rules-folder.ts';
import type { PartPlan } from './supervision/supervisor.ts';

const ENTRY = 'executor/main.ts';

export const executorExists = (context: LaunchContext): boolean => existsSync(join(context.project, ENTRY));

/** No AI key and no token of the appservice is in its environment: it is told of its own account and its own queues. */
export function executorPlan(context: LaunchContext, rooms: () => { hq: RoomId; ops: RoomId }): PartPlan {
  const folder = context.folder('executor');
  const { settings } = context.loaded;
  const owner = context.accounts?.executor;
  const who = people(settings.CHAVION_SERVER_NAME);
  const rules = ensureRules(context.instance, context.paths, owner);
  publishLendings(rules, context.folder('swarm'), context.accounts?.swarm);
  return {
    part: 'executor',
    ...nodeProgram({ separated: context.accounts !== undefined, project: context.project }, ENTRY),
    environment: () => ({
      ...own(context, 'executor', folder),
      ...withoutAbsent({
        CHAVION_HOMESERVER_URL: homeserverUrl(context),
        CHAVION_EXECUTOR_USER: who.executor,
        CHAVION_EXECUTOR_PASSWORD: context.secrets.passwords.executor,
        CHAVION_REDIS_URL: redisUrl('executor', context.secrets.redis.executor, settings.CHAVION_REDIS_PORT),
        CHAVION_ADMIN_USER: who.admin,
        CHAVION_AGENTS: agentIds(context.loaded.roster),
        CHAVION_HQ_ROOM: rooms().hq,
        CHAVION_OPS_ROOM: rooms().ops,
        CHAVION_LANG: settings.CHAVION_LANG,
        CHAVION_TZ: settings.CHAVION_TZ,
        CHAVION_EXECUTOR_FOLDER: folder,
        CHAVION_RULES_FOLDER: rules,
        // It needs root to read its modules and to be given its part of the cgroups, and gives it up before anything else.
        CHAVION_DROP_TO: owner && `${owner.uid}:${owner.gid}`,
      } satisfies Record<keyof ExecutorSettings, string | undefined>),
    }),
    log: log(context, 'executor'),
    answers: () => executorAnswers(folder),
    alive: () => executorAnswers(folder),
    graceMs: 15_000,
  };
}

/** `/alive`: it lives and knows how it is, be it that it stands still. `/health`: it takes orders. */
export const executorAnswers = async (folder: string, path: '/alive' | '/health' = '/alive'): Promise<boolean> =>
  (await asked(folder, path))?.ok === true;

/** What the executor says of itself; undefined where it does not answer. */
export async function executorHealth(folder: string): Promise<ExecutorHealth | undefined> {
  const answer = await asked(folder, '/alive');
  return answer === undefined ? undefined : ExecutorHealth.safeParse(json(answer.body)).data;
}

/** A socket that is open and silent is no answer. */
function asked(folder: string, path: string): Promise<{ readonly ok: boolean; readonly body: string } | undefined> {
  return new Promise((resolve) => {
    request({ socketPath: join(folder, EXECUTOR_SOCKET), path, signal: AbortSignal.timeout(2_000) }, (response) => {
      text(response).then(
        (body) => resolve({ ok: response.statusCode === 200, body }),
        () => resolve(undefined),
      );
    })
      .once('error', () => resolve(undefined))
      .end();
  });
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
