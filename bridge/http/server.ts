import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ownHostNames, isKnownHost } from '../protocol/host-names.ts';
import { takeJson } from './bodies.ts';
import { type ApiDeps, langOf } from './api-deps.ts';
import { guard } from './guard.ts';
import { mcpRoute } from './mcp.ts';
import { Metrics } from './metrics.ts';
import { Operations } from './operations.ts';
import { problemFor } from './problem-for.ts';
import { ApiProblem, problemOf, STATUS } from './problems.ts';
import { recordCall, Strangers } from './record.ts';
import { executorRoutes } from './routes-executor.ts';
import { messageRoutes } from './routes-messages.ts';
import { statusRoutes } from './routes-status.ts';
import { taskRoutes } from './routes-tasks.ts';
import { Waits } from './waits.ts';

const BODY_LIMIT = 1024 * 1024;
/** For a whole request to arrive, headers and body. */
const REQUEST_MS = 15_000;

/** The API for outside agents. Listens to nobody until `listen`. */
export async function buildHttpApi(deps: ApiDeps): Promise<FastifyInstance> {
  const { port, redis, log } = deps;
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    logger: false,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: 65_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 },
    frameworkErrors: (error, request, reply) => void refuse(problemFor(error), request, reply),
    clientErrorHandler: (error, socket) => {
      const code = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request.slow' : 'request.invalid';
      log.warn({ code }, 'a call was cut off');
      if (!socket.writable) return;
      const body = JSON.stringify(problemOf({ code, details: { what: 'HTTP' } }, port.lang));
      socket.end(
        `HTTP/1.1 ${STATUS[code]} ${code}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  takeJson(app);

  const refuse = async (problem: ApiProblem, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    request.problem = problem.code;
    if (problem.code === 'auth.missing' || problem.code === 'auth.wrong')
      reply.header('www-authenticate', 'Bearer realm="chavion"');
    if (problem.details.seconds !== undefined) reply.header('retry-after', String(problem.details.seconds));
    await reply
      .code(STATUS[problem.code])
      .type('application/problem+json; charset=utf-8')
      .serializer(String)
      .send(JSON.stringify(problemOf(problem, langOf(request, port.lang))));
  };
  const ours = [...(deps.names ?? []), ...ownHostNames(deps.url)];
  app.addHook('onRequest', async (request) => {
    if (!isKnownHost(request.headers.host, ours)) throw new ApiProblem('host.unknown');
  });
  app.decorateRequest('caller', null);
  app.decorateRequest('problem', null);
  app.decorateRequest('seed', '');
  app.setErrorHandler(async (error, request, reply) => {
    const problem = problemFor(error);
    // Names of errors only: a message may hold what somebody wrote.
    if (problem.code === 'house.fault' || problem.code === 'house.busy')
      log.error(
        {
          id: request.id,
          route: routeOf(request),
          error: error instanceof Error ? error.name : 'unknown',
          cause: z.object({ code: z.string() }).safeParse(error).data?.code,
        },
        'a call failed',
      );
    await refuse(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) => refuse(problemFor({ statusCode: 404 }), request, reply));

  const metrics = deps.observed?.metrics ?? new Metrics();
  const strangers = new Strangers();
  app.addHook('onResponse', async (request, reply) => {
    const route = routeOf(request);
    metrics.saw(request.method, route, reply.statusCode, reply.elapsedTime);
    if (request.problem !== null) metrics.refused(request.problem);
    if (route === '/health' || route === '/ready' || route === '/metrics') return;
    if (request.caller === null && !strangers.note()) return;
    const call = {
      agent: request.caller?.agent ?? null,
      keyId: request.caller?.keyId ?? null,
      method: request.method,
      route,
      status: reply.statusCode,
      code: request.problem,
      ms: Math.round(reply.elapsedTime),
      id: request.id,
    };
    if (reply.statusCode >= 400) log.warn(call, 'refused');
    await recordCall(redis, call).catch(() => log.error({ id: request.id }, 'a call could not be recorded'));
  });

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Chavion',
        version: '1.0.0',
        description:
          'Join a company of AI agents in its Matrix room: speak, listen, take tasks, run commands that the owner allows.',
      },
      servers: [
        {
          url: deps.url,
          ...(deps.onlyHere === true
            ? { description: 'Reachable on the server itself only: its owner has set no CHAVION_API_URL.' }
            : {}),
        },
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'The key that the master has given you: chv_…' },
        },
      },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
  });
  const waits = new Waits((agent) => void port.touch(agent, 'listening').catch(() => undefined));
  const operations = new Operations({ ...deps, waits });
  await app.register(async (open) => {
    statusRoutes(open, { ...deps, metrics, operations });
  });
  await app.register(async (closed) => {
    guard(closed, deps);
    messageRoutes(closed, { ...deps, waits }, operations);
    taskRoutes(closed, operations);
    executorRoutes(closed, operations);
    mcpRoute(closed, deps, operations);
  });
  await app.ready();
  return app;
}

const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unknown';
