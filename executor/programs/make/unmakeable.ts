import type { z } from 'zod';

/** The words do not make a file of this kind; the message is for whoever wrote them. */
export class Unmakeable extends Error {}

export function firstFault(error: z.ZodError, whole: string): string {
  const [issue] = error.issues;
  const field = issue?.path.join('.') ?? '';
  return `${field === '' ? whole : field}: ${issue?.message ?? 'not readable'}`;
}
