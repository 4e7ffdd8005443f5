import type { Redis } from 'ioredis';
import { LISTENING_MS, ONLINE_MS, Outsider } from '../../bridge/protocol/agent-api.ts';
import type { AgentId } from '../../bridge/protocol/ids.ts';
import { ELSEWHERE } from '../../bridge/protocol/models.ts';
import { AgentConfig, ModelName } from '../../bridge/protocol/roster.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';

export const MAX_OUTSIDERS = 100;
const AGENTS = swarmKey('door', 'agents');
const HEARD = swarmKey('door', 'heard');
const LISTENED = swarmKey('door', 'listened');
/** Another swarm process may have heard of somebody, or let somebody in. */
const LOOK_MS = 3_000;
/** Of a burst of calls one is written down. */
const WRITE_MS = 2_000;

/** As the other residents know it. It is asked through its inbox. */
export function configOf({ id, name }: Outsider): AgentConfig {
  return AgentConfig.parse({
    id,
    name,
    callsigns: [...new Set([name, id].map((word) => word.normalize('NFC')))],
    role: 'lives elsewhere and joins through the agents’ API',
    model: ModelName.parse(ELSEWHERE),
    prompt: `You live elsewhere and join by HTTP as ${name}.`,
  });
}

/** The agents that live elsewhere: who they are, and when they were last heard of. */
export class Outsiders {
  readonly #redis: Redis;
  readonly #changed: (agents: readonly AgentConfig[]) => void;
  readonly #now: () => number;
  #agents: ReadonlyMap<AgentId, Outsider> = new Map();
  readonly #heard = new Seen(HEARD);
  readonly #listened = new Seen(LISTENED);
  #raw = '';
  #timer: NodeJS.Timeout | undefined;

  /** @param changed is told of all of them whenever one comes or goes. */
  constructor(redis: Redis, changed: (agents: readonly AgentConfig[]) => void, now: () => number = Date.now) {
    this.#redis = redis;
    this.#changed = changed;
    this.#now = now;
  }

  async start(): Promise<void> {
    await this.#look();
    this.#timer = setInterval(() => void this.#look().catch(() => undefined), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get all(): readonly Outsider[] {
    return [...this.#agents.values()];
  }

  get(id: AgentId): Outsider | undefined {
    return this.#agents.get(id);
  }

  isOnline(id: AgentId): boolean {
    return this.#heard.within(id, ONLINE_MS, this.#now());
  }

  /** Whether it may speak at all: of others nobody expects an answer. */
  maySpeak(id: AgentId): boolean {
    return this.#agents.get(id)?.scopes.includes('speak') === true;
  }

  isListening(id: AgentId): boolean {
    return this.#listened.within(id, LISTENING_MS, this.#now());
  }

  async heard(id: AgentId): Promise<void> {
    await this.#heard.note(this.#redis, id, this.#now());
  }

  async listens(id: AgentId): Promise<void> {
    await this.#listened.note(this.#redis, id, this.#now());
  }

  async add(agent: Outsider): Promise<void> {
    await this.#redis.hset(AGENTS, agent.id, JSON.stringify(agent));
    await this.#look();
  }

  async remove(id: AgentId): Promise<void> {
    await this.#redis.multi().hdel(AGENTS, id).hdel(HEARD, id).hdel(LISTENED, id).exec();
    this.#heard.forget(id);
    this.#listened.forget(id);
    await this.#look();
  }

  async #look(): Promise<void> {
    const [agents] = await Promise.all([
      this.#redis.hgetall(AGENTS),
      this.#heard.look(this.#redis),
      this.#listened.look(this.#redis),
    ]);
    const entries = Object.entries(agents).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const raw = JSON.stringify(entries);
    if (raw === this.#raw) return;
    this.#raw = raw;
    const all = entries.map(([, one]) => Outsider.parse(JSON.parse(one))).toSorted((a, b) => a.addedAt - b.addedAt);
    this.#agents = new Map(all.map((one) => [one.id, one]));
    this.#changed(all.map(configOf));
  }
}

/** When each was last seen to do something, by this process and by others. */
class Seen {
  readonly #key: string;
  readonly #at = new Map<AgentId, number>();
  readonly #written = new Map<AgentId, number>();

  constructor(key: string) {
    this.#key = key;
  }

  within(id: AgentId, ms: number, now: number): boolean {
    const at = this.#at.get(id);
    return at !== undefined && now - at < ms;
  }

  async note(redis: Redis, id: AgentId, now: number): Promise<void> {
    this.#at.set(id, now);
    if (now - (this.#written.get(id) ?? 0) < WRITE_MS) return;
    this.#written.set(id, now);
    await redis.hset(this.#key, id, now);
  }

  forget(id: AgentId): void {
    this.#at.delete(id);
    this.#written.delete(id);
  }

  async look(redis: Redis): Promise<void> {
    for (const [id, at] of Object.entries(await redis.hgetall(this.#key))) {
      const agent = Outsider.shape.id.parse(id);
      this.#at.set(agent, Math.max(Number(at), this.#at.get(agent) ?? 0));
    }
  }
}
