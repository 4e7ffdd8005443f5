import { z } from 'zod';

/** One place of a folder that a command would change, as it is told. */
export const ShownChange = z.object({
  path: z.string().max(12_300),
  how: z.enum(['added', 'changed', 'removed']),
  what: z.enum(['file', 'folder', 'link']),
  bytes: z.int().nonnegative(),
  /** Of a file that was there. */
  bytesBefore: z.int().nonnegative().optional(),
  /** Of a file whose permissions change; they are shown as they are written, in eights. */
  mode: z.int().min(0).max(0o777).optional(),
  modeBefore: z.int().min(0).max(0o777).optional(),
  /** Its content is told nowhere: it is no text, or too large. */
  unseen: z.boolean().optional(),
  /** Where a link leads. */
  to: z.string().max(12_300).optional(),
});
export type ShownChange = z.infer<typeof ShownChange>;

/** What is told of all changes to one folder, as much as a phone shows. */
export const FolderChanges = z.object({
  /** Of the changes themselves, every one of them. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  added: z.int().nonnegative(),
  changed: z.int().nonnegative(),
  removed: z.int().nonnegative(),
  first: z.array(ShownChange).max(30),
  /** Lines of the differences of texts. */
  diff: z.array(z.string().max(400)).max(60),
  /** There is more than `first` and `diff` show. */
  cut: z.boolean(),
});
export type FolderChanges = z.infer<typeof FolderChanges>;
