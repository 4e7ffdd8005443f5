import { z } from 'zod';
import type { Lang } from '../protocol/ids.ts';
import { DOOR_PROBLEMS, type ApiProblemCode, type ProblemFacts } from '../text/room/api-problems.ts';

/** RFC 9457. */
export const Problem = z.object({
  type: z.string().describe('Names the kind of problem; code is the same for programs.'),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().describe('What happened, what was kept, what to do; in the language of Accept-Language.'),
  owner: z.string().nullish().describe('Of a task that somebody else has: who.'),
  errors: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

export const STATUS = {
  'auth.missing': 401,
  'auth.wrong': 401,
  'auth.scope': 403,
  'auth.other': 403,
  'rate.limited': 429,
  'request.invalid': 400,
  'request.too-large': 413,
  'request.media': 415,
  'request.slow': 408,
  'host.unknown': 421,
  'route.unknown': 404,
  'idempotency.key': 400,
  'idempotency.mismatch': 422,
  'idempotency.running': 409,
  'receiver.unknown': 404,
  'answer.late': 409,
  'since.future': 400,
  'letter.unknown': 404,
  'ask.unknown': 404,
  'message.too-long': 413,
  'room.closed': 409,
  'task.unknown': 404,
  'task.claimed': 409,
  'task.not-yours': 409,
  'task.ended': 409,
  'task.full': 409,
  'task.swarm': 409,
  'task.unavailable': 409,
  'task.secret': 422,
  'task.waiting': 409,
  'command.invalid': 422,
  'command.secret': 422,
  'command.waiting': 409,
  'job.unknown': 404,
  'house.busy': 503,
  'house.fault': 500,
} as const satisfies Record<ApiProblemCode, number>;

/**
 * Refusals that pass by themselves, or when somebody else does something: told again to whoever repeats the call, they
 * would outlive their reason. Nothing was done, so the next call is a first one.
 */
const PASSES: ReadonlySet<string> = new Set([
  'auth.scope',
  'rate.limited',
  'idempotency.running',
  'room.closed',
  'task.claimed',
  'task.not-yours',
  'task.unavailable',
  'task.waiting',
  'command.waiting',
  'answer.late',
  'house.busy',
  'house.fault',
  'request.slow',
] satisfies readonly ApiProblemCode[]);
export const passes = (code: ApiProblemCode | null): boolean => code !== null && PASSES.has(code);

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export interface ProblemDetails extends ProblemFacts {
  readonly owner?: string | null;
  readonly errors?: readonly { readonly field: string; readonly problem: string }[];
}

/** Expected refusals of the agents' API, thrown to where they become an answer. Holds no words of the caller but names. */
export class ApiProblem extends Error {
  readonly code: ApiProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ApiProblemCode, details: ProblemDetails = {}) {
    super(code);
    this.name = 'ApiProblem';
    this.code = code;
    this.details = details;
  }
}

export function problemOf({ code, details }: Pick<ApiProblem, 'code' | 'details'>, lang: Lang): Problem {
  const status = STATUS[code];
  return {
    type: `urn:chavion:problem:${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    code,
    detail: DOOR_PROBLEMS[code][lang](details),
    ...(details.owner === undefined ? {} : { owner: details.owner }),
    ...(details.errors === undefined ? {} : { errors: [...details.errors] }),
  };
}
