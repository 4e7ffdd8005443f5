import type { Redis } from 'ioredis';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { ModelName } from '../../bridge/protocol/roster.ts';
import { luaCommand, YesNo } from '../../bridge/queue/lua-command.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';

/** Agent to `<origin_server_ts of the choice> <model>`; a bare time stands for the roster's own model. */
export const MODELS_KEY = swarmKey('models');

const choose = luaCommand(import.meta.url, 'lua/choose-model-1.lua', YesNo);

/** Once the model has answered. `at`: origin_server_ts of the master's command; a newer choice stays. */
export async function chooseModel(redis: Redis, agent: AgentId, at: number, model: ModelName | null): Promise<void> {
  await choose(redis, [MODELS_KEY], [agent, at, storedModel(at, model)]);
}

export const storedModel = (at: number, model: ModelName | null): string => `${at} ${model ?? ''}`;

/** What masters have chosen by `!model`. What this version does not know is left out. */
export async function chosenModels(redis: Redis): Promise<ReadonlyMap<AgentId, ModelName>> {
  const choices = new Map<AgentId, ModelName>();
  for (const [id, value] of Object.entries(await redis.hgetall(MODELS_KEY))) {
    const agent = AgentId.safeParse(id);
    const model = ModelName.safeParse(value.slice(value.indexOf(' ') + 1));
    if (agent.success && model.success) choices.set(agent.data, model.data);
  }
  return choices;
}
