import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import type { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import type { JsonSchema, ToolOffer } from '../models/providers/provider.ts';
import { behindMarks, sealed } from '../residents/sealed.ts';
import type { Flow, Taint } from './rule-of-two.ts';
import type { Resident } from '../residents/residents.ts';

/** The turn that a tool is used in. */
export interface ToolTurn {
  readonly id: string;
  readonly job: TurnJob;
  readonly agent: Resident;
  readonly account: Account;
  readonly signal: AbortSignal;
  /** What the conversation holds that the turn begins with. */
  readonly taint: Taint;
  /** Milliseconds since 1970: what takes longer is told of later. */
  readonly deadline: number;
}

/** What a search has brought: words that rest on numbered sources, both of strangers. */
const SearchFound = z.object({
  /** `[1]` in it is the first of the sources. */
  words: z.string(),
  sources: z.array(z.object({ url: z.string(), title: z.string().exactOptional() })),
});
export type SearchFound = z.infer<typeof SearchFound>;

/** What came of a call, as it is kept. */
export const ToolOutcome = z.object({
  /** For the model: material, sealed before it is shown to it. */
  text: z.string(),
  failed: z.literal(true).optional(),
  /** A master's ✅ is waited for. */
  waits: z.literal(true).optional(),
  /** What it brought in beyond what its kind does. */
  taint: z.object({ untrusted: z.boolean(), private: z.boolean() }).optional(),
  /** Where in ops all of it stands. */
  record: z.custom<EventId>((value) => typeof value === 'string').optional(),
  /** Behind the text, sealed, and as links under the answer. Its addresses have been seen. */
  found: SearchFound.optional(),
});
export type ToolOutcome = z.infer<typeof ToolOutcome>;

/** A call whose words have the form that the tool wants. */
export interface ToolUse {
  /** What people see while it is at work and in the end: Markdown in one line, nothing in it is anybody else's markup. */
  readonly shown: string;
  readonly flow: Flow;
  /**
   * Does it. `asks`: a master is to be asked, whatever the rules would let run. `key` names the call, the same after a crash: what has an effect hangs it on this name. Throws only what
   * ends the turn: everything else is an outcome.
   */
  readonly carryOut: (turn: ToolTurn, key: string, asks: boolean) => Promise<ToolOutcome>;
}

export interface Tool {
  readonly offer: ToolOffer;
  /** `act`: only for the one who acts on a message; `look`: for everybody who answers it. */
  readonly needs: 'act' | 'look';
  /** Whether there is anything behind it for this agent now; without it, there is. */
  readonly isOffered?: (agent: AgentId) => boolean;
  /** Its description is a stranger's, and read with every question. */
  readonly foreign?: boolean;
  /** Null where the words do not fit, with the reason for the model. */
  readonly use: (input: unknown, job: TurnJob) => ToolUse | { readonly bad: string };
}

/** A tool by its name, what a model is told of it, and the shape of its input. */
export function tool<Schema extends z.ZodType>(of: {
  readonly name: string;
  readonly description: string;
  readonly needs: Tool['needs'];
  readonly foreign?: boolean;
  readonly input: Schema;
  readonly use: (input: z.output<Schema>, job: TurnJob) => ToolUse | { readonly bad: string };
}): Tool {
  return {
    offer: { name: of.name, description: of.description, input: schemaFor(of.input) },
    needs: of.needs,
    ...(of.foreign === true ? { foreign: true } : {}),
    use: (input, job) => {
      const parsed = of.input.safeParse(input);
      return parsed.success ? of.use(parsed.data, job) : { bad: faultIn(parsed.error) };
    },
  };
}

function faultIn(error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path.join('.') ?? '';
  return `${field === '' ? 'input' : field}: ${issue?.message ?? 'not readable'}`;
}

/** What all providers take of JSON Schema; limits and patterns are said in words and kept by zod. */
const Known: z.ZodType<JsonSchema> = z.lazy(() => z.preprocess(withoutTypeList, KnownObject));
const KnownObject = z.lazy(() =>
  z.object({
    type: z.enum(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']).exactOptional(),
    properties: z.record(z.string(), Known).exactOptional(),
    required: z.array(z.string()).exactOptional(),
    additionalProperties: z.literal(false).exactOptional(),
    items: Known.exactOptional(),
    anyOf: z.array(Known).exactOptional(),
    enum: z.array(z.string()).exactOptional(),
    description: z.string().exactOptional(),
  }),
);

/** A list of types in place of one is not taken by all. */
const TypeList = z.looseObject({ type: z.array(z.string()) });
function withoutTypeList(schema: unknown): unknown {
  const listed = TypeList.safeParse(schema);
  if (!listed.success) return schema;
  const { type, ...rest } = listed.data;
  return { ...rest, anyOf: type.map((one) => ({ type: one })) };
}

const schemaFor = (schema: z.ZodType): JsonSchema => Known.parse(z.toJSONSchema(schema, { io: 'input' }));

/** Words of programs, pages and people within an outcome: they can close nothing and begin no line of a speaker. */
export const material = (name: string, text: string): string => behindMarks(sealed(name, text));
