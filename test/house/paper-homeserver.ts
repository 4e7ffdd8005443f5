import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from './provider-formats.ts';

/**
 * As much of a homeserver as executor and swarm ask of one, in memory and with a clock that can be set. What it says of
 * state, members, edits, redactions and transaction ids is what Synapse says: `homeserver-cases.ts` holds it to that.
 */
export class PaperHomeserver implements AsyncDisposable {
  readonly events: Json[] = [];
  /** Files, by the last part of their address. */
  readonly media = new Map<string, string>();
  /** By the path under which an account keeps it. */
  readonly accountData = new Map<string, Json>();
  takesUploads = true;
  readonly #levels: Readonly<Record<string, number>>;
  readonly #sent = new Map<string, string>();
  readonly #server: Server;
  /** Milliseconds since 1970. */
  now: () => number;

  private constructor(levels: Readonly<Record<string, number>>, now: () => number) {
    this.#levels = levels;
    this.now = now;
    this.#server = createServer((incoming, outgoing) => {
      this.#answer(incoming).then(
        ({ status, body }) =>
          outgoing
            .writeHead(status, {
              'content-type': typeof body === 'string' ? 'application/octet-stream' : 'application/json',
            })
            .end(typeof body === 'string' ? body : JSON.stringify(body)),
        () => outgoing.writeHead(500).end(),
      );
    });
  }

  static async open(levels: Readonly<Record<string, number>>, now: () => number = Date.now): Promise<PaperHomeserver> {
    const paper = new PaperHomeserver(levels, now);
    await new Promise<void>((resolve) => paper.#server.listen(0, '127.0.0.1', resolve));
    return paper;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Anybody says anything. */
  say(
    room: string,
    sender: string,
    content: Json,
    type = 'm.room.message',
    id = `$${this.events.length}-${type.split('.').at(-1)}`,
  ): string {
    this.events.push({
      event_id: id,
      room_id: room,
      sender,
      type,
      origin_server_ts: this.now(),
      content,
      unsigned: {},
    });
    return id;
  }

  react(room: string, sender: string, target: string, key: string): string {
    return this.say(
      room,
      sender,
      { 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key } },
      'm.reaction',
    );
  }

  /** A message as clients show it: its last edit. */
  shown(id: string): Json {
    const original = this.events.find(({ event_id }) => event_id === id);
    return this.#edits(id, original.sender).at(-1)?.content['m.new_content'] ?? original.content;
  }

  #edits(id: string, sender: string): Json[] {
    return this.events.filter(
      (event) =>
        event.sender === sender &&
        event.content['m.relates_to']?.rel_type === 'm.replace' &&
        event.content['m.relates_to'].event_id === id,
    );
  }

  #whole(event: Json): Json {
    const edit = this.#edits(event.event_id, event.sender).at(-1);
    return edit === undefined
      ? event
      : { ...event, unsigned: { ...event.unsigned, 'm.relations': { 'm.replace': edit } } };
  }

  async #answer(incoming: IncomingMessage): Promise<{ status: number; body: Json }> {
    const url = new URL(incoming.url ?? '', 'http://paper');
    const path = url.pathname.split('/').map(decodeURIComponent);
    const body = await read(incoming);
    const sender = incoming.headers.authorization?.replace('Bearer ', '') ?? '';
    const [room = '', what = '', name = '', txn = ''] = path.slice(path.indexOf('rooms') + 1);
    if (url.pathname.endsWith('/sync'))
      return this.#sync(url.searchParams.get('since'), Number(url.searchParams.get('timeout')));
    if (url.pathname.includes('/account_data/')) {
      if (incoming.method === 'PUT') this.accountData.set(url.pathname, body);
      const stored = this.accountData.get(url.pathname);
      return stored === undefined
        ? { status: 404, body: { errcode: 'M_NOT_FOUND' } }
        : { status: 200, body: incoming.method === 'PUT' ? {} : stored };
    }
    if (url.pathname.includes('/media/download/'))
      return { status: 200, body: this.media.get(path.at(-1) ?? '') ?? 'nothing' };
    if (url.pathname.includes('/upload'))
      return this.takesUploads
        ? { status: 200, body: { content_uri: `mxc://test/${this.events.length}` } }
        : { status: 403, body: { errcode: 'M_FORBIDDEN' } };
    if (what === 'typing') return { status: 200, body: {} };
    if (url.pathname.endsWith('/joined_rooms'))
      return {
        status: 200,
        body: {
          joined_rooms: [...new Set(this.events.map(({ room_id }) => room_id))].filter((one) =>
            this.#isIn(one, sender),
          ),
        },
      };
    if (what === 'joined_members')
      return {
        status: 200,
        body: {
          joined: Object.fromEntries(
            this.#members(room).map(({ state_key, content }) => [
              state_key,
              { display_name: content.displayname ?? null },
            ]),
          ),
        },
      };
    if (what === 'join' || what === 'leave') {
      this.state(room, sender, 'm.room.member', { membership: what }, sender);
      return { status: 200, body: {} };
    }
    if (what === 'redact') return this.#redact(room, sender, name, txn, body);
    if (what === 'state') return this.#stateOf(room, name, txn, url.searchParams.get('format'));
    if (what === 'event') {
      const event = this.events.find(({ event_id, room_id }) => event_id === name && room_id === room);
      return event === undefined
        ? { status: 404, body: { errcode: 'M_NOT_FOUND' } }
        : { status: 200, body: this.#whole(event) };
    }
    if (what === 'messages') {
      const { types, senders } = JSON.parse(url.searchParams.get('filter') ?? '{}');
      const all = this.events
        .filter(
          ({ room_id, type, sender: by }) =>
            room_id === room && types?.includes(type) !== false && senders?.includes(by) !== false,
        )
        .reverse();
      const from = Number(url.searchParams.get('from') ?? 0);
      const to = from + Number(url.searchParams.get('limit') ?? all.length);
      return {
        status: 200,
        body: {
          chunk: all.slice(from, to).map((event) => this.#whole(event)),
          ...(to < all.length ? { end: String(to) } : {}),
        },
      };
    }
    if (what === 'relations') {
      const chunk = this.events.filter(
        ({ room_id, content }) =>
          room_id === room && content['m.relates_to']?.event_id === name && content['m.relates_to'].rel_type === txn,
      );
      return { status: 200, body: { chunk: chunk.map((event) => this.#whole(event)).reverse() } };
    }
    return this.#send(room, sender, name, txn, body);
  }

  async #send(
    room: string,
    sender: string,
    type: string,
    txn: string,
    content: Json,
  ): Promise<{ status: number; body: Json }> {
    const known = () => this.#sent.get(`${sender} ${txn}`);
    if (known() !== undefined) return { status: 200, body: { event_id: known() } };
    const relation = content['m.relates_to'];
    const twice =
      relation?.rel_type === 'm.annotation' &&
      this.events.some(
        (event) =>
          event.type === type &&
          event.sender === sender &&
          event.content['m.relates_to']?.event_id === relation.event_id &&
          event.content['m.relates_to'].key === relation.key,
      );
    if (twice) return { status: 400, body: { errcode: 'M_DUPLICATE_ANNOTATION' } };
    // Synapse looks first and writes a moment later, five sends of a room at a time: of two that look together it takes both.
    if (relation?.rel_type === 'm.annotation') await sleep(3);
    if (known() !== undefined) return { status: 200, body: { event_id: known() } };
    const id = this.say(room, sender, content, type);
    this.#sent.set(`${sender} ${txn}`, id);
    return { status: 200, body: { event_id: id } };
  }

  /** State as somebody set it. */
  state(room: string, sender: string, type: string, content: Json, key = ''): void {
    this.say(room, sender, content, type);
    Object.assign(this.events.at(-1), { state_key: key });
  }

  #stateOf(room: string, type: string, key: string, format: string | null): { status: number; body: Json } {
    const event = this.events.findLast((one) => one.room_id === room && one.type === type && one.state_key === key);
    if (event !== undefined) return { status: 200, body: format === 'event' ? event : event.content };
    return type === 'm.room.power_levels'
      ? { status: 200, body: { users: this.#levels } }
      : { status: 404, body: { errcode: 'M_NOT_FOUND' } };
  }

  #members(room: string): Json[] {
    const last = new Map(
      this.events
        .filter(({ room_id, type }) => room_id === room && type === 'm.room.member')
        .map((event) => [event.state_key, event]),
    );
    return [...last.values()].filter(({ content }) => content.membership === 'join');
  }

  #isIn(room: string, user: string): boolean {
    return this.#members(room).some(({ state_key }) => state_key === user);
  }

  #redact(room: string, sender: string, target: string, txn: string, body: Json): { status: number; body: Json } {
    const known = this.#sent.get(`${sender} ${txn}`);
    if (known !== undefined) return { status: 200, body: { event_id: known } };
    const id = this.say(room, sender, { ...body, redacts: target }, 'm.room.redaction');
    Object.assign(this.events.at(-1), { redacts: target });
    this.#sent.set(`${sender} ${txn}`, id);
    const event = this.events.find(({ event_id }) => event_id === target);
    if (event !== undefined) Object.assign(event, { content: {}, unsigned: { redacted_because: this.events.at(-1) } });
    return { status: 200, body: { event_id: id } };
  }

  async #sync(since: string | null, timeout: number): Promise<{ status: number; body: Json }> {
    const from = since === null ? this.events.length : Number(since);
    for (const end = Date.now() + Math.min(timeout, 2_000); this.events.length === from && Date.now() < end;)
      await sleep(10);
    const rooms: Record<string, Json> = {};
    for (const event of this.events.slice(from))
      (rooms[event.room_id] ??= { timeline: { events: [], limited: false } }).timeline.events.push(event);
    return { status: 200, body: { next_batch: String(this.events.length), rooms: { join: rooms } } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function read(incoming: IncomingMessage): Promise<Json> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text === '' || incoming.headers['content-type']?.includes('json') !== true ? {} : JSON.parse(text);
}
