import { z } from 'zod';
import { HostPort } from './command-fields.ts';

/**
 * `policy.json`, the owner's word on what runs. Strict: a misspelt name is an error and not a silence, and an error
 * stops the executor.
 */
export const Policy = z.strictObject({
  /**
   * `auto`: what stays inside the workspace runs, lent folders and the network ask. `ask`: everything asks.
   * `locked`: nothing runs.
   */
  mode: z.enum(['auto', 'ask', 'locked']).default('auto'),
  /**
   * Commands that agents ask for in conversation. `auto`: as `mode` says. `ask`: each one asks. `off`: none.
   */
  chat: z.enum(['auto', 'ask', 'off']).default('auto'),
  /** `host:port` that commands may ask for at all; null leaves it to each approval. */
  hosts: z.array(HostPort).max(500).nullable().default(null),
  /** How many commands run at once; null: twice the processors. */
  concurrency: z.int().min(1).max(256).nullable().default(null),
  limits: z
    .strictObject({
      memoryMiB: z.int().min(16).max(1_048_576).default(1_024),
      diskMiB: z.int().min(1).max(1_048_576).default(2_048),
      processes: z.int().min(4).max(4_096).default(128),
      cpuSeconds: z.int().min(1).max(86_400).default(600),
      timeoutSeconds: z.int().min(1).max(86_400).default(3_600),
    })
    .prefault({}),
});
export type Policy = z.infer<typeof Policy>;
