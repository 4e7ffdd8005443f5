import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoom, request, signIn, type Answer } from './matrix.ts';
import type { Json } from './provider-formats.ts';

/** A message as the person's client shows it: edits applied, redacted ones left out. */
export interface Shown {
  readonly id: string;
  /** `gabriel` for `@agent_gabriel:…`, the localpart for everybody else. */
  readonly who: string;
  readonly msgtype: string;
  readonly body: string;
  readonly html: string | undefined;
  readonly mentions: Json;
  /** origin_server_ts of the message and of its last edit. */
  readonly at: number;
  readonly lastAt: number;
  /** Every text it has had, oldest first. */
  readonly versions: readonly { readonly body: string; readonly html: string | undefined }[];
  readonly growing: boolean;
  readonly thread: string | undefined;
  readonly replyTo: string | undefined;
  /** The event that it answers, as its author says. */
  readonly source: string | undefined;
  readonly chavion: Json;
  readonly content: Json;
}

const PATIENCE_MS = 60_000;
const PAUSE_MS = 100;
/** Synapse answers a `since` for good with 500 once a room that the account was in was purged. */
const MOST_VAIN = 20;

/** Somebody with a Matrix client: speaks through the client-server API and sees what /sync shows. */
export class Person implements AsyncDisposable {
  readonly userId: string;
  readonly #base: string;
  readonly #token: string;
  readonly #rooms = new Map<string, Json[]>();
  readonly #typing = new Map<string, string[]>();
  /** Who was ever seen typing, by room. */
  readonly typed = new Set<string>();
  readonly #over = new AbortController();
  #synced: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;

  constructor(base: string, userId: string, token: string) {
    this.#base = base;
    this.userId = userId;
    this.#token = token;
  }

  static async signIn(base: string, userId: string, password: string): Promise<Person> {
    const person = new Person(base, userId, await signIn(base, userId, password));
    const first: Json = await person.#sync(undefined);
    person.#synced = person.#follow(first.next_batch);
    return person;
  }

  call(method: string, path: string, body?: unknown): Promise<Answer> {
    return request(this.#base, method, path, { token: this.#token, ...(body === undefined ? {} : { body }) });
  }

  /** Any event; the homeserver's refusal is an answer too. */
  async sendRaw(room: string, type: string, content: unknown): Promise<{ status: number; id: string }> {
    const { status, body } = await this.call(
      'PUT',
      inRoom(room, `send/${encodeURIComponent(type)}/${randomUUID()}`),
      content,
    );
    const id = body['event_id'];
    return { status, id: typeof id === 'string' ? id : '' };
  }

  async send(room: string, content: unknown, type = 'm.room.message'): Promise<string> {
    const { status, id } = await this.sendRaw(room, type, content);
    if (status !== 200) throw new Error(`${type} was refused: ${status}`);
    return id;
  }

  say(room: string, body: string, more: object = {}): Promise<string> {
    return this.send(room, { msgtype: 'm.text', body, ...more });
  }

  reply(room: string, to: string, body: string): Promise<string> {
    return this.say(room, body, { 'm.relates_to': { 'm.in_reply_to': { event_id: to } } });
  }

  inThread(room: string, root: string, body: string): Promise<string> {
    return this.say(room, body, {
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: root,
        is_falling_back: true,
        'm.in_reply_to': { event_id: root },
      },
    });
  }

  edit(room: string, target: string, body: string): Promise<string> {
    return this.say(room, `* ${body}`, {
      'm.new_content': { msgtype: 'm.text', body },
      'm.relates_to': { rel_type: 'm.replace', event_id: target },
    });
  }

  react(room: string, target: string, key: string): Promise<string> {
    return this.send(room, { 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key } }, 'm.reaction');
  }

  async redact(room: string, target: string): Promise<void> {
    await this.call('PUT', inRoom(room, `redact/${encodeURIComponent(target)}/${randomUUID()}`), {});
  }

  async upload(bytes: Uint8Array, mediaType: string, name: string): Promise<string> {
    const response = await fetch(`${this.#base}/_matrix/media/v3/upload?filename=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': mediaType },
      body: Buffer.from(bytes),
    });
    const { content_uri: uri }: Json = await response.json();
    return String(uri);
  }

  async download(mxc: string): Promise<string> {
    return (await this.downloadBytes(mxc)).toString();
  }

  async downloadBytes(mxc: string): Promise<Buffer> {
    const response = await fetch(`${this.#base}/_matrix/client/v1/media/download/${mxc.replace('mxc://', '')}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    return Buffer.from(await response.arrayBuffer());
  }

  /** A file as clients post it; text around it is its caption. */
  async post(
    room: string,
    file: {
      readonly name: string;
      readonly mediaType: string;
      readonly bytes: Uint8Array;
      readonly caption?: string;
      readonly msgtype?: string;
      readonly thread?: string;
    },
  ): Promise<string> {
    const url = await this.upload(file.bytes, file.mediaType, file.name);
    const info = { mimetype: file.mediaType, size: file.bytes.length };
    const relation =
      file.thread === undefined
        ? {}
        : {
            'm.relates_to': {
              rel_type: 'm.thread',
              event_id: file.thread,
              is_falling_back: true,
              'm.in_reply_to': { event_id: file.thread },
            },
          };
    return this.send(room, {
      msgtype: file.msgtype ?? 'm.file',
      body: file.caption ?? file.name,
      filename: file.name,
      url,
      info,
      ...relation,
    });
  }

  events(room: string): readonly Json[] {
    return this.#rooms.get(room) ?? [];
  }

  /** The room as it reads now, oldest first. */
  shown(room: string): readonly Shown[] {
    const events = this.events(room);
    const gone = new Set(
      events.filter((one) => one.type === 'm.room.redaction').map((one) => one.redacts ?? one.content?.redacts),
    );
    const messages = events.filter(
      (one) => one.type === 'm.room.message' && !gone.has(one.event_id) && one.content?.msgtype !== undefined,
    );
    const isEdit = (one: Json) =>
      one.content['m.relates_to']?.rel_type === 'm.replace' &&
      typeof one.content['m.new_content'] === 'object' &&
      one.content['m.new_content'] !== null;
    return messages
      .filter((one) => !isEdit(one))
      .map((one) =>
        show(
          one,
          messages.filter(
            (other) =>
              isEdit(other) && other.sender === one.sender && other.content['m.relates_to'].event_id === one.event_id,
          ),
        ),
      );
  }

  /** Answers to one event, by its agents; a fault is one too. */
  answers(room: string, source: string): readonly Shown[] {
    return this.shown(room).filter(
      (one) => one.source === source && (one.chavion.kind === 'answer' || one.chavion.kind === 'fault'),
    );
  }

  notices(room: string, source: string): readonly Shown[] {
    return this.shown(room).filter((one) => one.source === source && one.chavion.kind === 'notice');
  }

  /** Waits for so many whole answers to an event. More are not waited for: see `settled`. */
  async answered(room: string, source: string, count = 1, patienceMs = PATIENCE_MS): Promise<readonly Shown[]> {
    const whole = () => this.answers(room, source).filter((one) => !one.growing);
    return this.until(`${count} answers`, room, () => (whole().length >= count ? whole() : undefined), patienceMs);
  }

  async noticed(room: string, source: string): Promise<Shown> {
    return this.until('a notice', room, () => this.notices(room, source)[0]);
  }

  /** Looks again whenever something has come. */
  async until<T>(what: string, room: string, find: () => T | undefined, patienceMs = PATIENCE_MS): Promise<T> {
    const end = Date.now() + patienceMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`waited in vain for ${what}:\n${this.print(room)}`);
      await Promise.race([sleep(250), new Promise<void>((resolve) => (this.#wake = resolve))]);
    }
  }

  isTyping(room: string, who: string): boolean {
    return (this.#typing.get(room) ?? []).includes(who);
  }

  print(room: string): string {
    return this.shown(room)
      .map((one) => `${one.who}${one.thread === undefined ? '' : ' (thread)'}: ${one.body.slice(0, 500)}`)
      .join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#synced;
  }

  async #sync(since: string | undefined): Promise<Json> {
    const filter = encodeURIComponent(
      JSON.stringify({ room: { timeline: { limit: 1_000 } }, presence: { types: [] } }),
    );
    const query = `filter=${filter}${since === undefined ? '' : `&since=${since}&timeout=10000`}`;
    const response = await fetch(`${this.#base}/_matrix/client/v3/sync?${query}`, {
      headers: { authorization: `Bearer ${this.#token}` },
      signal: this.#over.signal,
    });
    return response.json();
  }

  async #follow(from: string): Promise<void> {
    let since: string | undefined = from;
    for (let vain = 0; !this.#over.signal.aborted;) {
      try {
        const answer = await this.#sync(since);
        if (answer.next_batch === undefined) {
          vain += 1;
          if (vain >= MOST_VAIN) since = undefined;
          await sleep(PAUSE_MS);
          continue;
        }
        vain = 0;
        if (since === undefined) this.#forget();
        for (const [room, joined] of Object.entries<Json>(answer.rooms?.join ?? {})) {
          this.#rooms.set(room, [...this.events(room), ...joined.timeline.events]);
          for (const one of joined.ephemeral?.events ?? [])
            if (one.type === 'm.typing') this.#sees(room, one.content.user_ids.map(nameOf));
        }
        since = answer.next_batch;
        this.#wake();
      } catch {
        if (!this.#over.signal.aborted) await sleep(PAUSE_MS);
      }
    }
  }

  /** As a client that is started again knows nothing of before. */
  #forget(): void {
    this.#rooms.clear();
    this.#typing.clear();
  }

  #sees(room: string, typing: string[]): void {
    this.#typing.set(room, typing);
    for (const who of typing) this.typed.add(who);
  }
}

const nameOf = (user: string): string => user.replace(/^@(?:agent_)?/, '').replace(/:.*$/, '');

function show(event: Json, edits: readonly Json[]): Shown {
  const last = edits.at(-1);
  const now = last?.content['m.new_content'] ?? event.content;
  const relation = event.content['m.relates_to'];
  const chavion = now['com.chavion'] ?? {};
  return {
    id: event.event_id,
    who: nameOf(event.sender),
    msgtype: now.msgtype,
    body: now.body,
    html: now.formatted_body,
    mentions: now['m.mentions'],
    at: event.origin_server_ts,
    lastAt: last?.origin_server_ts ?? event.origin_server_ts,
    versions: [event.content, ...edits.map((edit) => edit.content['m.new_content'])].map((one) => ({
      body: one.body,
      html: one.formatted_body,
    })),
    growing: chavion.streaming === true,
    thread: relation?.rel_type === 'm.thread' ? relation.event_id : undefined,
    replyTo: relation?.is_falling_back === true ? undefined : relation?.['m.in_reply_to']?.event_id,
    source: chavion.source,
    chavion,
    content: now,
  };
}
