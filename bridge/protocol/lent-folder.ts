import { z } from 'zod';
import { HostPort, LentName } from './command-fields.ts';

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
  .refine(
    ({ folders }) => new Set(folders.map(({ name }) => name)).size === folders.length,
    'two folders have one name',
  );
export type LentFolders = z.infer<typeof LentFolders>;

/**
 * What may be planned with: names without paths, and what the policy lets commands reach. Written by the launcher into
 * the swarm's folder, for whom the rules themselves are closed.
 */
export const Lendings = z.object({
  folders: z.array(LentFolder.pick({ name: true, mode: true })),
  hosts: z.array(HostPort).nullable(),
});
export type Lendings = z.infer<typeof Lendings>;
export const LENDINGS_FILE = 'lendings.json';

/** Both lie in the folder of rules, which the owner writes and the executor only reads. */
export const RULE_FILES = { policy: 'policy.json', lent: 'lent.json' } as const;
