/** Longer than any answer that a task can use. */
export const MAX_ANSWER_CHARS = 240_000;
const MAX_OBJECTS = 50;
/** Braces that never close, before the search is given up: each costs one reading of the rest. */
const MAX_OPEN = 32;

export interface ObjectsInText {
  readonly objects: readonly unknown[];
  /** A brace never closes: words, or an answer that was cut off, of which only inner parts are among the objects. */
  readonly unclosed: boolean;
}

/**
 * The JSON objects in whatever a model wrote: bare, fenced, with words around. Outermost ones only, in their order.
 * Never throws; takes time in proportion to the text.
 */
export function objectsIn(text: string): ObjectsInText {
  if (text.length > MAX_ANSWER_CHARS) return { objects: [], unclosed: false };
  const found: unknown[] = [];
  let open = 0;
  for (let at = text.indexOf('{'); at !== -1 && found.length < MAX_OBJECTS && open < MAX_OPEN;) {
    const end = closingOf(text, at);
    const value = end === -1 ? undefined : parsed(text.slice(at, end + 1));
    if (end === -1) open += 1;
    if (value !== undefined) found.push(value);
    at = text.indexOf('{', end === -1 ? at + 1 : end + 1);
  }
  return { objects: found, unclosed: open > 0 };
}

/** Where the object that begins at `start` ends, by its braces outside of strings; -1 when it does not. */
function closingOf(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (inString) {
      if (letter === '\\') at += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === '{') depth += 1;
    else if (letter === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
