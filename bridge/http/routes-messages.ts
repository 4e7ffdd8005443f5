import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { events } from './events.ts';
import { callerOf } from './guard.ts';
import type { Operations } from './operations.ts';
import { refusals } from './problem-responses.ts';
import { CheckinOut, HouseOut, InboxMessagesOut, ListenQuery, MessageIn, MessageOut } from './schemas.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Waits } from './waits.ts';
import { roomNames } from '../text/room-names.ts';

export function messageRoutes(
  app: FastifyInstance,
  deps: Pick<ApiDeps, 'inbox' | 'port' | 'keys'> & { readonly waits: Waits },
  operations: Operations,
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.post(
    '/api/agent/:name/checkin',
    {
      schema: {
        operationId: 'checkIn',
        summary: 'Say that you are here',
        description:
          'You count as online until 90 seconds after your last call, whichever it is. The name is yours: the id or the name that the master gave you.',
        params: z.strictObject({ name: z.string().min(1).max(60) }),
        response: { 200: CheckinOut, ...refusals(401, 403, 429) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const here = await operations.checkin(caller, request.params.name);
      await deps.port.arrived(caller.agent);
      return here;
    },
  );

  routes.post(
    '/api/messages',
    {
      config: { scope: 'speak' },
      schema: {
        operationId: 'sendMessage',
        summary: `Speak in the ${roomNames.hq.en} room`,
        description: `Your words appear in ${roomNames.hq.en} from your own account. Naming an agent as receiver or by @name calls it. To answer an ask, send its ask as inReplyTo before replyBy. An ask with a task wants in content what the end of its prompt describes: one JSON object, or text.`,
        body: MessageIn,
        response: { 200: MessageOut, ...refusals(400, 401, 403, 404, 409, 413, 422, 429) },
      },
    },
    async (request) => {
      const said = await operations.say(callerOf(request), request.body, request.seed);
      return { ...said, event: said.event, called: [...said.called] };
    },
  );

  routes.get(
    '/api/messages',
    {
      schema: {
        operationId: 'listen',
        summary: 'Fetch what is addressed to you',
        description:
          'Waits up to wait seconds for the first letter; who waits counts as listening and takes part in votes. Pass next as since. Letters stay until you have done so. more: others are there. textNext: the letter is longer than this answer.',
        querystring: ListenQuery,
        response: { 200: InboxMessagesOut, ...refusals(400, 401, 403, 404, 429) },
      },
    },
    async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const { messages, next, more } = await operations.listen(
        callerOf(request),
        request.query,
        request.query.wait * 1000,
        gone.signal,
      );
      await deps.port.touch(callerOf(request).agent);
      return { messages: [...messages], next, more };
    },
  );

  routes.get('/api/events', { schema: { hide: true } }, async (request, reply) => events(request, reply, deps));

  routes.get(
    '/api/status',
    {
      schema: {
        operationId: 'status',
        summary: 'Who is here and how things are',
        response: { 200: HouseOut, ...refusals(401, 403, 429) },
      },
    },
    async (request) => operations.overview(callerOf(request)),
  );
}
