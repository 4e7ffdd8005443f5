import { describe, expect, it } from 'vitest';
import { answerFormat } from '../../bots/tasks/answers/answer-schemas.ts';
import { parseAnswer } from '../../bots/tasks/answers/answer-parse.ts';
import { Plan } from '../../bridge/protocol/plan.ts';
import { AskKind } from '../../bots/tasks/state/ask.ts';
import type { JsonSchema } from '../../bots/models/providers/provider.ts';
import { askOf, OTHER_PLAN, PLAN, task, withProposals } from '../unit/task-models-scene.ts';
import { agentOn, ask, codeOf, providerOn, requestOf, textOf } from './provider-run.ts';
import { startProviderServer } from './provider-server.ts';
import { answering, bodyOf, failure, type Json, MANUS, stream, STREAMING } from './provider-wires.ts';

const vote = answerFormat('vote');
const VOTE = vote.format?.schema;
const STEADY = vote.format?.steady;

/** Where each provider's wire has the schema of an answer, and which one it is sent. */
const FORMATS: Readonly<Record<string, { readonly at: (body: Json) => unknown; readonly sent: unknown }>> = {
  openai: {
    at: (body) => body.text?.format,
    sent: { type: 'json_schema', strict: true, name: 'answer', schema: STEADY },
  },
  anthropic: { at: (body) => body.output_config?.format, sent: { type: 'json_schema', schema: STEADY } },
  google: {
    at: (body) =>
      body.generationConfig.responseMimeType === 'application/json'
        ? body.generationConfig.responseJsonSchema
        : undefined,
    sent: VOTE,
  },
  perplexity: {
    at: (body) => body.response_format,
    sent: { type: 'json_schema', json_schema: { schema: VOTE, strict: true, name: 'vote' } },
  },
  compatible: {
    at: (body) => body.response_format,
    sent: { type: 'json_schema', json_schema: { schema: VOTE, strict: true, name: 'vote' } },
  },
};

const REFUSALS: readonly (readonly [string, number, unknown])[] = [
  ['unknown field', 400, { error: { message: "Unknown parameter: 'response_format'", type: 'invalid_request_error' } }],
  ['the type alone', 422, { detail: "response_format.type must be 'text'" }],
  ['a grammar', 500, { error: { message: 'failed to parse grammar', code: 500 } }],
  [
    'an Anthropic gateway',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'output_config: extra inputs are not permitted' },
    },
  ],
];

const refusing = (status: number, body: unknown) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

describe.each(STREAMING)('$name, asked for an answer of one shape', (wire) => {
  const { at, sent } = FORMATS[wire.name] ?? { at: () => undefined, sent: 'none' };
  const held = (server: { readonly requests: readonly { readonly body: string }[] }): unknown[] =>
    server.requests.map((request) => at(JSON.parse(request.body)));

  it('is sent the schema as its wire has it, and none where none is asked for', async () => {
    await using stack = new AsyncDisposableStack();
    const asked = await ask(stack, wire, answering(wire), { request: vote });
    expect(held(asked.server)).toEqual([sent]);
    expect(textOf(asked.parts)).toBe(wire.answer);
    const free = await ask(stack, wire, answering(wire));
    expect(held(free.server)).toEqual([undefined]);
  });

  it.each(REFUSALS)('that refuses it with %s is asked without it, once and for all', async (_how, status, body) => {
    await using server = await startProviderServer((request) =>
      at(bodyOf(request)) === undefined ? stream(wire, 'answer') : refusing(status, body),
    );
    const request = { ...requestOf(agentOn(wire, server.url)), ...vote };
    for (const expected of [2, 3, 4]) {
      // Another agent on the same endpoint goes by it, too.
      const parts = await Array.fromAsync(providerOn(wire, server.url).stream(request, new AbortController().signal));
      expect(textOf(parts)).toBe(wire.answer);
      expect(server.requests).toHaveLength(expected);
    }
    expect(held(server).slice(1)).toEqual([undefined, undefined, undefined]);
  });

  it('that refuses another thing is neither asked again nor remembered', async () => {
    await using stack = new AsyncDisposableStack();
    const refused = await ask(stack, wire, () => failure(wire, 'context'), { request: vote });
    expect(codeOf(refused.error)).toBe('provider.context');
    expect(refused.server.requests).toHaveLength(1);
    const broken = await ask(stack, wire, () => refusing(400, { error: { message: 'bad schema of the messages' } }), {
      request: vote,
    });
    expect(broken.error).toBeDefined();
    expect(broken.server.requests).toHaveLength(2);
  });
});

it('Manus is asked as ever', async () => {
  await using stack = new AsyncDisposableStack();
  const asked = await ask(stack, MANUS, answering(MANUS), { request: vote });
  const free = await ask(stack, MANUS, answering(MANUS));
  expect(bodyOf(asked.server.requests[0])).toEqual(bodyOf(free.server.requests[0]));
});

describe('the schemas', () => {
  /** Strict mode of OpenAI: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
  function faultsIn(schema: JsonSchema, path = ''): string[] {
    const { type, properties = {}, required = [], additionalProperties, items, anyOf = [] } = schema;
    const names = Object.keys(properties);
    return [
      ...(type === 'object' && additionalProperties !== false ? [`${path}: open`] : []),
      ...(type === 'object' && names.toSorted().join() !== required.toSorted().join() ? [`${path}: optional`] : []),
      ...names.flatMap((name) => faultsIn(properties[name] ?? {}, `${path}.${name}`)),
      ...(items === undefined ? [] : faultsIn(items, `${path}[]`)),
      ...anyOf.flatMap((one, i) => faultsIn(one, `${path}|${i}`)),
    ];
  }
  const unions = (schema: JsonSchema): number =>
    (schema.anyOf === undefined ? 0 : 1) +
    [
      ...Object.values(schema.properties ?? {}),
      ...(schema.items === undefined ? [] : [schema.items]),
      ...(schema.anyOf ?? []),
    ]
      .map(unions)
      .reduce((sum, n) => sum + n, 0);

  const kinds = AskKind.options.flatMap((kind) => answerFormat(kind).format ?? []);

  it('are strict, with an object at the root, and few unions', () => {
    expect(kinds.map(({ name }) => name)).toEqual(['triage', 'propose', 'critique', 'vote', 'verify', 'diagnose']);
    for (const { schema, steady } of kinds) {
      expect([schema.type, steady.type]).toEqual(['object', 'object']);
      expect([...faultsIn(schema), ...faultsIn(steady)]).toEqual([]);
      // Anthropic takes sixteen.
      expect(unions(steady)).toBeLessThanOrEqual(16);
      expect(steady).toBe(kinds[0]?.steady);
    }
  });

  /** An answer that holds to the schema and has an empty text or list wherever nothing is to be said. */
  function least(schema: JsonSchema, choose: number): unknown {
    const { type, properties = {}, items, anyOf, enum: words } = schema;
    if (anyOf !== undefined) return least(anyOf[choose % anyOf.length] ?? {}, choose);
    if (words !== undefined) return words[0];
    if (type === 'object')
      return Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, filled(name, one, choose)]));
    if (type === 'array') return items === undefined ? [] : [least(items, choose)];
    return type === 'integer' ? 0 : type === 'boolean' ? true : type === 'null' ? null : '';
  }
  const FILLED: Readonly<Record<string, unknown>> = {
    id: 'look',
    reason: 'r',
    goal: 'g',
    title: 't',
    text: 't',
    cause: 'c',
    argv: ['ls'],
    script: 'ls',
    path: 'a',
    agent: 'claude',
    instruction: 'i',
    url: 'https://example.org/',
    timeoutMs: 1_000,
    lent: [],
    hosts: [],
    headers: [],
    after: [],
    artifacts: [],
    checks: ['c'],
    cannot: [],
    missing: [],
    ranking: ['A'],
    of: 'A',
  };
  const filled = (name: string, schema: JsonSchema, choose: number): unknown =>
    name in FILLED ? FILLED[name] : least(schema, choose);

  it.each([0, 1, 2, 3, 4, 5, 6])('whatever fits one is a plan (%i)', (choose) => {
    const { format } = answerFormat('propose');
    const step = format?.schema.properties?.['steps']?.items?.anyOf ?? [];
    const shape = choose === 6 ? step[1] : step[0]?.properties?.['command']?.anyOf?.[choose];
    const one = least(shape ?? {}, 0);
    const steps = [choose === 6 ? one : { kind: 'command', title: 't', command: one, artifacts: [] }];
    const parsed = parseAnswer(JSON.stringify({ answer: { goal: 'g', steps } }), task('m'), askOf('propose'));
    expect(parsed).toMatchObject({ ok: true });
    expect(parsed.ok && parsed.answer.kind === 'propose' ? Plan.safeParse(parsed.answer.plan).success : false).toBe(
      true,
    );
  });

  it.each(['triage', 'critique', 'vote', 'verify'] as const)('and an answer to %s', (kind) => {
    const { format } = answerFormat(kind);
    const said = JSON.stringify(least(format?.schema ?? {}, 0));
    const state = withProposals(task('m'), PLAN, OTHER_PLAN);
    expect(parseAnswer(said, kind === 'verify' ? task('m') : state, askOf(kind))).toMatchObject({ ok: true });
  });
});
