import { afterEach, describe, expect, it } from 'vitest';
import { TOOL_WIRES } from '../house/provider-formats.ts';
import type { Handed } from '../house/wires/wire-format.ts';
import { ask, fault, outcome, textOf } from './provider-run.ts';
import type { Reply } from './provider-server.ts';
import { bodyOf, MANUS, STREAMING } from './provider-wires.ts';
import {
  answer,
  CALLING,
  callsOf,
  DF,
  finishOf,
  idsOf,
  LOOK,
  next,
  rolesOf,
  RUN,
  stepOf,
  TOOLS,
  WHO,
} from './tool-steps.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const request = { tools: TOOLS };

describe.each(CALLING)('$name, offered tools', ({ name, wire, format }) => {
  const marksFailures = name !== 'compatible';

  it('is told of them in its own form, in the same order and bytes each time', async () => {
    const { server, error } = await ask(stack, wire, answer(format, [], '네.'), { request });
    expect(error).toBeUndefined();
    const body = bodyOf(server.requests[0]);
    expect(format.tools(body)).toEqual(
      [LOOK, RUN].map(({ name: tool, description, input }) => ({ name: tool, description, schema: input })),
    );
    const other = await ask(stack, wire, answer(format, [], '네.'), { request: { tools: TOOLS.toReversed() } });
    expect(JSON.stringify(bodyOf(other.server.requests[0]).tools)).toBe(JSON.stringify(body.tools));
    const none = await ask(stack, wire, answer(format, [], '네.'));
    expect(bodyOf(none.server.requests[0])).not.toHaveProperty('tools');
  });

  it('has its calls passed on whole, side by side, behind what it said, with usage', async () => {
    const { parts, error, server } = await ask(
      stack,
      wire,
      { ...answer(format, [DF, WHO], '잠시만요, ', '보겠습니다.'), pieces: 7 },
      { request },
    );
    expect(error).toBeUndefined();
    expect(textOf(parts)).toBe('잠시만요, 보겠습니다.');
    expect(callsOf(parts).map((call) => ({ ...call, input: JSON.parse(call.input) }))).toEqual([DF, WHO]);
    expect(new Set(idsOf(parts)).size).toBe(2);
    expect(finishOf(parts)).toMatchObject({ reason: 'tools', usage: { inputTokens: 41 } });
    expect(server.requests).toHaveLength(1);
  });

  it('needs no words beside them, and no arguments', async () => {
    const { parts, error } = await ask(stack, wire, answer(format, [{ name: 'look', input: '' }]), { request });
    expect(error).toBeUndefined();
    expect(callsOf(parts)).toEqual([{ name: 'look', input: '{}' }]);
    expect(finishOf(parts)?.reason).toBe('tools');
  });

  it('gets the results back in its own form, failures marked where it knows a mark', async () => {
    const first = await ask(stack, wire, answer(format, [DF, WHO], '봅니다.'), { request });
    const messages = next(first.parts, wire.model);
    const { server, error } = await ask(stack, wire, answer(format, [], '끝.'), { request, messages });
    expect(error).toBeUndefined();
    const body = bodyOf(server.requests[0]);
    const handed = (id: string | undefined, text: string, failed: boolean): Handed => ({ id: id ?? '?', text, failed });
    const [a, b] = idsOf(first.parts);
    expect(format.results(body)).toEqual([[handed(a, '1번째 결과', false), handed(b, '2번째 결과', marksFailures)]]);
    expect(wire.texts(body).join('\n')).toContain('봅니다.');
  });

  it.each(['its own', "another maker's"])(
    'takes a conversation with %s calls, and words behind the results',
    async (whose) => {
      const first = await ask(stack, wire, answer(format, [DF]), { request });
      const messages = [
        ...next(first.parts, whose === 'its own' ? wire.model : 'somebody/else'),
        { role: 'user' as const, content: [{ type: 'text' as const, text: '[마스터] 빨리' }] },
      ];
      const { server, error } = await ask(stack, wire, answer(format, [], '끝.'), { request, messages });
      expect(error).toBeUndefined();
      const body = bodyOf(server.requests[0]);
      expect(format.results(body)).toHaveLength(1);
      expect(wire.texts(body).at(-1)).toContain('[마스터] 빨리');
      const roles = rolesOf(body).slice(name === 'anthropic' ? -3 : -4);
      expect(roles).toEqual(
        {
          openai: ['user', 'function_call', 'function_call_output', 'user'],
          anthropic: ['user', 'assistant', 'user'],
          google: ['user', 'model', 'user', 'user'],
          compatible: ['user', 'assistant', 'tool', 'user'],
        }[name],
      );
    },
  );

  it('gets the words of a text alone where it is offered none any more', async () => {
    const first = await ask(stack, wire, answer(format, [DF]), { request });
    const { server, error } = await ask(stack, wire, answer(format, [], '끝.'), {
      messages: next(first.parts, wire.model),
    });
    expect(error).toBeUndefined();
    const body = bodyOf(server.requests[0]);
    expect(format.results(body)).toEqual([]);
    expect(wire.texts(body).at(-1)).toContain('(run {"argv":["df","-h"]} gave:)\n1번째 결과');
  });

  it('never sees an id twice, though servers count anew with every answer', async () => {
    const one = await ask(stack, wire, answer(format, [{ ...DF, id: 'call_0' }]), { request });
    const two = await ask(stack, wire, answer(format, [{ ...WHO, id: 'call_0' }]), { request });
    const messages = [...next(one.parts, wire.model), ...stepOf(two.parts, 'somebody/else')];
    const { server, error } = await ask(stack, wire, answer(format, [], '끝.'), { request, messages });
    expect(error).toBeUndefined();
    const ids = format.results(bodyOf(server.requests[0])).flatMap((results) => results.map(({ id }) => id));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  it('has what is broken passed on as the model wrote it, and goes on from there', async () => {
    const broken = answer(format, [{ name: 'run', input: '{"argv":["df"' }]);
    const { parts, error } = await ask(stack, wire, broken, { request });
    expect(error).toBeUndefined();
    expect(callsOf(parts)).toEqual([{ name: 'run', input: '{"argv":["df"' }]);
    expect(finishOf(parts)?.reason).toBe('tools');
    const after = await ask(stack, wire, answer(format, [], '끝.'), { request, messages: next(parts, wire.model) });
    expect(after.error).toBeUndefined();
  });

  it('has a tool passed on that nobody offered, and each call under an id of its own', async () => {
    const odd = [
      { name: 'rm', input: {}, id: 'same' },
      { ...DF, id: 'same' },
      { ...DF, id: '' },
      { ...DF, id: 'x'.repeat(200) },
    ];
    const { parts, error } = await ask(stack, wire, answer(format, odd), { request });
    expect(error).toBeUndefined();
    expect(callsOf(parts).map((call) => call.name)).toEqual(['rm', 'run', 'run', 'run']);
    const ids = idsOf(parts);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^.{1,64}$/);
    const after = await ask(stack, wire, answer(format, [], '끝.'), { request, messages: next(parts, wire.model) });
    expect(after.error).toBeUndefined();
    expect(format.results(bodyOf(after.server.requests[0]))[0]).toHaveLength(4);
  });

  it('cannot fill the house with arguments or with calls', async () => {
    const long = { name: 'run', input: { argv: ['x'.repeat(1_000_000)] } };
    expect(outcome(await ask(stack, wire, answer(format, [long]), { request }))).toEqual(
      fault('provider.malformed', 1),
    );
    const many = Array.from({ length: 100 }, (_, i) => ({ ...DF, id: `c${i}` }));
    expect(outcome(await ask(stack, wire, answer(format, many), { request }))).toEqual(fault('provider.malformed', 1));
  });

  it.each(['end', 'drop'] as const)(
    'that breaks off in the middle of a call has asked for nothing: %s',
    async (ending) => {
      const cut: Reply = {
        body:
          format.begin +
          format
            .calls([DF, WHO], false)
            .slice(0, name === 'google' ? -1 : -2)
            .join(''),
        ending,
      };
      const { parts, error } = await ask(stack, wire, (_, index) => (index === 0 ? cut : answer(format, [DF])), {
        request,
      });
      expect(error).toBeUndefined();
      expect(callsOf(parts)).toHaveLength(1);
      expect(outcome(await ask(stack, wire, cut, { request }))).toEqual(fault('provider.interrupted', 3));
    },
  );

  it('that makes a call up where none was offered has answered nothing', async () => {
    expect(outcome(await ask(stack, wire, answer(format, [DF])))).toEqual(fault('provider.empty', 3));
    const { parts } = await ask(stack, wire, answer(format, [DF], '디스크는 넉넉합니다.'));
    expect([callsOf(parts), finishOf(parts)?.reason]).toEqual([[], 'stop']);
  });
});

it.each([...STREAMING, MANUS].filter(({ name }) => !(name in TOOL_WIRES)).map((wire) => [wire.name, wire] as const))(
  '%s is offered none and told what came of others',
  async (_name, wire) => {
    const messages = next([{ type: 'tool-call', id: 'a', name: 'run', input: '{}' }], 'somebody/else');
    const { server } = await ask(stack, wire, { status: 400, body: '{}' }, { request, messages });
    const { body } = server.requests[0] ?? { body: '' };
    expect(body).not.toContain('명령 하나를');
    expect(body).toContain('1번째 결과');
  },
);
