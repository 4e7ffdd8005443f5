import type { Logger } from 'pino';
import { z } from 'zod';
import type { EndCounts } from '../../bridge/queue/executor-registry.ts';
import type { AuditEvent } from './audit.ts';

const LOGGED: ReadonlySet<AuditEvent> = new Set([
  'order.taken',
  'order.refused',
  'approval.given',
  'job.started',
  'job.ended',
]);

const Facts = z.object({
  key: z.string().optional(),
  root: z.string().optional(),
  chat: z.string().optional(),
  decision: z.string().optional(),
  patched: z.string().optional(),
  step: z.string().optional(),
  attempt: z.int().optional(),
  why: z.string().optional(),
  outcome: z.object({ kind: z.string(), why: z.string().optional() }).optional(),
});

/**
 * What the record of commands says, in the log: ids alone, by which a line is found together with the swarm's. `event`
 * is the message that ordered it, `command` the name under which it lay in the box (`commandJobId`).
 */
export class JobLog {
  readonly #log: Logger;
  readonly #ended: Record<string, number> = {};

  constructor(log: Logger) {
    this.#log = log;
  }

  note(event: AuditEvent, data: unknown): void {
    if (!LOGGED.has(event)) return;
    const { key, root, chat, decision, patched, step, attempt, why, outcome } = Facts.catch({}).parse(data);
    const task = decision === undefined ? {} : { task: root, step };
    const command = decision === undefined ? (chat ?? root) : [root, patched ?? decision, step, attempt].join('.');
    this.#log.info({ event: root, ...task, command, key, why: outcome?.why ?? why, outcome: outcome?.kind }, event);
    const end = event === 'order.refused' ? 'refused' : outcome?.kind;
    if (end !== undefined) this.#ended[end] = (this.#ended[end] ?? 0) + 1;
  }

  /** Since the start. */
  get ended(): EndCounts {
    return { ...this.#ended };
  }
}
