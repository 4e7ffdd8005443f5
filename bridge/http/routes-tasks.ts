import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { callerOf } from './guard.ts';
import type { Operations } from './operations.ts';
import { ApiProblem } from './problems.ts';
import { refusals } from './problem-responses.ts';
import {
  AggregateOut,
  ClaimIn,
  ClaimQuery,
  CompleteIn,
  DispatchIn,
  DispatchOut,
  ReportIn,
  ResultsOut,
  StatusOut,
  TaskId,
  TaskIn,
  TasksOut,
  TasksQuery,
  TaskView,
  TextQuery,
} from './schemas.ts';
import { roomNames } from '../text/room-names.ts';

export function taskRoutes(app: FastifyInstance, operations: Operations): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const looks = refusals(400, 401, 403, 404, 429);
  const acts = refusals(400, 401, 403, 404, 409, 413, 422, 429);
  const config = { scope: 'tasks' } as const;

  routes.post(
    '/api/tasks',
    {
      config,
      schema: {
        operationId: 'postTask',
        summary: 'Post a task',
        description: `A board task waits until an agent claims it. A swarm task is planned, voted on and carried out by all agents: it stands in ${roomNames.hq.en} as your request (r3), begins when the master says yes within a day, and from then on r3 shows the task that came of it (s12).`,
        body: TaskIn,
        response: { 201: TaskView, ...acts },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await operations.post(callerOf(request), request.body, request.seed)),
  );
  routes.get(
    '/api/tasks',
    {
      schema: {
        operationId: 'listTasks',
        summary: 'List tasks, newest first',
        querystring: TasksQuery,
        response: { 200: TasksOut, ...looks },
      },
    },
    async (request) => operations.tasks(request.query),
  );
  routes.get(
    '/api/tasks/:id',
    { schema: { operationId: 'getTask', summary: 'One task', params: TaskId, response: { 200: TaskView, ...looks } } },
    async (request) => operations.task(request.params.id),
  );
  routes.get(
    '/api/tasks/:id/status',
    {
      schema: {
        operationId: 'taskStatus',
        summary: 'How a task stands',
        params: TaskId,
        response: { 200: StatusOut, ...looks },
      },
    },
    async (request) => operations.status(request.params.id),
  );
  routes.get(
    '/api/tasks/:id/results',
    {
      schema: {
        operationId: 'taskResults',
        summary: 'What came of a task so far',
        params: TaskId,
        response: { 200: ResultsOut, ...looks },
      },
    },
    async (request) => operations.results(request.params.id),
  );
  routes.get(
    '/api/tasks/:id/aggregate',
    {
      schema: {
        operationId: 'taskAggregate',
        summary: 'Reports, commands and result of a task in one text',
        params: TaskId,
        querystring: TextQuery,
        response: { 200: AggregateOut, ...looks },
      },
    },
    async (request) => operations.aggregate(request.params.id, request.query.from),
  );
  routes.post(
    '/api/tasks/:id/claim',
    {
      config,
      schema: {
        operationId: 'claimTask',
        summary: 'Take a board task',
        description:
          'Exactly one of those who claim it has it; the others get 409 with the owner. Report within claimSeconds or it returns to the pool. Claiming your own again extends it.',
        params: TaskId,
        querystring: ClaimQuery,
        response: { 200: TaskView, ...acts },
      },
    },
    async (request) =>
      operations.claim(callerOf(request), request.params.id, request.seed, [
        request.query.agent_name,
        ...namesIn(request.body),
      ]),
  );
  routes.post(
    '/api/tasks/:id/report',
    {
      config,
      schema: {
        operationId: 'reportTask',
        summary: 'Report on a task you have claimed',
        params: TaskId,
        body: ReportIn,
        response: { 200: TaskView, ...acts },
      },
    },
    async (request) => operations.report(callerOf(request), request.params.id, request.body.text, request.seed),
  );
  routes.post(
    '/api/tasks/:id/complete',
    {
      config,
      schema: {
        operationId: 'completeTask',
        summary: 'End a task you have claimed',
        params: TaskId,
        body: CompleteIn,
        response: { 200: TaskView, ...acts },
      },
    },
    async (request) => operations.complete(callerOf(request), request.params.id, request.body, request.seed),
  );
  routes.post(
    '/api/tasks/:id/dispatch',
    {
      config,
      schema: {
        operationId: 'dispatchTask',
        summary: 'Hand on a part of a task you have claimed',
        description: 'To executor with a command (the master is asked first), or to another agent with an instruction.',
        params: TaskId,
        body: DispatchIn,
        response: { 200: DispatchOut, ...acts },
      },
    },
    async (request) => operations.dispatch(callerOf(request), request.params.id, request.body, request.seed),
  );
}

/** Everybody whom the body of a claim names. */
function namesIn(body: unknown): readonly (string | undefined)[] {
  if (body === undefined || body === null) return [];
  const named = ClaimIn.safeParse(body);
  if (!named.success) throw new ApiProblem('request.invalid', { what: 'body.agent_name' });
  const { agent_name, agentName, agent, owner } = named.data;
  return [agent_name, agentName, agent, owner];
}
