import { z } from 'zod';
import { Roster } from '../protocol/roster.ts';

/** The part of a JSON schema that is told. */
const Schema = z.object({
  description: z.string().optional(),
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), z.unknown()).default({}),
  items: z.unknown().optional(),
});
type Schema = z.infer<typeof Schema>;

/** Every field of a roster file, from the schema alone. */
export function rosterReference(): string {
  const head = [
    '# The roster file',
    '',
    'JSON, named by `CHAVION_ROSTER`; it replaces the default residents (`bridge/protocol/default-roster.ts`) as a whole. A misspelt field is refused with its place.',
    '',
    'This file is made from `bridge/protocol/roster.ts`: `sh .node/run bridge/config/write-roster-reference.ts`',
    '',
    '| Field | | What it is |',
    '|---|---|---|',
  ];
  return [...head, ...rows(Schema.parse(z.toJSONSchema(Roster, { io: 'input' })), ''), ''].join('\n');
}

function rows(schema: Schema, place: string): string[] {
  return Object.entries(schema.properties).flatMap(([name, raw]) => {
    const field = Schema.parse(raw);
    const here = `${place}${name}`;
    if (field.description === undefined) throw new Error(`${here} does not say what it is`);
    const inner = field.type === 'array' ? Schema.parse(field.items) : field;
    return [
      `| \`${here}\` | ${needed(field, schema.required.includes(name))} | ${field.description}${range(field)} |`,
      ...rows(inner, `${here}${field.type === 'array' ? '[]' : ''}.`),
    ];
  });
}

function needed(field: Schema, required: boolean): string {
  if (field.default !== undefined && typeof field.default !== 'object') return `\`${JSON.stringify(field.default)}\``;
  return required ? 'required' : '';
}

function range({ enum: words, minimum, maximum }: Schema): string {
  if (words !== undefined) return ` One of ${words.map((word) => `\`${word}\``).join(', ')}.`;
  return minimum === undefined || maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER
    ? ''
    : ` From ${minimum} to ${maximum}.`;
}
