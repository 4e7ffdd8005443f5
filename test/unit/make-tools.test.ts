import { describe, expect, it } from 'vitest';
import { COMMAND_KEY } from '../../bridge/protocol/orders/command-request.ts';
import { makeTools } from '../../bots/hands/make-tools.ts';
import type { ToolTurn } from '../../bots/hands/tool.ts';

const sent: Record<string, unknown>[] = [];
const tools = makeTools({
  orders: { add: () => Promise.resolve() },
  results: { begun: () => Promise.resolve(), wait: () => Promise.resolve(null) },
});
const job = { room: '!r:test', root: '$root', source: '$root', lang: 'ko', depth: 0, at: 1 };

/** The command that stands in the agent's event, or why there is none. */
async function ask(name: string, input: unknown): Promise<unknown> {
  const tool = tools.find(({ offer }) => offer.name === name);
  // Only what is read of the turn is there.
  const turn = {
    id: 't',
    job,
    agent: { config: { id: 'claude' } },
    account: {
      send: (_: unknown, _type: unknown, content: Record<string, unknown>) => Promise.resolve(`$${sent.push(content)}`),
    },
    signal: new AbortController().signal,
    deadline: Date.now() + 1_000,
  } as unknown as ToolTurn;
  const use = tool?.use(input, turn.job);
  if (use === undefined || 'bad' in use) return use;
  await use.carryOut(turn, 'key', false);
  return sent.at(-1)?.[COMMAND_KEY];
}

const CHART = { path: 'a.png', type: 'bar', labels: ['10월', '11월'], series: [{ name: '매출', values: [1, null] }] };

describe('tools that make files', () => {
  it('have schemas of what every provider takes', () => {
    for (const { offer } of tools) {
      expect(JSON.stringify(offer.input)).not.toMatch(/\$ref|oneOf|minimum|pattern/);
      expect(offer.description.length).toBeLessThan(1_000);
    }
    const chart = JSON.stringify(tools.find(({ offer }) => offer.name === 'make_chart')?.offer.input);
    expect(chart).toContain('"number"');
  });

  it('draw a chart as a document of that data', async () => {
    expect(await ask('make_chart', CHART)).toMatchObject({
      type: 'make_document',
      path: 'a.png',
      content: expect.stringContaining('"values":[1,null]'),
    });
    expect(await ask('make_chart', { ...CHART, keep: true })).toMatchObject({ hand: false });
  });

  it.each([
    ['make_chart', { ...CHART, series: [{ values: [1] }] }, 'series.0.values: 1 values for 2 labels'],
    ['make_chart', { ...CHART, path: 'a.pdf' }, 'path: a chart is a .png'],
    ['make_chart', { ...CHART, series: [{ values: ['1', '2'] }] }, 'series.0.values.0'],
    ['make_document', { path: 'a.exe', content: 'x' }, 'path: does not end in one of'],
    ['make_document', { path: '../a.pdf', content: 'x' }, 'path: leads out of the workspace'],
    ['send_file', { path: '/etc/passwd' }, 'path: starts with /'],
  ])('tell the model what is wrong: %s %j', async (name, input, told) => {
    expect(await ask(name, input)).toMatchObject({ bad: expect.stringContaining(told) });
  });

  it('hand over a document and a file of the workspace', async () => {
    expect(await ask('make_document', { path: 'a.pdf', content: '# 보고' })).toMatchObject({
      type: 'make_document',
      content: '# 보고',
    });
    expect(await ask('send_file', { path: 'out/a.csv' })).toMatchObject({ type: 'send_file', path: 'out/a.csv' });
  });
});
