import { canonicalHash } from '../../bridge/digest/canonical.ts';
import { serverPin, type ToolChanges, toolPin } from '../../bridge/digest/tool-pin.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import { woven } from '../../bridge/matrix/woven.ts';
import type { Lang, RoomId } from '../../bridge/protocol/ids.ts';
import { saysReadOnly, type ToolServer } from '../../bridge/protocol/tools/tool-servers.ts';
import type { ExecutorOffer } from '../../bridge/queue/executor-offers.ts';
import { toolsChanged } from '../../bridge/text/room/tools-changed.ts';
import { type Rules, rulesNow, BrokenRules } from '../policy/rules.ts';

export interface ToolStateDeps {
  readonly account: Pick<Account, 'send'>;
  readonly ops: () => RoomId;
  readonly lang: Lang;
}

/** What servers were last heard to say of their tools, where that is not what the owner saw. */
export class ToolState {
  readonly #deps: ToolStateDeps;
  /** By the server and its tools as the owner has them: accepting a change begins anew. */
  readonly #changed = new Map<string, readonly string[]>();

  constructor(deps: ToolStateDeps) {
    this.#deps = deps;
  }

  /** Tells the owner once of each such state: the message's id is made of it. */
  async changed(server: ToolServer, changes: ToolChanges): Promise<void> {
    const { account, ops, lang } = this.#deps;
    this.#changed.set(pinsOf(server), [...changes.changed, ...changes.gone]);
    const text = woven(({ code }) => {
      const names = (of: readonly string[]) => of.slice(0, 12).map((name) => code(name));
      return toolsChanged[lang](code(server.name), {
        changed: names(changes.changed),
        gone: names(changes.gone),
        added: names(changes.added),
      });
    });
    const content = messageContent({ ...text, msgtype: 'm.text', chavion: { v: 1, kind: 'notice' } });
    const about = canonicalHash({ server: pinsOf(server), changes }).slice(0, 24);
    await account.send(ops(), 'm.room.message', content, `x.tools.${about}`);
  }

  isChanged(server: ToolServer, tool: string): boolean {
    return this.#changed.get(pinsOf(server))?.includes(tool) ?? false;
  }
}

const pinsOf = (server: ToolServer): string =>
  canonicalHash({ server: serverPin(server), tools: server.tools.map(toolPin) });

/** Of all servers together: more would be read with every question. */
const MOST_OFFERED = 64;
const MAX_DESCRIPTION = 1_000;

/** What agents are told of the owner's servers: nothing of where they are and what opens them. */
export function toolOffer(read: () => Rules, state: Pick<ToolState, 'isChanged'>): ExecutorOffer {
  const rules = rulesNow(read);
  if (rules instanceof BrokenRules) return {};
  const tools = (rules.toolServers ?? []).flatMap((server) =>
    server.tools.map((tool) => ({
      server: server.name,
      name: tool.name,
      description: (tool.description ?? tool.title ?? '').slice(0, MAX_DESCRIPTION),
      input: tool.inputSchema,
      free: server.trustReading && saysReadOnly(tool),
      changed: state.isChanged(server, tool.name),
    })),
  );
  return tools.length === 0 ? {} : { tools: tools.slice(0, MOST_OFFERED) };
}
