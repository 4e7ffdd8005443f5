/** Deeper than anything that the agents' API takes; whatever walks through it later may then do so by recursion. */
const DEEPEST = 64;

/** What is JSON and yet cannot be stored, hashed or shown. Null where there is nothing of the kind. */
export function jsonFault(value: unknown, depth = 0): 'depth' | 'unicode' | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : 'unicode';
  if (typeof value !== 'object' || value === null) return null;
  if (depth === DEEPEST) return 'depth';
  for (const [key, one] of Object.entries(value)) {
    const fault = key.isWellFormed() ? jsonFault(one, depth + 1) : 'unicode';
    if (fault !== null) return fault;
  }
  return null;
}
