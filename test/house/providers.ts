import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { WIRE_FORMATS } from './provider-formats.ts';
import type { Found, Handed, Json, OfferedTool, ScriptedCall, WireFormat } from './wires/wire-format.ts';

/** Residents whose provider is played here, on the wire that the real one speaks. */
export const SCRIPTED_AGENTS = ['gabriel', 'jarvis', 'claude', 'perplexity'] as const;
export type ScriptedAgent = (typeof SCRIPTED_AGENTS)[number];

/** The same for all, so that one search finds it wherever it should not be. */
export const PROVIDER_KEY = 'sk-house-9Qx7Zr2LmV4tKp8WcN3bT6yD';

/** One call as the provider received it. */
export interface Question {
  readonly agent: ScriptedAgent;
  readonly system: string;
  /** In the order of the request. */
  readonly said: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
  readonly images: number;
  /** What it may ask for. */
  readonly tools: readonly OfferedTool[];
  /** It is to look things up by itself. */
  readonly isSearch: boolean;
  /** How often it has asked for tools in this turn, and what came of it the last time. */
  readonly step: number;
  readonly results: readonly Handed[];
  /** The whole body, for what must not be in it. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly at: number;
  /** When the last byte was written. */
  endedAt?: number;
  /** When the client hung up before that. */
  abandonedAt?: number;
}

export interface Reply {
  /** Text, in the pieces in which it comes. */
  readonly pieces?: readonly string[];
  /** What its own search has found before. */
  readonly found?: Found;
  /** Tools that it asks for behind that. */
  readonly calls?: readonly ScriptedCall[];
  /** Between two pieces. */
  readonly everyMs?: number;
  /** Nothing is answered before this. */
  readonly after?: Promise<unknown>;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of text, for failures. */
  readonly body?: string;
  readonly ending?: 'end' | 'drop' | 'hang';
}

export type Script = (question: Question) => Reply | string;

/** Asks for these tools, side by side. */
export const calls = (...asked: readonly ScriptedCall[]): Reply => ({ calls: asked });

/** Goes through these in one turn: each comes when the results of the one before are there. */
export const inSteps =
  (...replies: readonly (Reply | string)[]): Script =>
  ({ step }) =>
    replies[Math.min(step, replies.length - 1)] ?? '';

/** Local stand-ins of four providers. Each answers by its script and remembers what it was asked. */
export class Providers implements AsyncDisposable {
  readonly #server = createServer(
    (request, response) => void this.#answer(request, response).catch(() => response.destroy()),
  );
  readonly #scripts = new Map<ScriptedAgent, Script>();
  readonly questions: Question[] = [];
  #port = 0;

  static async start(): Promise<Providers> {
    const providers = new Providers();
    await new Promise<void>((resolve) => providers.#server.listen(0, '127.0.0.1', resolve));
    const address = providers.#server.address();
    if (typeof address === 'object' && address !== null) providers.#port = address.port;
    return providers;
  }

  /** What makes a house ask here; Manus and Michael go on rehearsing beside. */
  get env(): Record<string, string> {
    const at = (agent: ScriptedAgent, version: string) => `http://127.0.0.1:${this.#port}/${agent}${version}`;
    return {
      OPENAI_API_KEY: PROVIDER_KEY,
      OPENAI_BASE_URL: at('gabriel', '/v1'),
      GOOGLE_GENERATIVE_AI_API_KEY: PROVIDER_KEY,
      GOOGLE_BASE_URL: at('jarvis', '/v1beta'),
      ANTHROPIC_API_KEY: PROVIDER_KEY,
      ANTHROPIC_BASE_URL: at('claude', '/v1'),
      PERPLEXITY_API_KEY: PROVIDER_KEY,
      PERPLEXITY_BASE_URL: at('perplexity', ''),
      CHAVION_REHEARSAL: 'always',
    };
  }

  /** For one agent, or for all. */
  play(script: Script | Reply | string, ...agents: readonly ScriptedAgent[]): void {
    for (const agent of agents.length === 0 ? SCRIPTED_AGENTS : agents)
      this.#scripts.set(agent, typeof script === 'function' ? script : () => script);
  }

  /** Forgets what was asked, and lets everyone say `<id>의 대답입니다.` */
  reset(): void {
    this.questions.length = 0;
    this.play(({ agent }) => `${agent}의 대답입니다.`);
  }

  asked(agent: ScriptedAgent): readonly Question[] {
    return this.questions.filter((question) => question.agent === agent);
  }

  /** The only call to this agent. */
  once(agent: ScriptedAgent): Question {
    const [question, ...more] = this.asked(agent);
    if (question === undefined || more.length > 0)
      throw new Error(`${agent} was asked ${more.length + (question === undefined ? 0 : 1)} times`);
    return question;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const agent = SCRIPTED_AGENTS.find((one) => request.url?.startsWith(`/${one}/`) === true);
    if (agent === undefined) {
      response.writeHead(404).end();
      return;
    }
    const wire = WIRE_FORMATS[agent];
    const question = read(agent, wire, await textOf(request), request);
    this.questions.push(question);
    response.on('close', () => {
      if (question.endedAt === undefined) question.abandonedAt = Date.now();
    });
    const script = this.#scripts.get(agent) ?? (() => `${agent}의 대답입니다.`);
    const scripted = script(question);
    await send(response, wire, typeof scripted === 'string' ? { pieces: [scripted] } : scripted, question);
  }
}

function read(agent: ScriptedAgent, wire: WireFormat, body: string, request: IncomingMessage): Question {
  const json: Json = JSON.parse(body);
  // What holds nothing but calls and results is nothing that was said.
  const said = wire.messages(json).filter(({ text, images }) => text !== '' || images > 0);
  const results = wire.results(json);
  return {
    agent,
    system: wire.system(json),
    said: said.map(({ role, text }) => ({ role, text })),
    images: said.reduce((sum, { images }) => sum + images, 0),
    tools: wire.tools(json),
    isSearch: wire.isSearch(json),
    step: results.length,
    results: results.at(-1) ?? [],
    body,
    headers: request.headers,
    at: Date.now(),
  };
}

async function send(response: ServerResponse, wire: WireFormat, reply: Reply, question: Question): Promise<void> {
  if (reply.after !== undefined) await reply.after;
  if (response.destroyed) return;
  response.socket?.setNoDelay(true);
  const type = reply.body === undefined ? 'text/event-stream; charset=utf-8' : 'application/json';
  response.writeHead(reply.status ?? 200, { 'content-type': type, ...reply.headers });
  if (reply.body === undefined) {
    const { pieces = [], calls: asked = [], found } = reply;
    const text = pieces.join('');
    const silent = pieces.length === 0 && asked.length > 0;
    response.write(wire.begin + (found === undefined ? '' : wire.found(found)) + (silent ? '' : wire.open));
    const close = silent ? '' : (found === undefined ? '' : wire.cites(found)) + wire.close(text);
    const callPieces = asked.length === 0 ? [] : [close, ...wire.calls(asked, !silent)];
    for (const piece of [...pieces.map(wire.piece), ...callPieces]) {
      if (response.destroyed) return;
      response.write(piece);
      if (reply.everyMs !== undefined) await sleep(reply.everyMs);
    }
    if (reply.ending === 'hang' || response.destroyed) return;
    if (reply.ending === 'drop') {
      response.destroy();
      return;
    }
    response.write((asked.length === 0 ? close : '') + wire.end(text, asked, found));
  } else {
    response.write(reply.body);
  }
  question.endedAt = Date.now();
  response.end();
}

/** Everything a question shows of the room, one line a message. */
export const heard = (question: Question): string =>
  question.said
    .map(({ text }) => text)
    .join('\n')
    // Between messages and before the note on time and language, which every question ends with.
    .replaceAll('\n\n', '\n')
    .replace(/\n?\(It is now [^\n]*\)/, '')
    // Anthropic is given every message as a block that ends its own line.
    .replace(/\n$/, '');
