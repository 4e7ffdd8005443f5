import { z } from 'zod';
import { RoomId, UserId } from './ids.ts';

/** From this version on whoever made a room has power over it without an entry, and more than anybody (MSC4289). */
const CREATORS_RULE_FROM = 12;

const Create = z.object({
  sender: UserId,
  content: z.object({
    room_version: z.string().default('1'),
    additional_creators: z.array(UserId).catch([]).default([]),
    predecessor: z.object({ room_id: RoomId }).optional().catch(undefined),
  }),
});

/** What `m.room.create` says. */
export interface Creation {
  readonly version: string;
  readonly creator: UserId;
  readonly predecessor: RoomId | null;
  /** Those whose power needs no entry; where the version knows no such thing, nobody. */
  readonly rulers: readonly UserId[];
}

/** The whole event, with its sender; null where there is none. */
export function creationOf(raw: unknown): Creation | null {
  const event = Create.safeParse(raw);
  if (!event.success) return null;
  const { sender, content } = event.data;
  const rulers = rulersCount(content.room_version) ? [...new Set([sender, ...content.additional_creators])] : [];
  return { version: content.room_version, creator: sender, predecessor: content.predecessor?.room_id ?? null, rulers };
}

export const rulersCount = (version: string): boolean => /^\d+$/.test(version) && Number(version) >= CREATORS_RULE_FROM;

const Tombstone = z.object({ sender: UserId, content: z.object({ replacement_room: RoomId }) });

/** Whom a tombstone names, by whom; null where none stands. */
export function replacementOf(raw: unknown): { readonly by: UserId; readonly room: RoomId } | null {
  const event = Tombstone.safeParse(raw);
  return event.success ? { by: event.data.sender, room: event.data.content.replacement_room } : null;
}

/**
 * Whether a room is the one that another goes on in: said by somebody who rules the old one, and made by such a one as
 * its successor. A word of one side alone captures nothing.
 */
export function isSuccessor(
  old: { readonly room: RoomId; readonly tombstone: unknown; readonly rulers: ReadonlySet<UserId> },
  next: { readonly room: RoomId; readonly create: unknown },
): boolean {
  const named = replacementOf(old.tombstone);
  const made = creationOf(next.create);
  return (
    named?.room === next.room &&
    old.rulers.has(named.by) &&
    made?.predecessor === old.room &&
    old.rulers.has(made.creator)
  );
}
