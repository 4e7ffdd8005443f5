import { z } from 'zod';
import { AgentId } from './ids.ts';
import { Judgement } from './judging/judgement.ts';
import { MODEL_NAME, MODEL_NAME_FIELD, MODEL_NAME_FORM, modelFacts } from './models.ts';

/** `<provider>/<model>`, or a bare word for models that need none: `openai/gpt-5.2`, `rehearsal`, `relay`. */
export const ModelName = z.string().regex(MODEL_NAME, { error: MODEL_NAME_FORM });
export type ModelName = z.infer<typeof ModelName>;

const callsigns = z
  .array(z.string().trim().min(1).max(40))
  .min(1)
  .max(20)
  .describe('Everything by which it is called.');

const amount = (what: string) => z.int().nonnegative().describe(what);
const optionalAmount = (what: string) => z.int().nonnegative().optional().describe(what);
const rates = {
  input: amount('What goes to the model.'),
  output: amount('What comes from it, thoughts included.'),
  cachedInput: optionalAmount('Input that the provider still had from before; like other input where it is not set.'),
  cacheWrite: optionalAmount('Input that the provider keeps for later calls; like other input where it is not set.'),
};

/** Integers, so that sums never drift. */
const Price = z
  .strictObject({
    ...rates,
    audioInput: optionalAmount('Sound that goes to the model; like other input where it is not set.'),
    search: optionalAmount('One search by the provider, in micro-dollars.'),
    credit: optionalAmount('One credit of a provider that counts in credits, in micro-dollars.'),
    long: z
      .strictObject({ above: z.int().positive().describe('In tokens of input.'), ...rates })
      .optional()
      .describe('What all of a call costs that is longer than this.'),
  })
  .describe(
    'Of a million tokens of its model, in micro-dollars: 1 USD is 1000000. Goes before the price table of the house.',
  );
export type Price = z.infer<typeof Price>;

const PriceOfModel = Price.safeExtend({ model: ModelName.describe('As in `!model`.') });

/** What a picture, rehearsed words and a place in the cycle follow from. */
export const PERSONAS = ['leader', 'integrator', 'analyst', 'planner', 'researcher', 'writer'] as const;
export type Persona = (typeof PERSONAS)[number];

export const AgentConfig = z.strictObject({
  id: AgentId.describe('Its account is `@agent_<id>`; small Latin letters, digits, - and _. Permanent.'),
  name: z.string().trim().min(1).max(40).describe('As people read it.'),
  callsigns,
  role: z.string().trim().min(1).max(200).describe('One line on what it is for; the others are told it too.'),
  persona: z
    .enum(PERSONAS)
    .optional()
    .describe(
      'Its picture and its rehearsed words; in the cycle the integrator senses, the analyst analyses, the planner plans and the leader carries out. Agents with an id of the default residents have theirs.',
    ),
  model: ModelName.describe(MODEL_NAME_FIELD),
  fallback: ModelName.optional().describe('Answers where the model has no key, or fails to the last try.'),
  endpoint: z
    .strictObject({
      url: z.url().describe('With its version segment: http://127.0.0.1:11434/v1'),
      keyEnv: z
        .string()
        .regex(/^[A-Z][A-Z0-9_]*$/)
        .optional()
        .describe('The variable that holds the key, where there is one.'),
      limit: z
        .int()
        .min(1)
        .max(1_000)
        .optional()
        .describe(
          'How many answers it gives at once; the others wait their turn. Without it 1 for a server at home (this machine, a private address, a name without a dot), none elsewhere. llama.cpp: its `-np`; Ollama: its `OLLAMA_NUM_PARALLEL`; vLLM takes 16 and more.',
        ),
    })
    .optional()
    .describe('For compatible/… alone: Ollama, vLLM, llama.cpp, a gateway.'),
  prompt: z
    .string()
    .trim()
    .min(1)
    .max(20_000)
    .describe('What it is told of itself; who it is and whom it serves is added in front.'),
  language: z.enum(['auto', 'ko', 'en']).default('auto').describe('auto answers in the language of the message.'),
  contextTokens: z
    .int()
    .min(1_000)
    .max(2_000_000)
    .default(32_000)
    .describe('How much of the room one call may carry, in tokens as estimated.'),
  maxOutputTokens: z.int().min(16).max(200_000).default(4_000).describe('The longest answer, in tokens.'),
  taskOutputTokens: z
    .int()
    .min(16)
    .max(200_000)
    .optional()
    .describe('The same in tasks, whose plans and reports are longer; without it they get what they need.'),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe('Left to the provider where it is not set; reasoning models ignore it.'),
  reasoningEffort: z
    .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
    .optional()
    .describe(
      'How hard the model thinks, where it can; a level that it does not have becomes its next one. Left to the provider where it is not set.',
    ),
  patience: z
    .int()
    .min(5)
    .max(3_600)
    .optional()
    .describe(
      'Seconds of silence after which an answer is given up, counted from when its turn has come. Without it 60, more where it thinks hard, and 300 for a server at home.',
    ),
  proposes: z
    .boolean()
    .default(true)
    .describe(
      'Whether it is asked for a plan in a task. A weak model may be left out: it criticises and votes still, and is asked after all where nobody else has a plan.',
    ),
  simple: z
    .boolean()
    .optional()
    .describe(
      'Whether it is asked short, simple questions in tasks, as a small model needs it: its plan is then one file or a few sentences, without commands. Without it: where contextTokens is under 8,000, and for the rest of a task in which it has not managed the full form.',
    ),
  sees: z.boolean().default(true).describe('Whether images may be sent to the model.'),
  price: Price.optional(),
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .optional()
    .describe('Of the avatar, #rrggbb.'),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

const Resident = z.strictObject({ name: z.string().trim().min(1).max(40).describe('As people read it.'), callsigns });

export const Roster = z
  .strictObject({
    ownerTitle: z.string().trim().min(1).max(40).default('마스터').describe('How everyone addresses the owner.'),
    coordinator: Resident.describe('Runs commands and tasks; speaks for the house.'),
    executor: Resident.describe('Runs what was ordered.'),
    agents: z.array(AgentConfig).min(1).max(200).describe('In the order in which they take the floor in a discussion.'),
    prices: z
      .array(PriceOfModel)
      .default([])
      .describe(
        'Of models that agents are given later by `!model`, where they are not as in the price table of the house; those of the agents above need not be repeated. A model without any counts at the dearest price that is known.',
      ),
    integrator: AgentId.describe('The id of the agent that sums up discussions; the next ready one stands in.'),
    acts: z
      .array(AgentId)
      .min(1)
      .optional()
      .describe(
        'Ids of those who act on what is said to all: the first of them that can. Whoever is called by name acts anyway. Without it the order of the agents above.',
      ),
    memory: z
      .strictObject({
        agent: AgentId.optional().describe(
          'Who sums up; the integrator, or whoever has a real model, where nobody is named.',
        ),
        everyMessages: z.int().min(1).max(10_000).default(40).describe('At most once in so many messages of a room.'),
      })
      .prefault({})
      .describe('The summary of what no longer fits into a context.'),
    judgement: Judgement.prefault({}).describe('How plans are judged before one is carried out; `!judge` changes it.'),
    relay: z
      .strictObject({
        remindAfter: z.number().min(0.01).max(1_440).default(20).describe('Minutes until the one reminder.'),
        absentAfter: z.number().min(0.01).max(2_880).default(120).describe('Minutes until the agent counts as absent.'),
      })
      .prefault({})
      .describe('An AI without an API, reached through its web chat by hand.'),
  })
  .superRefine((roster, ctx) => {
    const seenIds = new Set<string>(['coordinator', 'executor']);
    const seenCalls = new Map<string, string>();
    const claim = (who: string, words: readonly string[], path: (string | number)[]) => {
      for (const [i, word] of words.entries()) {
        const key = word.normalize('NFC').toLowerCase();
        const other = seenCalls.get(key);
        if (other !== undefined && other !== who) {
          ctx.addIssue({
            code: 'custom',
            path: [...path, i],
            message: `callsign "${word}" already belongs to ${other}`,
          });
        }
        seenCalls.set(key, who);
      }
    };
    claim('coordinator', roster.coordinator.callsigns, ['coordinator', 'callsigns']);
    claim('executor', roster.executor.callsigns, ['executor', 'callsigns']);
    for (const [i, agent] of roster.agents.entries()) {
      if (seenIds.has(agent.id))
        ctx.addIssue({ code: 'custom', path: ['agents', i, 'id'], message: `"${agent.id}" is taken` });
      seenIds.add(agent.id);
      claim(agent.id, agent.callsigns, ['agents', i, 'callsigns']);
      const models = [agent.model, agent.fallback].map((model) => modelFacts(model ?? ''));
      if (models.some(({ elsewhere }) => elsewhere)) {
        ctx.addIssue({
          code: 'custom',
          path: ['agents', i, 'model'],
          message: 'agents from outside are let in with !agent add',
        });
      }
      if (models.some(({ endpoint }) => endpoint) && agent.endpoint === undefined) {
        ctx.addIssue({
          code: 'custom',
          path: ['agents', i, 'endpoint'],
          message: 'a compatible/… model needs an endpoint',
        });
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
