import type { Redis } from 'ioredis';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import type { Tool } from './tool.ts';

/** All that an agent could use, in place of a server's name. */
export const ALL_TOOLS = '*';

export interface ToolSwitch {
  readonly agent: AgentId;
  /** An MCP server's name, or `ALL_TOOLS`. */
  readonly group: string;
}

const KEY = swarmKey('tools-off');
/** A switch made by another swarm is known here so soon. */
const READ_EVERY_MS = 3_000;

/** Which tools masters have taken from which agents. */
export class ToolSwitches {
  readonly #redis: Pick<Redis, 'hgetall' | 'hset' | 'hget'>;
  #stored: Readonly<Record<string, string>> = {};
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: Pick<Redis, 'hgetall' | 'hset' | 'hget'>) {
    this.#redis = redis;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.read().catch(() => undefined), READ_EVERY_MS).unref();
    await this.read();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async read(): Promise<void> {
    this.#stored = await this.#redis.hgetall(KEY);
  }

  isOn(agent: AgentId, group: string): boolean {
    return [ALL_TOOLS, group].every((one) => !isOff(this.#stored[fieldOf({ agent, group: one })]));
  }

  off(): readonly ToolSwitch[] {
    return Object.entries(this.#stored).flatMap(([field, value]) => {
      const [agent, group] = field.split(' ');
      const known = AgentId.safeParse(agent);
      return isOff(value) && known.success && group !== undefined ? [{ agent: known.data, group }] : [];
    });
  }

  /** `at`: of the order, milliseconds since 1970; one that comes again after a later one changes nothing. */
  async set(one: ToolSwitch, to: 'on' | 'off', at: number): Promise<void> {
    const before = Number((await this.#redis.hget(KEY, fieldOf(one)))?.split(' ')[0] ?? 0);
    if (before <= at) await this.#redis.hset(KEY, fieldOf(one), `${at} ${to}`);
    await this.read();
  }
}

/** One of the house's own tools, but for agents from whom all were taken. */
export const unlessOff = (of: Tool, switches: Pick<ToolSwitches, 'isOn'>): Tool => ({
  ...of,
  isOffered: (agent) => switches.isOn(agent, ALL_TOOLS) && (of.isOffered?.(agent) ?? true),
});

const fieldOf = ({ agent, group }: ToolSwitch): string => `${agent} ${group}`;
const isOff = (value: string | undefined): boolean => value?.endsWith(' off') === true;
