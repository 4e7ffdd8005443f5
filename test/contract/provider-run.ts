import { inspect } from 'node:util';
import { type FaultCode, ProviderFault } from '../../bridge/protocol/fault.ts';
import { AgentConfig } from '../../bridge/protocol/roster.ts';
import type { ManusPace } from '../../bots/models/providers/manus/manus.ts';
import type { ManusNotes } from '../../bots/models/providers/manus/manus-notes.ts';
import type { ChatMessage, Provider, ProviderRequest, StreamPart } from '../../bots/models/providers/provider.ts';
import { createProvider } from '../../bots/models/registry.ts';
import type { RetryClock } from '../../bots/models/retry.ts';
import { DEFAULT_DEADLINES, type Deadlines } from '../../bots/models/providers/watched-fetch.ts';
import { startProviderServer, type ProviderServer, type Reply, type Responder } from './provider-server.ts';
import { KEY, type Wire } from './provider-wires.ts';

export const SYSTEM = 'You are the team leader. secret-of-the-house-51';
export const PNG = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]);

export const HISTORY: readonly ChatMessage[] = [
  {
    role: 'user',
    content: [
      { type: 'text', text: '[마스터] 이 사진 봐 줘' },
      { type: 'image', mediaType: 'image/png', data: PNG },
    ],
  },
  { role: 'assistant', content: [{ type: 'text', text: '보았습니다.' }] },
  {
    role: 'user',
    content: [
      { type: 'text', text: '[마스터] 그럼 오늘 뭐부터 하지?' },
      { type: 'text', text: '파일 일정.txt:\n월요일 부산, 화요일 정비' },
    ],
  },
];

/** Polls as fast as a local server answers. */
export const QUICK: ManusPace = { firstPollMs: 1, longestPollMs: 5, taskMs: 20_000, unknownMs: 300 };

/** Asked so often in the half minute for which a failing server is held out, where chance is left out. */
export const HELD_OUT = 11;

export const SHORT: Deadlines = { firstByteMs: 200, idleMs: 200, totalMs: 20_000 };

export interface Run {
  readonly parts: readonly StreamPart[];
  readonly error: unknown;
  /** Waits between attempts, milliseconds. */
  readonly waits: readonly number[];
}

export interface RunOptions {
  readonly messages?: readonly ChatMessage[];
  readonly agent?: Partial<AgentConfig>;
  readonly deadlines?: Deadlines;
  readonly signal?: AbortSignal;
  readonly clock?: Partial<RetryClock>;
  readonly onPart?: (part: StreamPart) => void;
  readonly request?: Partial<ProviderRequest>;
  readonly pace?: ManusPace;
  readonly notes?: ManusNotes;
}

export function agentOn(wire: Wire, url: string, agent: Partial<AgentConfig> = {}): AgentConfig {
  const endpoint = wire.endpoint === undefined ? {} : { endpoint: { url: wire.endpoint(url), keyEnv: 'GATEWAY_KEY' } };
  return AgentConfig.parse({
    id: 'gabriel',
    name: '가브리엘',
    callsigns: ['가브리엘'],
    role: '팀장',
    model: wire.model,
    prompt: 'p',
    ...endpoint,
    ...agent,
  });
}

export function providerOn(wire: Wire, url: string, options: RunOptions = {}, waits: number[] = []): Provider {
  let now = 0;
  const retryClock: RetryClock = {
    now: () => now,
    sleep: (ms) => {
      waits.push(ms);
      now += ms;
      return Promise.resolve();
    },
    random: () => 0,
    ...options.clock,
  };
  const deadlines = options.deadlines ?? DEFAULT_DEADLINES;
  return createProvider(
    agentOn(wire, url, options.agent),
    wire.settings(url),
    { GATEWAY_KEY: KEY },
    {
      retryClock,
      deadlines,
      manusPace: options.pace ?? QUICK,
      ...(options.notes === undefined ? {} : { manusNotes: options.notes }),
    },
  );
}

export function requestOf(agent: AgentConfig, messages: readonly ChatMessage[] = HISTORY): ProviderRequest {
  return {
    turn: '$question.gabriel',
    agent,
    ownerTitle: '마스터',
    lang: 'ko',
    system: SYSTEM,
    messages,
    question: '그럼 오늘 뭐부터 하지?',
  };
}

/** Asks once and gathers all that happens. */
export async function run(wire: Wire, url: string, options: RunOptions = {}): Promise<Run> {
  const waits: number[] = [];
  const parts: StreamPart[] = [];
  const provider = providerOn(wire, url, options, waits);
  const request = { ...requestOf(agentOn(wire, url, options.agent), options.messages), ...options.request };
  try {
    for await (const part of provider.stream(request, options.signal ?? new AbortController().signal)) {
      parts.push(part);
      options.onPart?.(part);
    }
    return { parts, error: undefined, waits };
  } catch (error) {
    return { parts, error, waits };
  }
}

/** What stands in the end: a restart voids what came before. */
export function textOf(parts: readonly StreamPart[]): string {
  let text = '';
  for (const part of parts) {
    if (part.type === 'restart') text = '';
    else if (part.type === 'text') text += part.text;
  }
  return text;
}

export const codeOf = (error: unknown): string =>
  error instanceof ProviderFault ? error.code : `not a fault: ${inspect(error)}`;

/** All that a log could ever show of an error. */
export function everythingIn(error: unknown): string {
  const causes: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth++)
    causes.push(at.message, at.stack ?? '');
  return [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error), ...causes].join('\n');
}

export type Asked = Run & { readonly server: ProviderServer };

/** Asks once of a server that answers so; the server is closed with the stack. */
export async function ask(
  stack: AsyncDisposableStack,
  wire: Wire,
  respond: Responder | Reply,
  options: RunOptions = {},
): Promise<Asked> {
  const server = stack.use(await startProviderServer(typeof respond === 'function' ? respond : () => respond));
  return { ...(await run(wire, server.url, options)), server };
}

/** What is to be known of a failure: the code, how often was asked, and what secrets the thrown thing shows. */
export function outcome({ error, server }: Asked) {
  const shown = everythingIn(error);
  return {
    code: codeOf(error),
    requests: server.requests.length,
    leaked: [KEY, SYSTEM, '뭐부터'].filter((secret) => shown.includes(secret)),
  };
}

export const fault = (code: FaultCode, requests: number) => ({ code, requests, leaked: [] });
