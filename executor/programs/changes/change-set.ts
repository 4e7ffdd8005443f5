import { createHash } from 'node:crypto';
import { z } from 'zod';

/**
 * What a command did to a folder, and so what can be put there and taken back: for each place, how it was and how it is
 * to be. Forward and back are one thing seen from two ends. Names are bytes, kept as Latin-1 so that any name comes
 * through JSON unharmed.
 */
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Mode = z.int().min(0).max(0o777);

export const PlaceState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({
    kind: z.literal('file'),
    size: z.int().nonnegative(),
    sha256: Sha256,
    mode: Mode,
    /** Seconds since 1970. */
    mtime: z.number(),
    /** Where the bytes lie in the trial's own folder. */
    kept: z.string().regex(/^(?:new|old)\/\d{1,6}$/),
  }),
  z.object({ kind: z.literal('folder'), mode: Mode }),
  z.object({ kind: z.literal('link'), to: z.string().max(4_096) }),
]);
export type PlaceState = z.infer<typeof PlaceState>;

export const PlaceChange = z.object({ path: z.string().min(1).max(4_096), before: PlaceState, after: PlaceState });
export type PlaceChange = z.infer<typeof PlaceChange>;

/** Places that one change set may touch. */
export const MOST_STEPS = 20_000;
export const ChangeSet = z.object({ v: z.literal(1), steps: z.array(PlaceChange).max(MOST_STEPS) });
export type ChangeSet = z.infer<typeof ChangeSet>;

/** The same taken back. */
export const reversed = ({ v, steps }: ChangeSet): ChangeSet => ({
  v,
  steps: steps.map(({ path, before, after }) => ({ path, before: after, after: before })),
});

/** `last`: what comes in its place later, which a run that was cut off may have seen to already. */
export type OrderedChange = PlaceChange & { readonly last?: PlaceState };

const depth = (path: string): number => path.split('/').length;

/**
 * In which order no step is in another's way: what goes goes first, the deepest before what holds it; then what comes,
 * folders before what is in them. A folder in a file's place (or the other way round) is both.
 */
export function inOrder({ steps }: ChangeSet): readonly OrderedChange[] {
  const goes = steps.filter(isGoing).toSorted((a, b) => depth(b.path) - depth(a.path) || compare(a.path, b.path));
  const comes = steps.filter((step) => step.after.kind !== 'none' && !isGoing(step));
  const after = [...comes, ...steps.filter((step) => isGoing(step) && step.after.kind !== 'none').map(asComing)];
  return [...goes.map(asGoing), ...after.toSorted((a, b) => depth(a.path) - depth(b.path) || compare(a.path, b.path))];
}

/** Nothing can be moved over a folder, and no folder over anything. */
const isGoing = ({ before, after }: PlaceChange): boolean =>
  before.kind !== 'none' && (after.kind === 'none' || (before.kind === 'folder') !== (after.kind === 'folder'));
const asGoing = (step: PlaceChange): OrderedChange => ({ ...step, after: { kind: 'none' }, last: step.after });
const asComing = (step: PlaceChange): PlaceChange => ({ ...step, before: { kind: 'none' } });

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether two states are the same to whoever opens the place; when it was written is no part of it. */
export function isSameState(a: PlaceState, b: PlaceState): boolean {
  switch (a.kind) {
    case 'none':
      return b.kind === 'none';
    case 'folder':
      return b.kind === 'folder';
    case 'link':
      return b.kind === 'link' && a.to === b.to;
    case 'file':
      return b.kind === 'file' && a.sha256 === b.sha256 && a.mode === b.mode;
  }
}

/** A name as people read it. */
export const named = (path: string): string => Buffer.from(path, 'latin1').toString('utf8');

/** What stands for a change set: its steps in the order in which they are stored. */
export const changesHash = (changes: ChangeSet): string =>
  createHash('sha256')
    .update(JSON.stringify(ChangeSet.parse(changes)))
    .digest('hex');
