import { createHash, timingSafeEqual } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isKnownHost } from '../protocol/host-names.ts';

export interface AppserviceHandlers {
  /** Resolves when every event is stored; only then is the transaction acknowledged. */
  readonly accept: (events: readonly unknown[]) => Promise<void>;
  /** Whether the homeserver may create a ghost of that name when somebody invites it. */
  readonly ready: () => boolean;
  readonly onError: (error: unknown) => void;
}

const Transaction = z.object({ events: z.array(z.unknown()).default([]) });

/** A hundred events of the largest size, and room to spare. */
const BODY_LIMIT = 32 * 1024 * 1024;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * The appservice side of the homeserver's push. Transaction ids are not looked at: Synapse on SQLite begins them
 * anew after a crash, so the same id may carry other events. Events are told apart by their own ids, further in.
 */
export function buildAppservice(homeserverToken: string, handlers: AppserviceHandlers): FastifyInstance {
  const app = Fastify({ bodyLimit: BODY_LIMIT, logger: false, forceCloseConnections: true });
  const expected = digest(`Bearer ${homeserverToken}`);

  app.addHook('onRequest', async (request, reply) => {
    // Only the homeserver and the launcher come here, by an address of this machine or of their own network.
    if (!isKnownHost(request.headers.host, [])) {
      await reply.code(421).send({ errcode: 'M_FORBIDDEN', error: 'not a name of this house' });
      return;
    }
    if (request.url === '/health') return;
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      await reply.code(403).send({ errcode: 'M_FORBIDDEN', error: 'not the homeserver' });
    }
  });
  app.setErrorHandler(async (error, _request, reply) => {
    handlers.onError(error);
    const status = z.object({ statusCode: z.int().min(400).max(499) }).safeParse(error);
    await reply
      .code(status.success ? status.data.statusCode : 503)
      .send({ errcode: 'M_UNKNOWN', error: 'not taken, send it again' });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ errcode: 'M_UNRECOGNIZED', error: 'no such endpoint' }),
  );

  app.get('/health', async (_request, reply) =>
    reply.code(handlers.ready() ? 200 : 503).send({ ready: handlers.ready() }),
  );
  app.post('/_matrix/app/v1/ping', async () => ({}));
  app.put('/_matrix/app/v1/transactions/:txnId', async (request, reply) => {
    const transaction = Transaction.safeParse(request.body);
    if (!transaction.success) return reply.code(400).send({ errcode: 'M_BAD_JSON', error: 'not a transaction' });
    await handlers.accept(transaction.data.events);
    return {};
  });
  // Ghosts exist from provisioning on; asking for another one is asking for somebody who does not live here.
  app.get('/_matrix/app/v1/users/:userId', async (_request, reply) =>
    reply.code(404).send({ errcode: 'M_NOT_FOUND', error: 'no such resident' }),
  );
  app.get('/_matrix/app/v1/rooms/:alias', async (_request, reply) =>
    reply.code(404).send({ errcode: 'M_NOT_FOUND', error: 'no such room' }),
  );
  return app;
}
