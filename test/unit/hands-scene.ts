import { z } from 'zod';
import { CLEAN, LOOKS } from '../../bots/hands/rule-of-two.ts';
import { tool, type Tool, type ToolOutcome, type ToolTurn } from '../../bots/hands/tool.ts';
import type { Provider, ProviderRequest, StreamPart } from '../../bots/models/providers/provider.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { Roster } from '../../bridge/protocol/roster.ts';

/** A model by what it answers to each request, one after another; the last goes on for ever. */
export function modelThat(
  ...answers: readonly (readonly StreamPart[] | ((request: ProviderRequest) => readonly StreamPart[]))[]
): Provider & { readonly asked: ProviderRequest[] } {
  const asked: ProviderRequest[] = [];
  return {
    asked,
    label: 'paper',
    billing: 'none',
    pace: 'seconds',
    sees: false,
    searches: false,
    rehearsal: false,
    callsTools: true,
    async *stream(request) {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(request);
      yield* typeof answer === 'function' ? answer(request) : answer;
    },
  };
}

export const says = (text: string): readonly StreamPart[] => [
  { type: 'text', text },
  { type: 'finish', reason: 'stop' },
];

let calls = 0;
/** `input`: as the model writes it; an object is made JSON. */
export const asksFor = (...wanted: readonly (readonly [name: string, input: unknown])[]): readonly StreamPart[] => [
  ...wanted.map(([name, input]): StreamPart => ({
    type: 'tool-call',
    id: `call_${(calls += 1)}`,
    name,
    input: typeof input === 'string' ? input : JSON.stringify(input),
  })),
  { type: 'finish', reason: 'tools', step: 'opaque' },
];

/** A tool that notes with which keys it was used. */
export function paperTool(
  name = 'look',
  carryOut: (key: string, value: string) => Promise<ToolOutcome> = (_, value) =>
    Promise.resolve({ text: `saw ${value}` }),
): Tool & { readonly used: string[] } {
  const used: string[] = [];
  return {
    used,
    ...tool({
      name,
      description: 'looks',
      needs: 'look',
      input: z.strictObject({ what: z.string().max(20) }),
      use: ({ what }) => ({
        shown: `\`${what}\``,
        flow: LOOKS,
        carryOut: (_, key) => {
          used.push(key);
          return carryOut(key, what);
        },
      }),
    }),
  };
}

const [config] = Roster.parse(defaultRoster).agents;
const source = EventId.parse('$question');
export const room = RoomId.parse('!room:test');
export const request: ProviderRequest = {
  turn: 'turn',
  agent: config!,
  ownerTitle: '마스터',
  lang: 'ko',
  system: '',
  messages: [{ role: 'user', content: [{ type: 'text', text: '디스크 봐줘' }] }],
  question: '디스크 봐줘',
};

export const toolTurn = (signal = new AbortController().signal): ToolTurn => ({
  id: '$question.gabriel',
  job: {
    type: 'turn',
    room,
    source,
    root: source,
    at: 0,
    agent: AgentId.parse('gabriel'),
    depth: 0,
    lang: 'ko',
    hands: 'act',
  },
  agent: {
    id: AgentId.parse('gabriel'),
    userId: UserId.parse('@agent_gabriel:test'),
    config: config!,
  } as ToolTurn['agent'],
  account: {} as Account,
  signal,
  taint: CLEAN,
  deadline: Date.now() + 60_000,
});
