/**
 * Two people write into one value of a page: what each has changed since he last read it holds. Pure.
 * Lists are taken by their entries, objects by their keys, three levels down; of all else the newer one stands.
 *
 * @param base what the writer last saw, `mine` what he writes, `theirs` what stands there now; null where there is none.
 * Repeating it with the result as `theirs` changes nothing, so that a write may be sent again.
 */
export function mergeValues(
  base: string | null,
  mine: string | null,
  theirs: string | null,
  levels = 3,
): string | null {
  if (theirs === base || mine === theirs) return mine;
  if (mine === base) return theirs;
  // Each level is written and read once more: what lies deeper is not worth it, and could be made to cost minutes.
  if (mine === null || theirs === null || levels === 0) return mine;
  const [was, now, other] = [json(base), json(mine), json(theirs)];
  try {
    if (Array.isArray(now) && Array.isArray(other))
      return JSON.stringify(mergeLists(Array.isArray(was) ? was : [], now, other, levels - 1));
    if (isRecord(now) && isRecord(other))
      return JSON.stringify(mergeRecords(isRecord(was) ? was : {}, now, other, levels - 1));
  } catch (error) {
    // Nested too deeply to be written.
    if (!(error instanceof RangeError)) throw error;
  }
  return mine;
}

type Json = Readonly<Record<string, unknown>>;

function mergeRecords(was: Json, now: Json, other: Json, levels: number): Json {
  const text = (of: Json, key: string) => (Object.hasOwn(of, key) ? JSON.stringify(of[key]) : null);
  const keys = new Set([...Object.keys(other), ...Object.keys(now)]);
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const value = mergeValues(text(was, key), text(now, key), text(other, key), levels);
      return value === null ? [] : [[key, json(value)]];
    }),
  );
}

type Entries = readonly unknown[];

function mergeLists(was: Entries, now: Entries, other: Entries, levels: number): Entries {
  const doubled = new Set([was, now, other].flatMap(doubledIds));
  const isName = (id: string | number) => !doubled.has(id);
  const [before, mine, theirs] = [named(was, isName), named(now, isName), named(other, isName)];
  const names = new Set([...theirs.keys(), ...mine.keys()]);
  return [...names].flatMap((name) => {
    const [old, my, their] = [before.get(name) ?? null, mine.get(name) ?? null, theirs.get(name) ?? null];
    // Two new things to which both have given the same id.
    if (old === null && my !== null && their !== null && my !== their) return [json(their), json(my)];
    const value = mergeValues(old, my, their, levels);
    return value === null ? [] : [json(value)];
  });
}

/** Entries by what tells them from each other: an id where that is theirs alone, else all they say, each as often as it stands there. */
function named(list: Entries, isName: (id: string | number) => boolean): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  const seen = new Map<string, number>();
  for (const entry of list) {
    const id = idOf(entry);
    const text = JSON.stringify(entry);
    const name = id !== undefined && isName(id) ? `id:${id}` : text;
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    entries.set(`${times}:${name}`, text);
  }
  return entries;
}

function doubledIds(list: Entries): readonly (string | number)[] {
  const ids = list.map(idOf).filter((id) => id !== undefined);
  const seen = new Set<string | number>();
  return ids.filter((id) => seen.size === seen.add(id).size);
}

function idOf(entry: unknown): string | number | undefined {
  const id = isRecord(entry) ? entry['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function json(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
