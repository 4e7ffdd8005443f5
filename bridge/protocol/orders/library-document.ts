import { z } from 'zod';

/**
 * A document of the library is to be read whole: the swarm says where the homeserver keeps the file, the executor fetches
 * it, reads it in the box and leaves its pages. The memory room, where it was posted, is none of the executor's rooms;
 * nothing is commanded by it, and nothing comes of it but words.
 */
export const LibraryJob = z.strictObject({
  v: z.literal(1),
  type: z.literal('library'),
  /** What a file is there never changes. */
  file: z.string().regex(/^mxc:\/\/[A-Za-z0-9.:[\]-]{1,255}\/[A-Za-z0-9_-]{1,255}$/),
  /** By which kinds of text are told apart. */
  name: z.string().max(1_000),
  /** Milliseconds since 1970. */
  asked: z.int().nonnegative(),
});
export type LibraryJob = z.infer<typeof LibraryJob>;

/** So long somebody waits for it. */
export const LIBRARY_ASKED_MS = 180_000;

/** What a place in a document is counted in; a document that has no such places is one long text. */
export const PlaceUnit = z.enum(['page', 'slide', 'sheet']);
export type PlaceUnit = z.infer<typeof PlaceUnit>;

export const LibraryPages = z.strictObject({
  unit: PlaceUnit.optional(),
  /** In their order, counted from one. */
  pages: z.array(z.string()).max(20_000),
});
export type LibraryPages = z.infer<typeof LibraryPages>;

/** The pages, or in a word why there are none (`executor/programs/document-reader.ts`). */
export const LibraryDocument = z.union([
  z.strictObject({ v: z.literal(1), ...LibraryPages.shape }),
  z.strictObject({ v: z.literal(1), word: z.string().regex(/^[a-z-]{1,40}$/) }),
]);
export type LibraryDocument = z.infer<typeof LibraryDocument>;
