import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from './guard.ts';
import { isInboxMessageId } from '../stores/agent-inbox.ts';
import { ApiProblem } from './problems.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Waits } from './waits.ts';

/** A proxy closes what is silent for longer. */
const BEAT_MS = 15_000;
/** Whoever does not read gets no more, and goes on later where it was. */
const UNREAD_BYTES = 1024 * 1024;

/** Server-sent events: a letter each, its id the event's. `Last-Event-ID` goes on where the last stream ended. */
export async function events(
  request: FastifyRequest,
  reply: FastifyReply,
  { inbox, port, keys, waits }: Pick<ApiDeps, 'inbox' | 'port' | 'keys'> & { readonly waits: Waits },
): Promise<void> {
  const caller = callerOf(request);
  const { agent } = caller;
  const last = request.headers['last-event-id'];
  if (last !== undefined && (typeof last !== 'string' || !isInboxMessageId(last)))
    throw new ApiProblem('request.invalid', { what: 'Last-Event-ID' });
  if (last !== undefined && !(await inbox.seen(agent, last))) throw new ApiProblem('since.future');
  const leave = waits.enter(agent);
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  raw.write('retry: 2000\n\n');
  let since = last;
  try {
    while (!gone.signal.aborted) {
      const letters = await inbox.next(agent, since, BEAT_MS, gone.signal);
      // A key that was taken back or changed gets nothing more, however long its stream has been open.
      if (!(await keys.holds(caller))) break;
      await port.touch(agent);
      for (const letter of letters)
        raw.write(`id: ${letter.id}\nevent: ${letter.type}\ndata: ${JSON.stringify(letter)}\n\n`);
      if (letters.length === 0) raw.write(': here\n\n');
      since = letters.at(-1)?.id ?? since;
      if (letters.length > 0 && since !== undefined) await inbox.handed(agent, since);
      if (raw.writableLength > UNREAD_BYTES) break;
    }
  } finally {
    leave();
    raw.end();
  }
}
