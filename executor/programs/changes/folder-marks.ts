import { z } from 'zod';
import type { Found } from './walk.ts';

/** How one place of the real folder was when the view of it was made, and by what one sees that the view's was written to. */
export const Mark = z.object({
  path: z.string(),
  kind: z.enum(['file', 'folder', 'link', 'other']),
  /** Of the real one: whatever is put there, written over or moved changes it. */
  real: z.string(),
  /** Of the view's: no program can set when an inode changed. Absent where nothing of it is in the view. */
  view: z.string().optional(),
});
export type Mark = z.infer<typeof Mark>;

/** Not an object of paths: a file may be called `__proto__`. */
export const FolderMarks = z.object({ marks: z.array(Mark) });
export type FolderMarks = z.infer<typeof FolderMarks>;

/** Size, time and inode of a file; where a link leads. Of a folder only that it is one: its time is that of its entries. */
export function realMark({ kind, stat, to, closed }: Found): string {
  if (kind === 'folder') return `folder ${stat.mode & 0o7777n}${closed === true ? ' closed' : ''}`;
  if (kind === 'link') return `link ${to ?? ''}`;
  return `${kind} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.mode & 0o7777n}`;
}

export function viewMark({ kind, stat, to }: Found): string {
  if (kind === 'link') return `link ${to ?? ''}`;
  return kind === 'folder' ? `folder ${stat.mode & 0o777n}` : `${kind} ${stat.ino} ${stat.ctimeNs}`;
}

export const byPath = ({ marks }: FolderMarks): Map<string, Mark> => new Map(marks.map((mark) => [mark.path, mark]));

/** The first place that is not as it was; undefined where all of them are. */
export function changedSince(base: FolderMarks, now: Iterable<Found>): string | undefined {
  const left = byPath(base);
  for (const found of now) {
    if (left.get(found.path)?.real !== realMark(found)) return found.path;
    left.delete(found.path);
  }
  return left.keys().next().value;
}
