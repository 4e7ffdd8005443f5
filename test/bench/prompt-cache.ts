import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentConfig, Roster } from '../../bridge/protocol/roster.ts';
import { createProvider } from '../../bots/models/registry.ts';
import { closingNote, systemPrompt } from '../../bots/residents/prompt.ts';
import { type Beginning, buildContext } from '../../bots/turns/context.ts';
import { startProviderServer } from '../contract/provider-server.ts';
import { bodyOf, type Json, KEY, STREAMING, stream, type Wire } from '../contract/provider-wires.ts';
import { askedInPhases } from '../unit/task-prefix-scene.ts';
import { table } from './figures.ts';
import { agentUser, MASTER_USER, talk } from './talk.ts';

const ROUNDS_BEFORE = 80;
const MINUTE = 60_000;

/**
 * What a provider has read before of each call, counted in the characters that reach a stand-in: of the second of two
 * turns a minute apart, and of so many turns in a full room. The stand-in remembers as Anthropic does where marks are
 * sent (at marks, looked for 20 blocks back), and every beginning where none are. And of the phases of a task, each
 * agent's own, what it has been sent in the phase before.
 */
export async function promptCache(quick = false): Promise<{ table: string; failures: string[] }> {
  const turns = quick ? 20 : 100;
  const rows: string[][] = [];
  const failures: string[] = [];
  for (const wire of STREAMING) {
    const requests = await asked(wire, turns);
    const shares = cachedShares(requests);
    const whole = requests.reduce((sum, { length }) => sum + length, 0);
    const again = requests.reduce((sum, { length }, i) => sum + length * (1 - (shares[i] ?? 0)), 0) / whole;
    const second = shares[1] ?? 0;
    const phases = sharedByPhases(await askedInTask(wire));
    rows.push([wire.name, percent(second), percent(again), percent(phases)]);
    if (phases < 0.8) failures.push(`prompt-cache: ${wire.name} reads ${percent(1 - phases)} of a task's phases anew`);
    if (second < 0.95) failures.push(`prompt-cache: ${wire.name} reads ${percent(1 - second)} anew after a minute`);
    if (again > 0.15) failures.push(`prompt-cache: ${wire.name} reads ${percent(again)} of ${turns} turns anew`);
  }
  const heads = [
    'wire',
    'second of two turns: read before',
    `${turns} turns in a full room: read anew`,
    "a task's phases after the first: read before",
  ];
  return { table: table(heads, rows), failures };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** What stands in a call, in the order in which it is read. */
interface Call {
  readonly blocks: readonly { readonly text: string; readonly mark: boolean }[];
  readonly length: number;
}

const agentOf = (wire: Wire, url: string): AgentConfig =>
  AgentConfig.parse({
    ...defaultRoster.agents.find(({ id }) => id === 'claude'),
    model: wire.model,
    contextTokens: 32_000,
    ...(wire.endpoint === undefined ? {} : { endpoint: { url: wire.endpoint(url), keyEnv: 'GATEWAY_KEY' } }),
  });

async function asked(wire: Wire, turns: number): Promise<readonly Call[]> {
  await using server = await startProviderServer(() => stream(wire, 'answer'));
  const agent = agentOf(wire, server.url);
  const roster = Roster.parse(defaultRoster);
  const provider = createProvider(agent, wire.settings(server.url), { GATEWAY_KEY: KEY });
  const names = new Map(roster.agents.map(({ id, name }) => [agentUser(id), name]));
  const room = talk(ROUNDS_BEFORE + turns);
  let began: Beginning | undefined;
  for (let turn = 0; turn < turns; turn += 1) {
    const entries = room.slice(0, (ROUNDS_BEFORE + turn) * 7 + 1);
    const source = entries.at(-1)?.event.eventId;
    if (source === undefined) throw new Error('nothing said');
    const now = new Date(1_700_000_000_000 + turn * MINUTE);
    const context = buildContext({
      entries,
      self: agentUser('claude'),
      source,
      untilSource: true,
      nameOf: (user) => (user === MASTER_USER ? roster.ownerTitle : (names.get(user) ?? user)),
      attachments: new Map(),
      sees: true,
      tokens: agent.contextTokens,
      began,
      closing: [closingNote({ agent, lang: 'ko', timeZone: 'Asia/Seoul', now })],
    });
    began = context.began;
    const request = {
      turn: source,
      agent,
      ownerTitle: roster.ownerTitle,
      lang: 'ko',
      system: systemPrompt({ roster, agent, orders: '' }),
      messages: context.messages,
      cacheKey: 'bench',
      question: '',
    } as const;
    for await (const part of provider.stream(request, AbortSignal.timeout(MINUTE))) if (part.type === 'finish') break;
  }
  return server.requests.map((received) => callOf(bodyOf(received)));
}

/** What one agent is asked in triage, proposal, critique and vote of one task, over the wire. */
async function askedInTask(wire: Wire): Promise<readonly Call[]> {
  await using server = await startProviderServer(() => stream(wire, 'answer'));
  const provider = createProvider(agentOf(wire, server.url), wire.settings(server.url), { GATEWAY_KEY: KEY });
  for (const request of await askedInPhases('claude'))
    for await (const part of provider.stream(request, AbortSignal.timeout(MINUTE))) if (part.type === 'finish') break;
  return server.requests.map((received) => callOf(bodyOf(received)));
}

function sharedByPhases(calls: readonly Call[]): number {
  const known = cachedShares(calls).reduce((sum, share, i) => sum + share * (calls[i]?.length ?? 0), 0);
  return known / calls.slice(1).reduce((sum, { length }) => sum + length, 0);
}

/** Of those that read the schema of an answer before the prompt. */
const leadingSchema = (body: Json): unknown => body.output_config?.format ?? body.text?.format;

/** Schema, system prompt and messages of any of the wires. */
function callOf(body: Json): Call {
  const schema = leadingSchema(body);
  const system = [body.system ?? body.systemInstruction?.parts ?? []].flat();
  const messages: Json[] = body.messages ?? body.input ?? body.contents;
  const blocks = [
    ...(schema === undefined ? [] : [JSON.stringify(schema)]),
    ...system,
    ...messages.flatMap((one) => one.parts ?? one.content),
  ].map((part: Json) => ({
    text: typeof part === 'string' ? part : String(part.text),
    mark: part.cache_control !== undefined,
  }));
  return { blocks, length: blocks.reduce((sum, { text }) => sum + text.length, 0) };
}

/** Of each call, how much was read in an earlier one. */
function cachedShares(calls: readonly Call[]): readonly number[] {
  const kept = new Set<string>();
  const earlier: string[] = [];
  return calls.map(({ blocks, length }) => {
    const marked = blocks.some(({ mark }) => mark);
    const begins: string[] = [];
    for (const { text } of blocks) begins.push((begins.at(-1) ?? '') + text);
    const whole = begins.at(-1) ?? '';
    const read = marked
      ? atMarks(blocks, begins, kept)
      : Math.max(0, ...earlier.slice(-3).map((one) => common(one, whole)));
    earlier.push(whole);
    for (const [i, { mark }] of blocks.entries()) if (mark) kept.add(begins[i] ?? '');
    return read / length;
  });
}

const LOOKS_BACK = 20;

function atMarks(blocks: Call['blocks'], begins: readonly string[], kept: ReadonlySet<string>): number {
  let best = 0;
  for (const [i, { mark }] of blocks.entries()) {
    if (!mark) continue;
    for (let back = i; back >= 0 && back > i - LOOKS_BACK; back -= 1) {
      const begin = begins[back] ?? '';
      if (kept.has(begin)) best = Math.max(best, begin.length);
    }
  }
  return best;
}

function common(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}
