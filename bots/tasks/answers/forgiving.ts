import { z } from 'zod';

/** Each round puts right what the one before has brought to light. */
const MAX_ROUNDS = 4;

/**
 * Reads what a model wrote, and forgives what means nothing: fields that nobody knows, null or an empty text where a
 * field may be absent, a time that no command can be given, and headers as a list of pairs, which is how a schema without free names has to ask for them.
 * What is missing or wrong stays a fault. The value is changed in place: it may be nested too deeply to be copied.
 */
export function readForgiving<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  let read = schema.safeParse(value);
  for (let round = 0; round < MAX_ROUNDS && !read.success; round += 1) {
    const put = read.error.issues.map((issue) => putRight(value, issue));
    if (!put.includes(true)) break;
    read = schema.safeParse(value);
  }
  return read;
}

function putRight(root: unknown, issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'unrecognized_keys') {
    const holder = objectAt(root, issue.path);
    for (const key of issue.keys) if (holder !== undefined) Reflect.deleteProperty(holder, key);
    return holder !== undefined;
  }
  const key = issue.path.at(-1);
  const holder = objectAt(root, issue.path.slice(0, -1));
  if (holder === undefined || typeof key !== 'string' || !Object.hasOwn(holder, key)) return false;
  const found = Reflect.get(holder, key);
  if (key === 'timeoutMs' && issue.code === 'too_big') return Reflect.set(holder, key, Number(issue.maximum));
  // The schema has no room for leaving it out: nothing is meant by it.
  if (key === 'timeoutMs' && issue.code === 'too_small') return Reflect.deleteProperty(holder, key);
  const pairs = key === 'headers' ? Pairs.safeParse(found).data : undefined;
  if (pairs !== undefined)
    return Reflect.set(holder, key, Object.fromEntries(pairs.map(({ name, value }) => [name, value])));
  return (found === null || found === '') && Reflect.deleteProperty(holder, key);
}

const Pairs = z.array(z.object({ name: z.string(), value: z.string() }));

/** The object, not list, at a path; undefined where there is none. */
function objectAt(root: unknown, path: readonly PropertyKey[]): object | undefined {
  let at = root;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return typeof at === 'object' && at !== null && !Array.isArray(at) ? at : undefined;
}

const OPENING = /^\s*<think(?:ing)?>/;
const CLOSING = /<\/think(?:ing)?>/;

/**
 * What a model said, without what it thought aloud before: in tags, one block or several, or with a closing tag alone,
 * as templates leave it that open the block themselves.
 */
export function withoutThoughts(text: string): string {
  let words = text;
  for (let opening = OPENING.exec(words); opening !== null; opening = OPENING.exec(words)) {
    const closing = CLOSING.exec(words);
    // Thoughts that never end leave nothing said.
    if (closing === null) return '';
    words = words.slice(closing.index + closing[0].length);
  }
  const closing = CLOSING.exec(words);
  const brace = words.indexOf('{');
  return closing !== null && (brace === -1 || closing.index < brace)
    ? words.slice(closing.index + closing[0].length)
    : words;
}
