import { z } from 'zod';
import { LentName } from './command.ts';

/** A folder of the real server that the owner has lent; commands see it as /lent/<name>. */
export const LentFolder = z.strictObject({
  name: LentName,
  /** Absolute and free of links when it was lent. */
  path: z.string().startsWith('/').max(4_096),
  /** The most that a command may ask for. */
  mode: z.enum(['ro', 'rw']),
});
export type LentFolder = z.infer<typeof LentFolder>;

/** `lent.json`. */
export const LentFolders = z
  .strictObject({ folders: z.array(LentFolder).max(16) })
  .refine(({ folders }) => new Set(folders.map(({ name }) => name)).size === folders.length, 'two folders have one name');
export type LentFolders = z.infer<typeof LentFolders>;

/** Both lie in the folder of rules, which the owner writes and the executor only reads. */
export const RULE_FILES = { policy: 'policy.json', lent: 'lent.json' } as const;
