import type { AgentId } from '../bridge/protocol/ids.ts';
import type { ExecutorOffers } from '../bridge/queue/executor-offers.ts';
import type { OrderBox } from '../bridge/queue/executor-queue.ts';
import { CommandResults } from './hands/command-results.ts';
import { commandTools } from './hands/command-tools.ts';
import { documentTools } from './hands/document-tools.ts';
import { houseTool, type HouseToolDeps } from './hands/house-tool.ts';
import { redisJournal } from './hands/journal.ts';
import { mailTools } from './hands/mail-tools.ts';
import { makeTools } from './hands/make-tools.ts';
import { pageTool } from './hands/page-tool.ts';
import { proposeTool } from './hands/propose-tool.ts';
import { searchTool } from './hands/search-tool.ts';
import { noting, seenAddresses } from './hands/seen-addresses.ts';
import { serverTools } from './hands/server-tools.ts';
import type { Hands } from './hands/stream-with-hands.ts';
import { taintStore } from './hands/taint-store.ts';
import { type ToolSwitches, unlessOff } from './hands/tool-switches.ts';
import { searchersAmong, webSearchTool } from './hands/web-search.ts';
import type { ModelBindings } from './models/model-bindings.ts';
import type { SwarmBase } from './swarm-base.ts';
import { isSaid } from './turns/context.ts';

export interface HandsParts {
  readonly base: SwarmBase;
  readonly queues: { readonly orders: OrderBox };
  readonly bindings: ModelBindings;
  readonly offers: Pick<ExecutorOffers, 'now'>;
  readonly switches: ToolSwitches;
  readonly house: HouseToolDeps['view'];
}

/** All that agents can do beside speaking, and where what comes of it is heard. */
export function buildHands({ base, queues, bindings, offers, switches, house }: HandsParts): {
  readonly hands: Hands;
  readonly commandResults: CommandResults;
} {
  const commandResults = new CommandResults(base.redis);
  const asked = { orders: queues.orders, results: commandResults };
  const seen = seenAddresses(base.redis);
  const tools = [
    ...commandTools(asked),
    ...documentTools(asked),
    ...makeTools(asked),
    proposeTool(base),
    houseTool({ view: house, masters: base.masters }),
    searchTool({ ...base, isSaid }),
    pageTool({ ...base, ...asked, seen }),
    noting(
      webSearchTool({
        ownerTitle: base.roster.ownerTitle,
        timeZone: base.timeZone,
        now: Date.now,
        searchers: searchersAmong(bindings),
      }),
      seen,
    ),
  ];
  return {
    commandResults,
    hands: {
      journal: redisJournal(base.redis),
      taints: taintStore(base.redis),
      // What executors offer changes while the house goes on.
      get tools() {
        const { mail, tools: others } = offers.now();
        const isOn = (agent: AgentId, server: string) => switches.isOn(agent, server);
        const own = [...tools, ...mailTools(asked, mail)].map((one) => unlessOff(one, switches));
        return [...own, ...serverTools(asked, others, isOn)];
      },
    },
  };
}
