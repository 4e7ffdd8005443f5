import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { canonicalHash } from '../digest/canonical.ts';
import type { ApiScope } from '../protocol/agent-api.ts';
import type { ApiProblemCode } from '../text/room/api-problems.ts';
import { Idempotency } from '../stores/idempotency-store.ts';
import type { Caller } from '../stores/agent-keys.ts';
import { ApiProblem, passes } from './problems.ts';
import { takeToken } from '../stores/rate-limit.ts';
import type { ApiDeps } from './api-deps.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
    problem: ApiProblemCode | null;
    /** Names the call: what it sends into the room is sent under this, so that a repetition sends nothing twice. */
    seed: string;
    idempotency?: { readonly key: string; readonly print: string; readonly mark: string };
  }
  interface FastifyContextConfig {
    /** What the key has to allow. */
    scope?: ApiScope;
    /** Repetitions are its own business. */
    once?: false;
  }
}

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Everything behind this has a caller with the right scope, within its rate, and repeats nothing. */
export function guard(app: FastifyInstance, deps: Pick<ApiDeps, 'redis' | 'keys' | 'port' | 'rate'>): void {
  const idempotency = new Idempotency(deps.redis);

  app.addHook('onRequest', async (request) => {
    const [scheme = '', key = ''] = (request.headers.authorization ?? '').trim().split(/\s+/);
    if (scheme.toLowerCase() !== 'bearer' || key === '') throw new ApiProblem('auth.missing');
    const caller = await deps.keys.caller(key);
    if (caller === null) throw new ApiProblem('auth.wrong');
    request.caller = caller;
    const wait = await takeToken(deps.redis, caller.keyId, deps.rate, Date.now());
    if (wait > 0) throw new ApiProblem('rate.limited', { seconds: Math.ceil(wait / 1000) });
    const scope = request.routeOptions.config.scope ?? 'read';
    if (!caller.scopes.has(scope)) throw new ApiProblem('auth.scope', { what: scope });
    await deps.port.touch(caller.agent);
  });

  app.addHook('preHandler', async (request, reply) => {
    const { caller } = request;
    if (caller === null || request.method !== 'POST' || request.routeOptions.config.once === false) return;
    const given = request.headers['idempotency-key'];
    if (given === undefined) {
      request.seed = `${caller.agent}.${randomUUID()}`;
      return;
    }
    if (typeof given !== 'string' || !KEY.test(given)) throw new ApiProblem('idempotency.key');
    const print = Idempotency.print(request.method, request.url, request.body);
    request.seed = `${caller.agent}.${canonicalHash({ given, print }).slice(0, 40)}`;
    const begun = await idempotency.begin(caller.agent, given, print);
    switch (begun.kind) {
      case 'first':
        request.idempotency = { key: given, print, mark: begun.mark };
        return;
      case 'again':
        return reply
          .code(begun.done.status)
          .type(begun.done.type)
          .header('idempotency-replayed', 'true')
          .serializer(String)
          .send(begun.done.body);
      case 'running':
        throw new ApiProblem('idempotency.running', { seconds: 1 });
      case 'different':
        throw new ApiProblem('idempotency.mismatch');
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { caller, idempotency: held } = request;
    if (caller === null || held === undefined) return payload;
    // What failed inside, or was refused for now, may succeed the next time.
    if (reply.statusCode >= 500 || passes(request.problem) || typeof payload !== 'string')
      await idempotency.forget(caller.agent, held.key, held.mark);
    else
      await idempotency.end(caller.agent, held.key, held.print, held.mark, {
        status: reply.statusCode,
        type: String(reply.getHeader('content-type') ?? 'application/json'),
        body: payload,
      });
    return payload;
  });
}

/** Behind the guard there is always one. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new ApiProblem('auth.missing');
  return request.caller;
}
