import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { agentApiHelp } from '../text/room/agent-api-help.ts';
import type { Metrics } from './metrics.ts';
import type { Operations } from './operations.ts';
import { ApiProblem } from './problems.ts';
import { HealthOut, ReadyOut } from './schemas.ts';
import { type ApiDeps, langOf } from './api-deps.ts';

/** Redis holds a question until it is back: whoever watches wants to hear that it is away. */
const PATIENCE_MS = 3_000;
const within = async <T>(asked: Promise<T>, otherwise: T): Promise<T> =>
  Promise.race([asked.catch(() => otherwise), sleep(PATIENCE_MS, otherwise, { ref: false })]);

/** What anybody may ask: whether it lives, how it is used, how to use it. */
export function statusRoutes(
  app: FastifyInstance,
  deps: Pick<ApiDeps, 'port' | 'board' | 'url' | 'onlyHere' | 'ownNetwork' | 'observed' | 'keys'> & {
    readonly metrics: Metrics;
    readonly operations: Operations;
  },
): void {
  const { port, board, metrics, observed } = deps;
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.get(
    '/health',
    {
      schema: {
        operationId: 'health',
        summary: 'Whether this process lives; ready, whether it can work too',
        security: [],
        response: { 200: HealthOut },
      },
    },
    async () => ({ ready: await within(port.health(), false) }),
  );

  routes.get(
    '/ready',
    {
      schema: {
        operationId: 'ready',
        summary: 'Whether every part does its work, and which does not',
        security: [],
        response: { 200: ReadyOut, 503: ReadyOut },
      },
    },
    async (_request, reply) => {
      const parts = {
        redis: await within(port.health(), false),
        ...(await within<Readonly<Record<string, boolean>>>(observed?.parts() ?? Promise.resolve({}), {
          parts: false,
        })),
      };
      const ready = Object.values(parts).every(Boolean);
      return reply.code(ready ? 200 : 503).send({ ready, parts });
    },
  );

  routes.get('/help', { schema: { hide: true } }, async (request, reply) =>
    reply
      .type('text/plain; charset=utf-8')
      .header('vary', 'accept-language')
      .send(agentApiHelp[langOf(request, port.lang)](deps.url, deps.onlyHere === true)),
  );

  routes.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    await watcher(request, deps);
    const items: Record<string, number> = {};
    for (const { state } of await within(board.list(2_000), [])) items[state] = (items[state] ?? 0) + 1;
    const online = port.presence().filter((one) => one.outside && one.online).length;
    const figures = observed === undefined ? undefined : await within(observed.figures(), undefined);
    return reply.type(metrics.contentType).send(await metrics.text({ online, board: items, figures }));
  });

  routes.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

/** Who may see how much the house spends and does: this machine, the network of its containers, or whoever has a key. */
async function watcher(
  request: FastifyRequest,
  { keys, ownNetwork }: Pick<ApiDeps, 'keys' | 'ownNetwork'>,
): Promise<void> {
  // A proxy in front speaks for strangers.
  const relayed = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
  const near = ownNetwork === true || /^(?:::1|(?:::ffff:)?127\..*)$/.test(request.socket.remoteAddress ?? '');
  if (near && !relayed) return;
  const key = /^bearer\s+(\S+)$/i.exec((request.headers.authorization ?? '').trim())?.[1];
  if (key === undefined) throw new ApiProblem('auth.missing');
  if ((await keys.caller(key)) === null) throw new ApiProblem('auth.wrong');
}
