import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentApiScene } from '../house/agent-api-scene.ts';

/** Requests made of the OpenAPI document itself: most of the right shape, some bent, and what may stand in a header too. */

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface Wanted {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

let scene: AgentApiScene;
let keys: string[];
let wanted: Wanted[];
beforeAll(async () => {
  scene = await AgentApiScene.open();
  keys = [await scene.key('one'), await scene.key('two'), await scene.key('reader', ['read']), 'chv_nobody'];
  for (const i of [1, 2, 3]) await scene.call('POST', '/api/tasks', { key: keys[0]!, body: { title: `미리 ${i}` } });
  const { body } = await scene.call('GET', '/openapi.json');
  wanted = Object.entries(body['paths'] as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
});
afterAll(() => scene[Symbol.asyncDispose]());

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme' }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }) },
  fc.constantFrom(
    '',
    ' ',
    'all',
    'master',
    'executor',
    'one',
    'two',
    '가브리엘',
    'b1',
    'b2',
    '$x',
    '\u0000',
    '../..',
    '%',
    'a'.repeat(16_000),
    '🛑',
    "'; DROP TABLE",
  ),
);

function valueOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const bent = fc.oneof(
    fc.constant(null),
    fc.integer(),
    fc.double(),
    text,
    fc.boolean(),
    fc.constant([]),
    fc.constant({}),
    fc.bigInt().map(String),
  );
  const right = rightOf(schema, depth);
  return fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: bent });
}

function rightOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return fc.oneof(...either.map((one) => valueOf(one, depth + 1)));
  switch (String(Array.isArray(schema.type) ? schema.type[0] : schema.type)) {
    case 'string':
      return schema.pattern === undefined
        ? text
        : fc.oneof(fc.constantFrom('b1', 'b2', 'b3', 'j1', 'j2', '1-1', '99999999999999-0'), text);
    case 'integer':
    case 'number':
      // Near the least: who waits for letters waits seconds.
      return fc.integer({ min: schema.minimum ?? 0, max: (schema.minimum ?? 0) + 1 });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, depth + 1), { maxLength: 4 });
    case 'object': {
      const fields = Object.entries(schema.properties ?? {});
      if (fields.length === 0)
        return depth > 3
          ? fc.constant({})
          : fc.oneof(
              payload,
              fc.dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 }),
            );
      return fc.record(Object.fromEntries(fields.map(([name, one]) => [name, valueOf(one, depth + 1)])), {
        requiredKeys: (schema.required ?? []).filter((name) => name in (schema.properties ?? {})),
      });
    }
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

const payload = fc.record(
  {
    script: text,
    reason: text,
    path: fc.constantFrom('a.txt', '../x', '/etc/passwd', '.', 'a/b'),
    content: text,
    argv: fc.array(text, { maxLength: 3 }),
    url: fc.constantFrom('https://example.org/', 'http://127.0.0.1:1', 'file:///etc/passwd'),
    timeoutMs: fc.integer(),
    workspace: fc.constantFrom('ro', 'rw'),
    hosts: fc.array(text, { maxLength: 2 }),
    lent: fc.array(fc.record({ name: text, access: fc.constantFrom('ro', 'rw') }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const requestOf = ({ method, path, operation }: Wanted) => {
  const parameters = operation.parameters ?? [];
  const schema = operation.requestBody?.content['application/json']?.schema;
  return fc.record({
    method: fc.constant(method.toUpperCase()),
    path: fc.constant(path),
    parameters: fc.tuple(
      ...parameters.map(({ name, in: where, schema: one }) =>
        fc.tuple(fc.constant(where), fc.constant(name), valueOf(one), fc.boolean()),
      ),
    ),
    body: schema === undefined ? fc.constant(undefined) : valueOf(schema),
    key: fc.constantFrom(...keys.slice(0, 2), ...keys),
    idempotency: fc.option(fc.constantFrom('k1', 'k2', 'k3', ' ', 'x'.repeat(300)), { nil: undefined, freq: 3 }),
  });
};

const urlOf = (path: string, parameters: readonly (readonly [string, string, unknown, boolean])[]): string => {
  const query = new URLSearchParams();
  let at = path;
  for (const [where, name, value, there] of parameters) {
    const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    if (where === 'path') at = at.replace(`{${name}}`, encodeURIComponent(shown.toWellFormed()) || '%20');
    else if (there && where === 'query') query.set(name, shown);
  }
  return `${at}${query.size === 0 ? '' : `?${query.toString()}`}`;
};

describe('a thousand requests made of the document', () => {
  it('find no fault inside, and every refusal is a problem with a code', { timeout: 180_000 }, async () => {
    const seen = new Map<number, number>();
    const operations = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.nat().chain((n) => requestOf(wanted[n % wanted.length]!)),
        async ({ method, path, parameters, body, key, idempotency }) => {
          const url = urlOf(path, parameters);
          const response = await fetch(`${scene.url}${url}`, {
            method,
            headers: {
              authorization: `Bearer ${key}`,
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
              ...(idempotency === undefined ? {} : { 'idempotency-key': idempotency }),
            },
            ...(body === undefined || method === 'GET' ? {} : { body: JSON.stringify(body) }),
          });
          const answer = (await response.json()) as Record<string, unknown>;
          seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
          operations.add(`${method} ${path}`);
          const { status, code } = answer;
          const well =
            response.status < 400 ||
            (response.status < 500 && status === response.status && /^[a-z]+\.[a-z-]+$/.test(String(code)));
          if (!well)
            throw new Error(`${method} ${url} ${JSON.stringify(body)} → ${response.status} ${JSON.stringify(answer)}`);
        },
      ),
      { numRuns: 1_000 },
    );
    process.stdout.write(
      `    ${[...seen]
        .toSorted(([a], [b]) => a - b)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', ')}\n`,
    );
    expect(operations.size).toBe(wanted.length);
    // Not only refused: what is right gets through.
    expect((seen.get(200) ?? 0) + (seen.get(201) ?? 0) + (seen.get(202) ?? 0)).toBeGreaterThan(150);
    expect(scene.log.join('\n')).not.toContain('a call failed');
  });
});
