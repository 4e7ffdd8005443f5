import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { doorHelp } from '../text/door-help.ts';
import type { Meters } from './meters.ts';
import type { Operations } from './operations.ts';
import { HealthOut } from './schemas.ts';
import { type DoorDeps, langOf } from './door-deps.ts';

/** What anybody may ask: whether it lives, how it is used, how to use it. */
export function statusRoutes(app: FastifyInstance, deps: Pick<DoorDeps, 'house' | 'board' | 'url'> & { readonly meters: Meters; readonly operations: Operations }): void {
  const { house, board, meters } = deps;
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.get('/health', { schema: { operationId: 'health', summary: 'Whether the house answers', security: [], response: { 200: HealthOut, 503: HealthOut } } }, async (_request, reply) => {
    const ready = await house.health().catch(() => false);
    return reply.code(ready ? 200 : 503).send({ ready });
  });

  routes.get('/help', { schema: { hide: true } }, async (request, reply) => reply.type('text/plain; charset=utf-8').header('vary', 'accept-language').send(doorHelp[langOf(request, house.lang)](deps.url)));

  routes.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const tasks: Record<string, number> = {};
    for (const { state } of await board.list(2_000)) tasks[state] = (tasks[state] ?? 0) + 1;
    const online = house.presence().filter((one) => one.outside && one.online).length;
    return reply.type(meters.contentType).send(await meters.text({ online, tasks }));
  });

  routes.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
