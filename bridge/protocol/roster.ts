import { z } from 'zod';
import { AgentId } from './ids.ts';

/** `<provider>/<model>`, or a bare word for models that need none: `openai/gpt-5.2`, `rehearsal`, `relay`. */
export const ModelName = z
  .string()
  .regex(/^(?:(?:openai|anthropic|google|perplexity|compatible|manus)\/\S+|echo\/[1-9]\d{0,5}@[1-9]\d{0,3}|rehearsal|relay|echo)$/, {
    error: 'expected <provider>/<model> with provider openai, anthropic, google, perplexity, compatible or manus; or rehearsal, relay, echo, echo/<tokens>@<tokens per second>',
  });
export type ModelName = z.infer<typeof ModelName>;

const callsigns = z.array(z.string().trim().min(1).max(40)).min(1).max(20);

/** Micro-dollars for a million tokens: 1 USD is 1_000_000. Integers, so that sums never drift. */
const Price = z.strictObject({ input: z.int().nonnegative(), output: z.int().nonnegative() });

export const AgentConfig = z.strictObject({
  id: AgentId,
  name: z.string().trim().min(1).max(40),
  callsigns,
  /** One line for people, shown by `!agents`. */
  role: z.string().trim().min(1).max(200),
  model: ModelName,
  fallback: ModelName.optional(),
  /** Only for `compatible/…`: the address with its version segment, and the variable that holds its key. */
  endpoint: z.strictObject({ url: z.url(), keyEnv: z.string().regex(/^[A-Z][A-Z0-9_]*$/).optional() }).optional(),
  /** What the agent is told of itself; who it is and whom it serves is added in front. */
  prompt: z.string().trim().min(1).max(20_000),
  /** `auto` answers in the language of the message. */
  language: z.enum(['auto', 'ko', 'en']).default('auto'),
  /** How much of the room a call may carry, in tokens as estimated. */
  contextTokens: z.int().min(1_000).max(2_000_000).default(32_000),
  maxOutputTokens: z.int().min(16).max(200_000).default(4_000),
  temperature: z.number().min(0).max(2).optional(),
  reasoningEffort: z.enum(['minimal', 'low', 'medium', 'high']).optional(),
  /** Whether images may be sent to the model. */
  sees: z.boolean().default(true),
  price: Price.optional(),
  /** Colour of the avatar, `#rrggbb`. */
  colour: z.string().regex(/^#[0-9a-f]{6}$/i).optional(),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

const Resident = z.strictObject({ name: z.string().trim().min(1).max(40), callsigns });

export const Roster = z
  .strictObject({
    /** How everyone addresses the owner. */
    ownerTitle: z.string().trim().min(1).max(40).default('마스터'),
    coordinator: Resident,
    executor: Resident,
    /** In the order in which they take the floor in a discussion. */
    agents: z.array(AgentConfig).min(1).max(200),
    /** Who sums up discussions; the next ready one stands in. */
    integrator: AgentId,
    /** Who sums up what no longer fits into a context (the integrator, or whoever has a real mind), and at most how often. */
    memory: z.strictObject({ agent: AgentId.optional(), everyMessages: z.int().min(1).max(10_000).default(40) }).prefault({}),
    /** How long the words of an AI without an API are waited for, minutes. */
    relay: z.strictObject({ remindAfter: z.number().min(0.01).max(1_440).default(20), absentAfter: z.number().min(0.01).max(2_880).default(120) }).prefault({}),
  })
  .superRefine((roster, ctx) => {
    const seenIds = new Set<string>(['coordinator', 'executor']);
    const seenCalls = new Map<string, string>();
    const claim = (who: string, words: readonly string[], path: (string | number)[]) => {
      for (const [i, word] of words.entries()) {
        const key = word.normalize('NFC').toLowerCase();
        const other = seenCalls.get(key);
        if (other !== undefined && other !== who) {
          ctx.addIssue({ code: 'custom', path: [...path, i], message: `callsign "${word}" already belongs to ${other}` });
        }
        seenCalls.set(key, who);
      }
    };
    claim('coordinator', roster.coordinator.callsigns, ['coordinator', 'callsigns']);
    claim('executor', roster.executor.callsigns, ['executor', 'callsigns']);
    for (const [i, agent] of roster.agents.entries()) {
      if (seenIds.has(agent.id)) ctx.addIssue({ code: 'custom', path: ['agents', i, 'id'], message: `"${agent.id}" is taken` });
      seenIds.add(agent.id);
      claim(agent.id, agent.callsigns, ['agents', i, 'callsigns']);
      if (agent.model.startsWith('compatible/') && agent.endpoint === undefined) {
        ctx.addIssue({ code: 'custom', path: ['agents', i, 'endpoint'], message: 'a compatible/… model needs an endpoint' });
      }
    }
    const { agent: keeper } = roster.memory;
    if (keeper !== undefined && !roster.agents.some((a) => a.id === keeper)) {
      ctx.addIssue({ code: 'custom', path: ['memory', 'agent'], message: `nobody is called "${keeper}"` });
    }
    if (!roster.agents.some((a) => a.id === roster.integrator)) {
      ctx.addIssue({ code: 'custom', path: ['integrator'], message: `nobody is called "${roster.integrator}"` });
    }
  });
export type Roster = z.infer<typeof Roster>;
