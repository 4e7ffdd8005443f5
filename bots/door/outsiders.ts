import type { Redis } from 'ioredis';
import { ONLINE_MS, Outsider } from '../../bridge/protocol/door.ts';
import type { AgentId } from '../../bridge/protocol/ids.ts';
import { AgentConfig, ModelName } from '../../bridge/protocol/roster.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';

export const MAX_OUTSIDERS = 100;
const AGENTS = swarmKey('door', 'agents');
const HEARD = swarmKey('door', 'heard');
/** Another swarm process may have heard of somebody, or let somebody in. */
const LOOK_MS = 3_000;
/** Of a burst of calls one is written down. */
const WRITE_MS = 2_000;

/** As the other residents know it. It is asked through its mailbox. */
export function configOf({ id, name }: Outsider): AgentConfig {
  return AgentConfig.parse({
    id,
    name,
    callsigns: [...new Set([name, id].map((word) => word.normalize('NFC')))],
    role: 'lives elsewhere and joins through the door',
    model: ModelName.parse('outside'),
    prompt: `You live elsewhere and join by HTTP as ${name}.`,
  });
}

/** The agents that live elsewhere: who they are, and when they were last heard of. */
export class Outsiders {
  readonly #redis: Redis;
  readonly #changed: (agents: readonly AgentConfig[]) => void;
  readonly #now: () => number;
  #agents: ReadonlyMap<AgentId, Outsider> = new Map();
  readonly #heard = new Map<AgentId, number>();
  readonly #written = new Map<AgentId, number>();
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
    return this.#now() - (this.#heard.get(id) ?? -ONLINE_MS) < ONLINE_MS;
  }

  async heard(id: AgentId): Promise<void> {
    const now = this.#now();
    this.#heard.set(id, now);
    if (now - (this.#written.get(id) ?? 0) < WRITE_MS) return;
    this.#written.set(id, now);
    await this.#redis.hset(HEARD, id, now);
  }

  async add(agent: Outsider): Promise<void> {
    await this.#redis.hset(AGENTS, agent.id, JSON.stringify(agent));
    await this.#look();
  }

  async remove(id: AgentId): Promise<void> {
    await this.#redis.multi().hdel(AGENTS, id).hdel(HEARD, id).exec();
    this.#heard.delete(id);
    this.#written.delete(id);
    await this.#look();
  }

  async #look(): Promise<void> {
    const [agents, heard] = await Promise.all([this.#redis.hgetall(AGENTS), this.#redis.hgetall(HEARD)]);
    for (const [id, at] of Object.entries(heard)) {
      const agent = Outsider.shape.id.parse(id);
      this.#heard.set(agent, Math.max(Number(at), this.#heard.get(agent) ?? 0));
    }
    const entries = Object.entries(agents).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const raw = JSON.stringify(entries);
    if (raw === this.#raw) return;
    this.#raw = raw;
    const all = entries.map(([, one]) => Outsider.parse(JSON.parse(one))).toSorted((a, b) => a.addedAt - b.addedAt);
    this.#agents = new Map(all.map((one) => [one.id, one]));
    this.#changed(all.map(configOf));
  }
}
