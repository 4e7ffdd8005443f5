import { z } from 'zod';

const Unsigned = z.object({
  unsigned: z
    .object({
      redacted_because: z.unknown().optional(),
      'm.relations': z.object({ 'm.replace': z.unknown().optional() }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** Whether an event as the homeserver has it was edited by its own writer; of what is no event, so it is said. */
export function wasEdited(raw: unknown): boolean {
  const envelope = Unsigned.safeParse(raw);
  return !envelope.success || envelope.data.unsigned?.['m.relations']?.['m.replace'] !== undefined;
}

/** Whether it was taken out of the room. */
export const wasRedacted = (raw: unknown): boolean =>
  Unsigned.safeParse(raw).data?.unsigned?.redacted_because !== undefined;
