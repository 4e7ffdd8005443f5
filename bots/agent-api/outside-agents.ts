import type { Redis } from 'ioredis';
import type { AgentConfig } from '../../bridge/protocol/roster.ts';
import { AgentInbox } from '../../bridge/stores/agent-inbox.ts';
import { Questions } from '../../bridge/stores/open-questions.ts';
import type { OutsideAgentPort } from '../models/providers/outside.ts';
import type { Residents } from '../residents/residents.ts';
import { Outsiders } from './outsiders.ts';

/** What a script does without: one that does not answer a question within this is absent. */
const ANSWER_MS = 5 * 60_000;

/** Who lives elsewhere, what lies in their inboxes, and how a turn asks them. Stands below the models, which ask here. */
export interface OutsideAgents {
  readonly outsiders: Outsiders;
  readonly inbox: AgentInbox;
  readonly questions: Questions;
  readonly port: OutsideAgentPort;
  /** From `start` on, `changed` is told of all of them whenever one comes or goes. */
  onChange(changed: (agents: readonly AgentConfig[]) => void): void;
}

export function createOutsideAgents({
  redis,
  residents,
}: {
  readonly redis: Redis;
  readonly residents: Residents;
}): OutsideAgents {
  let tell: (agents: readonly AgentConfig[]) => void = () => undefined;
  const outsiders = new Outsiders(redis, (agents) => {
    residents.outside(agents);
    tell(agents);
  });
  const inbox = new AgentInbox(redis);
  const questions = new Questions(redis, inbox);
  return {
    outsiders,
    inbox,
    questions,
    onChange: (changed) => {
      tell = changed;
    },
    port: {
      maySpeak: (agent) => outsiders.maySpeak(agent),
      online: (agent) => outsiders.isOnline(agent) && outsiders.maySpeak(agent),
      listening: (agent) => outsiders.isListening(agent) && outsiders.maySpeak(agent),
      ask: ({ turn, agent, question, prompt, chain, task }, signal) => {
        const from = chain === undefined ? 'coordinator' : (residents.byUser.get(chain.from)?.id ?? 'master');
        const until = task?.until ?? Date.now() + ANSWER_MS;
        const inTask = task === undefined ? {} : { task: { id: `s${task.no}`, phase: task.phase } };
        const inChain =
          chain === undefined ? {} : { chain: { root: chain.root, depth: chain.depth, event: chain.event } };
        return questions.ask(
          { id: turn, agent: agent.id, from, content: question, prompt, until, ...inTask, ...inChain },
          () => outsiders.isOnline(agent.id),
          signal,
        );
      },
    },
  };
}
