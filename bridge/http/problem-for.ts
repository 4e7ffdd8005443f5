import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiProblemCode } from '../text/room/api-problems.ts';
import { ApiProblem } from './problems.ts';

const BY_STATUS: ReadonlyMap<number, ApiProblemCode> = new Map([
  [404, 'route.unknown'],
  [408, 'request.slow'],
  [413, 'request.too-large'],
  [415, 'request.media'],
]);
const Coded = z.object({ statusCode: z.int().optional(), code: z.string().optional() });

/** Whatever was thrown, as the refusal that it is. What is not known for a refusal is a fault of ours. */
export function problemFor(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.slice(0, 20).map(({ instancePath, message }) => ({
      field: `${error.validationContext ?? 'request'}${instancePath.replaceAll('/', '.')}`.slice(0, 200),
      problem: (message ?? 'not valid').slice(0, 200),
    }));
    const [first] = errors;
    return new ApiProblem('request.invalid', {
      what: first === undefined ? 'body' : `${first.field}: ${first.problem}`,
      errors,
    });
  }
  const { statusCode, code } = Coded.safeParse(error).data ?? {};
  const known = BY_STATUS.get(statusCode ?? 0);
  if (known !== undefined) return new ApiProblem(known);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new ApiProblem('request.invalid', { what: code ?? 'HTTP' });
  return new ApiProblem('house.fault');
}
