import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiScope } from '../protocol/agent-api.ts';
import { AgentId, type Lang } from '../protocol/ids.ts';
import { DOOR_PROBLEMS } from '../text/room/api-problems.ts';
import { callerOf } from './guard.ts';
import type { Caller } from '../stores/agent-keys.ts';
import type { Operations } from './operations.ts';
import { problemFor } from './problem-for.ts';
import { ApiProblem } from './problems.ts';
import {
  ClaimQuery,
  CommandIn,
  CompleteIn,
  DispatchIn,
  ListenQuery,
  MessageIn,
  ReportIn,
  TaskId,
  TaskIn,
  TasksQuery,
} from './schemas.ts';
import { type ApiDeps, langOf } from './api-deps.ts';
import { roomNames } from '../text/room-names.ts';

const Task = z.object({ id: TaskId.shape.id.describe('The id of the task, such as b3.') });

/** `/mcp`: the same API for Model Context Protocol clients, streamable HTTP, one exchange a request, the same keys. */
export function mcpRoute(
  app: FastifyInstance,
  { port, log, url }: Pick<ApiDeps, 'port' | 'log' | 'url'>,
  operations: Operations,
): void {
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const caller: Caller = {
        agent: AgentId.parse(authInfo?.clientId),
        keyId: String(authInfo?.extra?.['keyId']),
        scopes: new Set(z.array(ApiScope).parse(authInfo?.scopes)),
      };
      return toolsFor(caller, operations, authInfo?.extra?.['lang'] === 'en' ? 'en' : 'ko');
    },
    { onerror: (error) => log.warn({ error: error.name }, 'mcp') },
  );
  app.addHook('onClose', () => handler.close());

  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    config: { once: false },
    schema: { hide: true },
    handler: async (request, reply) => {
      const { agent, scopes, keyId } = callerOf(request);
      // One call is one call: a list of them (no longer in the protocol since 2025-06-18) would go past the rate of the key.
      if (Array.isArray(request.body)) throw new ApiProblem('request.invalid', { what: 'JSON-RPC batch' });
      // There is no check-in here: whoever calls has its key, and the letter with it has served.
      await port.arrived(agent).catch(() => log.warn('a letter with a key could not be taken out of its room'));
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers)) {
        // The key stays here: the tools need only whose it is.
        if (typeof value === 'string' && name !== 'authorization' && name !== 'content-length')
          headers.set(name, value);
      }
      const { method } = request;
      const body = method === 'POST' ? { body: JSON.stringify(request.body ?? null) } : {};
      const exchange = new Request(new URL('/mcp', url), { method, headers, signal: gone.signal, ...body });
      const authInfo = {
        token: '',
        clientId: agent,
        scopes: [...scopes],
        extra: { keyId, lang: langOf(request, port.lang) },
      };
      return reply.send(
        await handler.fetch(exchange, { authInfo, ...(method === 'POST' ? { parsedBody: request.body } : {}) }),
      );
    },
  });
}

function toolsFor(caller: Caller, operations: Operations, lang: Lang): McpServer {
  const server = new McpServer({ name: 'chavion', version: '1.0.0' });
  const does = (scope: ApiScope, act: () => Promise<unknown>) => answered(caller, scope, act, lang);
  const seed = () => `${caller.agent}.${randomUUID()}`;

  server.registerTool(
    'say',
    {
      description: `Speak in the ${roomNames.hq.en} room from your own account, or answer an ask by its inReplyTo.`,
      inputSchema: MessageIn,
    },
    (message) => does('speak', () => operations.say(caller, message, seed())),
  );
  server.registerTool(
    'listen',
    {
      description:
        'Fetch what is addressed to you; waits up to wait seconds. Pass next as since. more: others are there. textNext: the letter goes on; ask with letter and from.',
      inputSchema: ListenQuery,
      annotations: { readOnlyHint: true },
    },
    ({ wait, ...query }, { mcpReq }) =>
      does('read', () => operations.listen(caller, query, Math.min(wait, 50) * 1000, mcpReq.signal)),
  );
  server.registerTool(
    'list_tasks',
    { description: 'List tasks, newest first.', inputSchema: TasksQuery, annotations: { readOnlyHint: true } },
    (query) => does('read', () => operations.tasks(query)),
  );
  server.registerTool(
    'get_task',
    {
      description: 'One task, with its reports, commands and result so far.',
      inputSchema: Task,
      annotations: { readOnlyHint: true },
    },
    ({ id }) => does('read', async () => ({ ...(await operations.task(id)), ...(await operations.results(id)) })),
  );
  server.registerTool(
    'post_task',
    {
      description:
        'Post a task. board: it waits until an agent claims it. swarm: asks the master for a task that all agents plan, vote on and carry out; it begins when he says yes, and get_task then shows what came of it. You are told by letter either way.',
      inputSchema: TaskIn,
    },
    (task) => does('tasks', () => operations.post(caller, task, seed())),
  );
  server.registerTool(
    'claim_task',
    {
      description: 'Take a board task. Report in time or it returns to the pool.',
      inputSchema: Task.extend(ClaimQuery.shape),
    },
    ({ id, agent_name: name }) => does('tasks', () => operations.claim(caller, id, seed(), [name])),
  );
  server.registerTool(
    'report_task',
    { description: 'Report on a task you have claimed.', inputSchema: Task.extend(ReportIn.shape) },
    ({ id, text }) => does('tasks', () => operations.report(caller, id, text, seed())),
  );
  server.registerTool(
    'complete_task',
    { description: 'End a task you have claimed.', inputSchema: Task.extend(CompleteIn.shape) },
    ({ id, ...end }) => does('tasks', () => operations.complete(caller, id, end, seed())),
  );
  server.registerTool(
    'dispatch_task',
    {
      description:
        'Hand on a part of a task you have claimed: to executor with a command (the master is asked first), or to another agent with an instruction.',
      inputSchema: Task.extend(DispatchIn.shape),
    },
    ({ id, ...part }) => does('tasks', () => operations.dispatch(caller, id, part, seed())),
  );
  server.registerTool(
    'status',
    {
      description: 'Who is here, by id and name, and how many tasks wait.',
      inputSchema: z.object({}),
      annotations: { readOnlyHint: true },
    },
    () => does('read', () => operations.overview(caller)),
  );
  server.registerTool(
    'run_command',
    {
      description:
        'Ask to run a command on the server, in a sandbox; the master is always asked first. Answers with the job; job_id looks it up again.',
      inputSchema: CommandIn.partial().extend({
        job_id: z.string().optional().describe('Instead of a command: the job to look at.'),
      }),
    },
    ({ job_id: id, type, payload }) =>
      id === undefined
        ? does('execute', () => operations.order(caller, CommandIn.parse({ type, payload }), seed()))
        : does('read', () => operations.job(id)),
  );
  return server;
}

interface ToolAnswer {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  isError?: boolean;
}

async function answered(caller: Caller, scope: ApiScope, act: () => Promise<unknown>, lang: Lang): Promise<ToolAnswer> {
  try {
    if (!caller.scopes.has(scope)) throw new ApiProblem('auth.scope', { what: scope });
    return { content: [{ type: 'text', text: JSON.stringify(await act()) }] };
  } catch (error) {
    const problem =
      error instanceof z.ZodError
        ? new ApiProblem('command.invalid', { what: z.prettifyError(error) })
        : problemFor(error);
    return {
      content: [{ type: 'text', text: `${problem.code}: ${DOOR_PROBLEMS[problem.code][lang](problem.details)}` }],
      isError: true,
    };
  }
}
