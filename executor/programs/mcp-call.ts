import { isDeepStrictEqual } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { DescribedTool, McpErrand, MOST_LISTED, type McpAnswer } from './mcp-wire.ts';
import { fetchThrough } from './mcp-fetch.ts';
import { resultText } from './mcp-result.ts';
import { readInput, programMain } from './program.ts';

/**
 * Runs inside the box: connects to one MCP server, looks whether the tool is still the one that the owner saw, calls it
 * and prints what came of it. What the server says is parsed here and nowhere else.
 */
const PAGES = 16;
const MAX_INPUT = 2 * 1024 * 1024;

async function run({ connection, call, timeoutMs }: McpErrand): Promise<McpAnswer> {
  const until = Date.now() + timeoutMs;
  // Nothing is offered to the server: it cannot ask for a model, for folders or for the owner's words.
  const client = new Client({ name: 'chavion', version: '1' }, { capabilities: {} });
  const within = () => ({ timeout: Math.max(1, until - Date.now()) });
  const transport =
    connection.kind === 'http'
      ? new StreamableHTTPClientTransport(new URL(connection.url), {
          ...(connection.socket === undefined ? {} : { fetch: fetchThrough(connection.socket) }),
          // A stream that broke is a call that failed: nobody knows what the server did, so it is not tried again.
          reconnectionOptions: {
            maxReconnectionDelay: 1,
            initialReconnectionDelay: 1,
            reconnectionDelayGrowFactor: 1,
            maxRetries: 0,
          },
        })
      : new StdioClientTransport({
          command: connection.argv[0],
          args: connection.argv.slice(1),
          env: connection.environment,
          stderr: 'ignore',
          maxBufferSize: 4 * 1024 * 1024,
        });
  await client.connect(transport, within());
  const listed: DescribedTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { tools, nextCursor } = await client.listTools(cursor === undefined ? {} : { cursor }, within());
    listed.push(...tools.map((tool) => DescribedTool.parse(tool)));
    cursor = nextCursor;
    if (cursor === undefined) break;
  }
  const tools = listed.slice(0, MOST_LISTED).map(described);
  if (call === undefined) return { kind: 'listed', tools };
  const { tool } = call;
  if (
    !isDeepStrictEqual(
      tools.find(({ name }) => name === tool.name),
      described(tool),
    )
  )
    return { kind: 'changed', tools };
  const result = await client.callTool({ name: tool.name, arguments: call.arguments }, within());
  return { kind: 'called', text: resultText(result), failed: result.isError === true, tools };
}

/** What is absent and what is undefined is the same. */
const described = (tool: DescribedTool): DescribedTool => DescribedTool.parse(JSON.parse(JSON.stringify(tool)));

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, 500);
}

await programMain(async () => {
  const errand = McpErrand.parse(JSON.parse(readInput(MAX_INPUT).toString('utf8')));
  return JSON.stringify(
    await run(errand).catch((error: unknown): McpAnswer => ({ kind: 'failed', why: reason(error) })),
  );
});
