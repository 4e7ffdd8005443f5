import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { callerOf } from './guard.ts';
import type { Operations } from './operations.ts';
import { refusals } from './problem-responses.ts';
import { CommandIn, JobId, JobView } from './schemas.ts';

export function executorRoutes(app: FastifyInstance, operations: Operations): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.post(
    '/api/executor/command',
    {
      config: { scope: 'execute' },
      schema: {
        operationId: 'runCommand',
        summary: 'Ask to run a command on the server',
        description:
          'Runs in a sandbox, and only after the master has allowed this very command in the room, in every mode. Poll the job for what came of it.',
        body: CommandIn,
        response: { 202: JobView, ...refusals(400, 401, 403, 409, 413, 422, 429) },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await operations.order(callerOf(request), request.body, request.seed)),
  );
  routes.get(
    '/api/executor/jobs/:id',
    {
      schema: {
        operationId: 'getJob',
        summary: 'What came of a command',
        params: JobId,
        response: { 200: JobView, ...refusals(400, 401, 403, 404, 429) },
      },
    },
    async (request) => operations.job(request.params.id),
  );
}
