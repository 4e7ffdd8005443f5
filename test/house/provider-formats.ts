import type { ScriptedAgent } from './providers.ts';
import { anthropic } from './wires/anthropic.ts';
import { compatible } from './wires/compatible.ts';
import { google } from './wires/google.ts';
import { openai } from './wires/openai.ts';
import { perplexity } from './wires/perplexity.ts';
import type { WireFormat } from './wires/wire-format.ts';

export type { Json } from './wires/wire-format.ts';

/** Of those that take tools, by the name of the adapter. */
export const TOOL_WIRES = { openai, anthropic, google, compatible } as const;

export const WIRE_FORMATS: Readonly<Record<ScriptedAgent, WireFormat>> = {
  gabriel: openai,
  jarvis: google,
  claude: anthropic,
  perplexity,
};
