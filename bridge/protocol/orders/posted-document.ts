import { z } from 'zod';
import { EventId, RoomId } from '../ids.ts';

/**
 * What somebody posted is to be read: the swarm says where it stands, the executor looks at it with its own eyes, reads it
 * in the box and leaves the words. Nothing in it is a command, and nothing comes of it but words.
 */
export const DocumentJob = z.strictObject({
  v: z.literal(1),
  type: z.literal('document'),
  room: RoomId,
  event: EventId,
  /** Milliseconds since 1970; nobody waits for it a minute later. */
  asked: z.int().nonnegative(),
});
export type DocumentJob = z.infer<typeof DocumentJob>;

export const DOCUMENT_ASKED_MS = 60_000;
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** The words of a document, or why there are none; `word` as the reader says it (`executor/programs/document-reader.ts`). */
export const PostedDocument = z.union([
  z.strictObject({ v: z.literal(1), text: z.string().max(100_000) }),
  z.strictObject({ v: z.literal(1), word: z.string().regex(/^[a-z-]{1,40}$/) }),
]);
export type PostedDocument = z.infer<typeof PostedDocument>;

const ENDINGS = new Set('pdf docx xlsx xls pptx hwp hwpx hml odt ods odp eml zip'.split(' '));
const TYPES =
  /^(?:application\/(?:pdf|zip|x-zip-compressed|haansoft.*|hwp.*|x-hwp.*|vnd\.(?:openxmlformats|oasis|hancom|ms-excel).*)|message\/rfc822)$/;
/** A text that is too long to be shown whole is read like a document: its beginning, and where it was cut. */
const TEXTS = /^text\/|^application\/(?:json|xml|csv)$/;

/** By what it is called: what it is in truth, the reader sees. */
export const isDocument = ({ name, mediaType }: { readonly name: string; readonly mediaType: string }): boolean =>
  ENDINGS.has(name.toLowerCase().split('.').at(-1) ?? '') || TYPES.test(mediaType) || TEXTS.test(mediaType);
