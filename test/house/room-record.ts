import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { inRoom, request } from './matrix.ts';

const Content = z.looseObject({
  body: z.string().optional(),
  'com.chavion': z
    .looseObject({
      kind: z.string(),
      source: z.string().optional(),
      part: z.number().default(0),
      streaming: z.boolean().default(false),
    })
    .optional(),
  'm.relates_to': z.looseObject({ rel_type: z.string().optional(), event_id: z.string().optional() }).optional(),
});
const Raw = z.looseObject({
  event_id: z.string(),
  sender: z.string(),
  type: z.string(),
  origin_server_ts: z.number(),
  content: z.record(z.string(), z.unknown()),
});
const Page = z.object({ chunk: z.array(Raw), end: z.string().optional() });

/** One message of a part as it reads after all its edits. */
export interface Written {
  readonly event: string;
  readonly sender: string;
  readonly kind: string;
  readonly source: string | undefined;
  readonly part: number;
  readonly body: string;
  readonly growing: boolean;
  readonly edits: number;
  /** origin_server_ts of its last edit. */
  readonly at: number;
}

export interface RoomRecord {
  /** What people wrote, by event id. */
  readonly said: ReadonlyMap<string, { readonly sender: string; readonly body: string; readonly at: number }>;
  /** What parts of Chavion wrote. */
  readonly written: readonly Written[];
}

export interface Reader {
  readonly base: string;
  readonly token: string;
  readonly room: string;
}

/** The whole room by /messages, from its first event. Waits for a homeserver that is away. */
export async function readRoom(reader: Reader): Promise<RoomRecord> {
  const events: z.infer<typeof Raw>[] = [];
  for (let from: string | undefined = ''; from !== undefined;) {
    const page: z.infer<typeof Page> = Page.parse(
      await patiently(reader, `messages?dir=f&limit=1000${from === '' ? '' : `&from=${from}`}`),
    );
    events.push(...page.chunk);
    from = page.end;
  }
  return recordOf(events);
}

export function recordOf(events: readonly z.infer<typeof Raw>[]): RoomRecord {
  const said = new Map<string, { sender: string; body: string; at: number }>();
  const written = new Map<string, Written>();
  for (const event of events) {
    const content = Content.safeParse(event.content);
    if (event.type !== 'm.room.message' || !content.success) continue;
    const { body = '', 'com.chavion': mark, 'm.relates_to': relation } = content.data;
    if (mark === undefined) {
      said.set(event.event_id, { sender: event.sender, body, at: event.origin_server_ts });
    } else if (relation?.rel_type === 'm.replace') {
      const original = written.get(relation.event_id ?? '');
      const inner = Content.parse(event.content['m.new_content']);
      // The last edit is the one that counts: https://spec.matrix.org/latest/client-server-api/#event-replacements
      if (original === undefined || original.sender !== event.sender || original.at > event.origin_server_ts) continue;
      written.set(original.event, {
        ...original,
        body: inner.body ?? '',
        kind: inner['com.chavion']?.kind ?? '',
        growing: inner['com.chavion']?.streaming ?? false,
        edits: original.edits + 1,
        at: event.origin_server_ts,
      });
    } else {
      written.set(event.event_id, {
        event: event.event_id,
        sender: event.sender,
        kind: mark.kind,
        source: mark.source,
        part: mark.part,
        body,
        growing: mark.streaming,
        edits: 0,
        at: event.origin_server_ts,
      });
    }
  }
  return { said, written: [...written.values()] };
}

/** Reads until `holds`, or until nothing more can come: then the record as it is, for the test to judge. */
export async function readUntil(
  reader: Reader,
  holds: (record: RoomRecord) => boolean,
  withinMs: number,
): Promise<RoomRecord> {
  const until = Date.now() + withinMs;
  for (;;) {
    const began = Date.now();
    const record = await readRoom(reader);
    if (holds(record) || Date.now() > until) return record;
    // A long room takes its time; the homeserver has other things to do.
    await sleep(150 + 4 * (Date.now() - began));
  }
}

async function patiently({ base, token, room }: Reader, path: string): Promise<unknown> {
  for (;;) {
    const answer = await request(base, 'GET', inRoom(room, path), { token }).catch(() => undefined);
    if (answer?.status === 200) return answer.body;
    if (answer !== undefined && answer.status < 500 && answer.status !== 429)
      throw new Error(`reading the room: ${answer.status}`);
    await sleep(200);
  }
}
