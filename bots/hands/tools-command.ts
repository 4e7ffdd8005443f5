import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import type { ExecutorOffer } from '../../bridge/queue/executor-offers.ts';
import { codeWords } from '../../bridge/matrix/markdown-words.ts';
import * as say from '../../bridge/text/hands/tools.ts';
import { agentsNamed } from '../budget/budget-wish.ts';
import type { SwarmCommands } from '../commands/house-commands.ts';
import type { Residents } from '../residents/residents.ts';
import { ALL_TOOLS, type ToolSwitches } from './tool-switches.ts';

export interface ToolsCommandDeps {
  readonly offers: { readonly now: () => ExecutorOffer };
  readonly switches: ToolSwitches;
  readonly residents: Pick<Residents, 'agents' | 'byId'>;
}

export type ToolsWish =
  | { readonly kind: 'show' }
  | { readonly kind: 'switch'; readonly agents: readonly AgentId[]; readonly group: string; readonly to: 'on' | 'off' }
  | { readonly kind: 'bad' };

const TO: ReadonlyMap<string, 'on' | 'off'> = new Map([
  ['끄기', 'off'],
  ['꺼', 'off'],
  ['끔', 'off'],
  ['off', 'off'],
  ['켜기', 'on'],
  ['켜', 'on'],
  ['켬', 'on'],
  ['on', 'on'],
]);

/** What stands behind `!tools`: nothing, or `[server] agent… on|off`. Pure. */
export function toolsWish(words: string, agents: Residents['agents'], servers: readonly string[]): ToolsWish {
  const parts = words
    .normalize('NFC')
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (parts.length === 0) return { kind: 'show' };
  const to = TO.get(parts.at(-1)?.toLowerCase() ?? '');
  const server = servers.find((name) => name === parts[0]?.toLowerCase());
  const named = agentsNamed(parts.slice(server === undefined ? 0 : 1, -1).join(' '), agents);
  if (to === undefined || named.length === 0) return { kind: 'bad' };
  return { kind: 'switch', agents: named, group: server ?? ALL_TOOLS, to };
}

/** `!tools`: what there is, and who may use it. Adding a server stays with the terminal. */
export const toolsCommand = (deps: ToolsCommandDeps): SwarmCommands<'tools'> => ({
  tools: (job) => carryOutTools(job, deps),
});

async function carryOutTools(
  { words, at, lang }: SwarmCommandJob,
  { offers, switches, residents }: ToolsCommandDeps,
): Promise<string> {
  const { mail, tools = [] } = offers.now();
  const servers = [...Map.groupBy(tools, ({ server }) => server)].map(([name, all]) => ({ name, tools: all }));
  const wish = toolsWish(
    words,
    residents.agents,
    servers.map(({ name }) => name),
  );
  const nameOf = (agent: AgentId) => residents.byId.get(agent)?.config.name ?? agent;
  const example = residents.agents[0]?.config.name ?? '';
  switch (wish.kind) {
    case 'bad':
      return say.notTools[lang](example);
    case 'switch': {
      for (const agent of wish.agents) await switches.set({ agent, group: wish.group }, wish.to, at);
      const group = wish.group === ALL_TOOLS ? null : wish.group;
      return say.toolsSwitched[lang](wish.agents.map(nameOf), group, wish.to);
    }
    case 'show':
      await switches.read();
      return say.toolsTable[lang]({
        mail: mail !== undefined,
        servers: servers.map((server) => ({
          ...server,
          tools: server.tools.map((tool) => ({ ...tool, name: codeWords(tool.name, 40) })),
        })),
        off: switches
          .off()
          .map(({ agent, group }) => ({ name: nameOf(agent), group: group === ALL_TOOLS ? null : group })),
        example,
      });
  }
}
