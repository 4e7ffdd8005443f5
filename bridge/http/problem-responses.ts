import { Problem } from './problems.ts';

const content = { 'application/problem+json': { schema: Problem } } as const;

/** Of a route's `response`: the refusals that it may answer with. */
export function refusals(
  ...statuses: readonly number[]
): Record<number, { description: string; content: typeof content }> {
  return Object.fromEntries(
    [...statuses, 503].map((status) => [status, { description: 'Refused: see code and detail.', content }]),
  );
}
