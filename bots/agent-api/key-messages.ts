import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import { AgentId, EventId, RoomId, type UserId } from '../../bridge/protocol/ids.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';

const Sent = z.object({ room: RoomId, event: EventId, at: z.int() });
const KEY_MESSAGES = swarmKey('door', 'letters');
const KEY_ROOMS = swarmKey('door', 'desks');
/** Whoever has not copied it by then asks for a new key. */
export const LETTER_LASTS_MS = 3_600_000;
const SWEEP_MS = 60_000;

/** The one message that holds a key: to one master, in a room of his and the coordinator's, and soon taken out again. */
export class KeyMessages {
  readonly #redis: Redis;
  readonly #coordinator: Account;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: Redis, coordinator: Account, log: Logger) {
    this.#redis = redis;
    this.#coordinator = coordinator;
    this.#log = log;
  }

  start(): void {
    const sweep = () =>
      void this.sweep(Date.now()).catch(() => this.#log.warn('letters with keys could not be looked through'));
    sweep();
    this.#timer = setInterval(sweep, SWEEP_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** `name`: of the room, where one has to be made. An earlier message to this agent is taken out first. */
  async send(
    agent: AgentId,
    to: UserId,
    message: { readonly text: string; readonly name: string; readonly txn: string },
  ): Promise<void> {
    await this.withdraw(agent);
    const room = await this.#room(to, message.name);
    const content = messageContent({
      text: message.text,
      chavion: { v: 1, kind: 'notice' },
      mentions: [{ userId: to, name: '' }],
    });
    const event = await this.#coordinator.send(room, 'm.room.message', content, message.txn);
    await this.#redis.hset(
      KEY_MESSAGES,
      agent,
      JSON.stringify({ room, event, at: Date.now() } satisfies z.infer<typeof Sent>),
    );
  }

  /** Out of the room. Repeating it does nothing more. */
  async withdraw(agent: AgentId): Promise<void> {
    const raw = await this.#redis.hget(KEY_MESSAGES, agent);
    if (raw === null) return;
    const { room, event } = Sent.parse(JSON.parse(raw));
    await this.#coordinator.redact(room, event, `letter.${event}`, 'key').catch((error: unknown) => {
      if (!refused(error)) throw error;
    });
    await this.#redis.hdel(KEY_MESSAGES, agent);
  }

  async sweep(now: number): Promise<void> {
    for (const [agent, raw] of Object.entries(await this.#redis.hgetall(KEY_MESSAGES))) {
      if (now - Sent.parse(JSON.parse(raw)).at >= LETTER_LASTS_MS) await this.withdraw(AgentId.parse(agent));
    }
  }

  /** One for each master, as long as he has not left it. */
  async #room(master: UserId, name: string): Promise<RoomId> {
    const known = RoomId.safeParse(await this.#redis.hget(KEY_ROOMS, master));
    if (known.success) {
      const member = z
        .object({ membership: z.enum(['join', 'invite']) })
        .safeParse(await this.#coordinator.state(known.data, 'm.room.member', master));
      if (member.success) return known.data;
    }
    const power = {
      users: { [this.#coordinator.userId]: 100 },
      users_default: 0,
      invite: 100,
      state_default: 100,
      events: { 'm.room.encryption': 101 },
    };
    // From version 12 on a creator stands above everybody and may not be named.
    const body = {
      room_version: '11',
      preset: 'private_chat',
      is_direct: true,
      name,
      invite: [master],
      power_level_content_override: power,
    };
    const { room_id: room } = z
      .object({ room_id: RoomId })
      .parse(await this.#coordinator.call('POST', '/_matrix/client/v3/createRoom', { body }));
    await this.#redis.hset(KEY_ROOMS, master, room);
    return room;
  }
}
