import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface StateEvent {
  readonly type: string;
  readonly state_key: string;
  readonly sender: string;
  readonly origin_server_ts: number;
  readonly content: Record<string, unknown>;
}
type Answer = readonly [status: number, body: unknown];

/** As much of a homeserver as furnishing rooms asks of one, in memory: rooms are what their state says. Whoever asks is the admin, or the account whose token it is. */
export class PaperRooms implements AsyncDisposable {
  readonly rooms = new Map<string, StateEvent[]>();
  readonly aliases = new Map<string, string>();
  readonly accounts = new Set<string>();
  readonly admin: string;
  #made = 0;
  readonly #server: Server;

  private constructor(admin: string) {
    this.admin = admin;
    this.#server = createServer((incoming, outgoing) => {
      this.#answer(incoming).then(
        ([status, body]) =>
          outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
        () => outgoing.writeHead(500).end(),
      );
    });
  }

  static async open(admin: string, accounts: readonly string[]): Promise<PaperRooms> {
    const paper = new PaperRooms(admin);
    for (const account of [admin, ...accounts]) paper.accounts.add(account);
    await new Promise<void>((resolve) => paper.#server.listen(0, '127.0.0.1', resolve));
    return paper;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Anybody makes a room, or what an upgrade makes. */
  make(by: string, content: Record<string, unknown> = {}, id = `!room${(this.#made += 1)}:house.test`): string {
    this.rooms.set(id, []);
    this.put(id, by, 'm.room.create', { room_version: '12', ...content });
    this.put(id, by, 'm.room.member', { membership: 'join' }, by);
    return id;
  }

  put(room: string, sender: string, type: string, content: Record<string, unknown>, key = ''): void {
    const state = this.rooms.get(room) ?? [];
    const others = state.filter((event) => event.type !== type || event.state_key !== key);
    this.rooms.set(room, [...others, { type, state_key: key, sender, origin_server_ts: Date.now(), content }]);
  }

  content(room: string, type: string, key = ''): Record<string, unknown> | undefined {
    return this.rooms.get(room)?.find((event) => event.type === type && event.state_key === key)?.content;
  }

  joined(room: string): readonly string[] {
    return (this.rooms.get(room) ?? [])
      .filter(({ type, content }) => type === 'm.room.member' && content['membership'] === 'join')
      .map(({ state_key }) => state_key)
      .toSorted();
  }

  async #answer(incoming: IncomingMessage): Promise<Answer> {
    let text = '';
    for await (const part of incoming) text += String(part);
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    const url = new URL(incoming.url ?? '/', this.url);
    const path = url.pathname.split('/').map(decodeURIComponent);
    const [, by = this.admin] = /^Bearer as (.+)$/.exec(incoming.headers.authorization ?? '') ?? [];
    const method = incoming.method ?? 'GET';
    if (path[1] === '_synapse') return this.#asAdmin(path.slice(4), body);
    if (path[4] === 'capabilities') return [200, { capabilities: { 'm.room_versions': { default: '12' } } }];
    if (path[4] === 'createRoom') return [200, { room_id: this.#create(by, body) }];
    if (path[4] === 'directory') return this.#alias(method, path[6] ?? '', body);
    const [room = '', what, type = '', key = ''] = path.slice(5);
    if (!this.rooms.has(room)) return [404, { errcode: 'M_NOT_FOUND' }];
    const user = String(body['user_id']);
    if (what === 'state') this.put(room, by, type, body, key);
    else if (what === 'kick' && !this.#mayBeSent(room, user)) return [403, { errcode: 'M_FORBIDDEN' }];
    else if (what === 'kick') this.put(room, by, 'm.room.member', { membership: 'leave' }, user);
    else if (what === 'invite') this.put(room, by, 'm.room.member', { membership: 'invite' }, user);
    else if (what === 'join' || what === 'leave') this.put(room, by, 'm.room.member', { membership: what }, by);
    else return [404, { errcode: 'M_UNRECOGNIZED' }];
    return [200, {}];
  }

  /** Whoever is there, but for the one who has made it: nobody stands above him (room version 12). */
  #mayBeSent(room: string, user: string): boolean {
    const membership = String(this.content(room, 'm.room.member', user)?.['membership']);
    const maker = this.rooms.get(room)?.find(({ type }) => type === 'm.room.create')?.sender;
    return ['join', 'invite'].includes(membership) && user !== maker;
  }

  #asAdmin([what = '', name = '', rest = '']: readonly string[], body: Record<string, unknown>): Answer {
    if (what === 'users') return [200, { access_token: `as ${name}` }];
    if (!this.rooms.has(name)) return [404, { errcode: 'M_NOT_FOUND' }];
    if (what === 'join') {
      const user = String(body['user_id']);
      if (!this.accounts.has(user)) return [404, { errcode: 'M_NOT_FOUND' }];
      if (this.content(name, 'm.room.member', user)?.['membership'] === 'ban') return [403, { errcode: 'M_FORBIDDEN' }];
      this.put(name, user, 'm.room.member', { membership: 'join' }, user);
      return [200, {}];
    }
    return [200, rest === 'block' ? { block: false } : { state: this.rooms.get(name) }];
  }

  #create(by: string, body: Record<string, unknown>): string {
    const room = this.make(by, body['creation_content'] as Record<string, unknown>);
    this.put(room, by, 'm.room.power_levels', body['power_level_content_override'] as Record<string, unknown>);
    for (const name of ['name', 'topic']) this.put(room, by, `m.room.${name}`, { [name]: body[name] });
    this.put(room, by, 'm.room.join_rules', { join_rule: 'invite' });
    for (const { type, content } of body['initial_state'] as readonly StateEvent[]) this.put(room, by, type, content);
    return room;
  }

  #alias(method: string, alias: string, body: Record<string, unknown>): Answer {
    if (method === 'PUT') this.aliases.set(alias, String(body['room_id']));
    const room = this.aliases.get(alias);
    if (method === 'DELETE') this.aliases.delete(alias);
    return room === undefined ? [404, { errcode: 'M_NOT_FOUND' }] : [200, { room_id: room }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
