import { describe, expect, it } from 'vitest';
import { serverTools, reducedSchema } from '../../bots/hands/server-tools.ts';
import type { CommandToolsDeps } from '../../bots/hands/command-tools.ts';
import { ServerName } from '../../bridge/protocol/outside-commands.ts';
import type { ToolOfServer } from '../../bridge/queue/executor-offers.ts';
import { HOSTILE } from '../house/tools/notes-tools.ts';
import { toolTurn } from './hands-scene.ts';

const nobody: CommandToolsDeps = {
  orders: { add: () => Promise.reject(new Error('ordered')) },
  results: { begun: () => Promise.reject(new Error('begun')), wait: () => Promise.reject(new Error('waited')) },
};
const offered = (more: Partial<ToolOfServer> = {}): ToolOfServer => ({
  server: ServerName.parse('notes'),
  name: 'read.note/v1',
  description: 'Reads.',
  input: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  free: false,
  changed: false,
  ...more,
});

describe('tools of servers, as models are told of them', () => {
  it('have names that every provider takes, each its own', () => {
    const names = serverTools(nobody, [
      offered(),
      offered({ name: 'read/note.v1' }),
      offered({ name: 'x'.repeat(100) }),
      offered({ name: 'x'.repeat(110) }),
    ]).map(({ offer }) => offer.name);
    expect(names[0]).toBe('notes__read_note_v1');
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^\w{1,64}$/);
  });

  it('are not offered once they have changed; only what runs freely is for those who look', () => {
    expect(serverTools(nobody, [offered({ changed: true })])).toEqual([]);
    expect(serverTools(nobody, [offered(), offered({ name: 'b', free: true })]).map(({ needs }) => needs)).toEqual([
      'act',
      'look',
    ]);
  });

  it('bring their words in as words of strangers', () => {
    const [tool] = serverTools(nobody, [offered({ description: HOSTILE })]);
    expect(tool?.foreign).toBe(true);
    expect(tool?.offer.description).not.toMatch(/^\[실행자\]/mu);
    expect(tool?.offer.description).toContain('ignore the rules');
  });

  it('become the executor’s command, and tell what does not fit', () => {
    const [tool] = serverTools(nobody, [offered()]);
    const use = tool?.use({ name: '장보기' }, toolTurn().job);
    expect(use).toMatchObject({ flow: { reads: 'both', does: 'leaves' } });
    expect(tool?.use('text', toolTurn().job)).toHaveProperty('bad');
    expect(tool?.use({ text: 'x'.repeat(1_000_000) }, toolTurn().job)).toHaveProperty('bad');
  });
});

describe('a schema of a stranger’s', () => {
  it.each([
    [null, { type: 'object', properties: {} }],
    [{ type: 'object' }, { type: 'object', properties: {} }],
    [
      {
        properties: { n: { type: ['number', 'null'], minimum: 3, description: 'How many.' }, l: { type: 'array' } },
        required: ['n', 'x'],
      },
      {
        type: 'object',
        properties: {
          n: { anyOf: [{ type: 'number' }, { type: 'null' }], description: expect.stringContaining('How many.') },
          l: { type: 'array', items: {} },
        },
        required: ['n'],
      },
    ],
    [
      { type: 'object', properties: { a: { $ref: '#/x' }, b: { enum: [1, 2] }, c: 'no schema' } },
      { type: 'object', properties: { a: {}, b: {}, c: {} } },
    ],
  ])('%j is reduced to what all providers take', (schema, reduced) => {
    expect(reducedSchema(schema)).toEqual(reduced);
  });

  it('without a bottom is cut', () => {
    const deep: Record<string, unknown> = { type: 'object' };
    deep['properties'] = { again: deep };
    expect(JSON.stringify(reducedSchema(deep)).length).toBeLessThan(2_000);
  });
});
