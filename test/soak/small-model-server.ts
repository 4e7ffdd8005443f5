import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/**
 * A small model behind OpenAI's chat completions, one answer at a time: `<library's entry> <weights>`. It writes its port
 * as its first line, then a line of JSON for every request that it has ended with. It ends when its stdin does.
 */
const [library = '', weights = ''] = process.argv.slice(2);
const CONTEXT_TOKENS = 8_192;

/** As much of node-llama-cpp as is used here; it is fetched at run time and no dependency. */
interface Library {
  readonly getLlama: (options: object) => Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: object): Promise<{ getSequence(): object }>;
      tokenize(text: string): readonly number[];
    }>;
    createGrammarForJsonSchema(schema: unknown): Promise<object>;
  }>;
  readonly LlamaChatSession: new (options: object) => {
    setChatHistory(history: readonly object[]): void;
    promptWithMeta(text: string, options: object): Promise<{ responseText: string; stopReason: string }>;
    dispose(options: object): void;
  };
}

const Content = z.union([
  z.string(),
  z.array(z.object({ text: z.string() })).transform((parts) => parts.map(({ text }) => text).join('\n')),
]);
const Body = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: Content })).min(1),
  max_tokens: z.int().optional(),
  stream: z.boolean().default(false),
  response_format: z.object({ json_schema: z.object({ schema: z.json() }).optional() }).optional(),
});
type Body = z.infer<typeof Body>;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- there are no types of what is no dependency
const { getLlama, LlamaChatSession } = (await import(pathToFileURL(library).href)) as Library;
const llama = await getLlama({ build: 'never', gpu: false, maxThreads: 2, logLevel: 'error' });
const model = await llama.loadModel({ modelPath: weights });
const context = await model.createContext({ contextSize: CONTEXT_TOKENS, sequences: 1 });
const contextSequence = context.getSequence();

/** The library calls it `oneOf`. */
const translated = (schema: unknown): unknown =>
  JSON.parse(
    JSON.stringify(schema)
      .replaceAll('"anyOf":', '"oneOf":')
      .replace('"$schema":"http://json-schema.org/draft-07/schema#",', ''),
  );

async function answer(body: Body, say: (text: string) => void, signal: AbortSignal) {
  const history = body.messages.slice(0, -1);
  const schema = body.response_format?.json_schema?.schema;
  const grammar = schema === undefined ? undefined : await llama.createGrammarForJsonSchema(translated(schema));
  const session = new LlamaChatSession({ contextSequence, autoDisposeSequence: false });
  try {
    session.setChatHistory(
      history.map(({ role, content }) =>
        role === 'assistant' ? { type: 'model', response: [content] } : { type: role, text: content },
      ),
    );
    return await session.promptWithMeta(body.messages.at(-1)?.content ?? '', {
      maxTokens: Math.min(body.max_tokens ?? 300, 600),
      temperature: 0.4,
      topP: 0.9,
      seed: 7,
      repeatPenalty: { lastTokens: 128, penalty: 1.15 },
      signal,
      onTextChunk: say,
      ...(grammar === undefined ? {} : { grammar }),
    });
  } finally {
    session.dispose({ disposeSequence: false });
  }
}

let line: Promise<unknown> = Promise.resolve();
/** One after the other, as a small machine does. */
function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const result = line.then(run);
  line = result.catch(() => undefined);
  return result;
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: [{ id: 'smollm2' }] }));
    return;
  }
  const body = Body.parse(JSON.parse(await textOf(request)));
  const arrived = performance.now();
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  await inTurn(async () => {
    const began = performance.now();
    const event = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
    const chunk = (delta: object, finish: string | null) => ({
      id: 'x',
      object: 'chat.completion.chunk',
      created: 0,
      model: body.model,
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const note: Record<string, unknown> = {
      model: body.model,
      schema: body.response_format?.json_schema !== undefined,
      again: /대답은 쓸 수 없었습니다|answer could not be used/.test(body.messages.at(-1)?.content ?? ''),
      promptTokens: model.tokenize(body.messages.map(({ content }) => content).join('\n')).length,
      waitedMs: Math.round(began - arrived),
    };
    try {
      const { responseText, stopReason } = await answer(
        body,
        (text) => event(chunk({ content: text }, null)),
        gone.signal,
      );
      event(chunk({}, stopReason === 'maxTokens' ? 'length' : 'stop'));
      event({
        ...chunk({}, null),
        choices: [],
        usage: {
          prompt_tokens: note['promptTokens'],
          completion_tokens: model.tokenize(responseText).length,
          total_tokens: 0,
        },
      });
      response.end('data: [DONE]\n\n');
      Object.assign(note, { said: responseText, stop: stopReason, answerTokens: model.tokenize(responseText).length });
    } catch (error) {
      response.destroy();
      Object.assign(note, { failed: error instanceof Error ? error.message : 'unknown' });
    }
    process.stdout.write(`${JSON.stringify({ ...note, ms: Math.round(performance.now() - began) })}\n`);
  });
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}\n`);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
