import type { AgentInbox } from '../../bridge/stores/agent-inbox.ts';
import type { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { sameChain } from './calls.ts';
import type { Outsiders } from './outsiders.ts';

export interface InboxNotice {
  readonly from: 'coordinator' | 'executor';
  readonly text: string;
  /** What the agent had asked with. */
  readonly event: EventId;
}

/** What the house by itself tells an agent that lives elsewhere: what became of what it has asked for. */
export class InboxMessages {
  readonly #inbox: AgentInbox;
  readonly #outsiders: Pick<Outsiders, 'get'>;

  constructor(inbox: AgentInbox, outsiders: Pick<Outsiders, 'get'>) {
    this.#inbox = inbox;
    this.#outsiders = outsiders;
  }

  /** Once for each `what`. Whoever was put out is told nothing any more. */
  async tell(agent: AgentId, what: string, { from, text, event }: InboxNotice): Promise<void> {
    if (this.#outsiders.get(agent) === undefined) return;
    const at = Date.now();
    await this.#inbox.put(agent, what, {
      type: 'report',
      from,
      content: text,
      event,
      at,
      ...sameChain(await this.#inbox.latest(agent), at),
    });
  }
}
