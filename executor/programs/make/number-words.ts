/** A number as people read it in a chart: Koreans count in 만 and 억. */
export function numberIn(value: number, korean: boolean): string {
  const size = Math.abs(value);
  if (korean && size >= 1e12) return `${short(value / 1e12)}조`;
  if (korean && size >= 1e8) return `${short(value / 1e8)}억`;
  // 6만, but not 1.25만.
  if (korean && (size >= 1e5 || (size >= 1e4 && value % 1e3 === 0))) return `${short(value / 1e4)}만`;
  if (!korean && size >= 1e9) return `${short(value / 1e9)}B`;
  if (!korean && size >= 1e6) return `${short(value / 1e6)}M`;
  return short(value, size < 1 ? 3 : size < 100 ? 2 : 1);
}

const short = (value: number, digits = Math.abs(value) < 100 ? 2 : Math.abs(value) < 1_000 ? 1 : 0): string =>
  new Intl.NumberFormat('en-US', { maximumFractionDigits: digits }).format(value);
