/**
 * Two people write into one value of a page: what each has changed since he last read it holds. Pure.
 * Lists are taken as sets of entries, objects by their keys; of all else the newer one stands.
 *
 * @param base what the writer last saw, `mine` what he writes, `theirs` what stands there now; null where there is none.
 * Repeating it with the result as `theirs` changes nothing, so that a write may be sent again.
 */
export function mergeValues(base: string | null, mine: string | null, theirs: string | null): string | null {
  if (theirs === base || mine === theirs) return mine;
  if (mine === base) return theirs;
  if (mine === null || theirs === null) return mine;
  const [was, now, other] = [json(base), json(mine), json(theirs)];
  if (Array.isArray(now) && Array.isArray(other))
    return JSON.stringify(mergeLists(Array.isArray(was) ? was : [], now, other));
  if (isRecord(now) && isRecord(other)) return JSON.stringify(mergeRecords(isRecord(was) ? was : {}, now, other));
  return mine;
}

type Json = Readonly<Record<string, unknown>>;

function mergeRecords(was: Json, now: Json, other: Json): Json {
  const text = (of: Json, key: string) => (Object.hasOwn(of, key) ? JSON.stringify(of[key]) : null);
  const keys = new Set([...Object.keys(other), ...Object.keys(now)]);
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const value = mergeValues(text(was, key), text(now, key), text(other, key));
      return value === null ? [] : [[key, json(value)]];
    }),
  );
}

/** Entries with an `id` are the same thing though something else in them was changed. */
function mergeLists(was: readonly unknown[], now: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  const known = (list: readonly unknown[]) => new Map(list.map((entry) => [nameOf(entry), JSON.stringify(entry)]));
  const [before, mine, theirs] = [known(was), known(now), known(other)];
  const names = new Set([...theirs.keys(), ...mine.keys()]);
  return [...names].flatMap((name) => {
    const value = mergeValues(before.get(name) ?? null, mine.get(name) ?? null, theirs.get(name) ?? null);
    return value === null ? [] : [json(value)];
  });
}

const nameOf = (entry: unknown): string =>
  isRecord(entry) && (typeof entry['id'] === 'string' || typeof entry['id'] === 'number')
    ? `id:${entry['id']}`
    : JSON.stringify(entry);

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
