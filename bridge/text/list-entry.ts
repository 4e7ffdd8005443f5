/**
 * One entry of a list in the room: what it is, and lines under it. In place of a table, which a phone cuts off at its
 * edge. An empty line is left out.
 */
export const listEntry = (head: string, ...under: readonly string[]): string =>
  [`- ${head}`, ...under.filter((line) => line !== '').map((line) => `  ${line}`)].join('\n');
