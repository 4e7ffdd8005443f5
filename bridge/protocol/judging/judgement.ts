import { z } from 'zod';

/** Longer nobody holds a phone in his hand. */
export const MAX_OWNER_SECONDS = 900;

/** How plans are judged before one of them is carried out. The roster says how it begins, `!judge` changes it. */
export const Judgement = z.strictObject({
  ownerSeconds: z
    .int()
    .min(0)
    .max(MAX_OWNER_SECONDS)
    .default(60)
    .describe(
      'How long a poll stays open at least for an owner who is there: who types, or has read or written something in the room within two minutes. 0: as long as the agents take.',
    ),
  earlyStop: z
    .boolean()
    .default(true)
    .describe('Whether a vote ends as soon as no ballot that is still out could change its outcome.'),
  fastPath: z
    .boolean()
    .default(false)
    .describe(
      'Whether two agents of different providers are asked first: where both plan the same, and nothing that asks the owner, it is done without the others.',
    ),
});
export type Judgement = z.infer<typeof Judgement>;

/** As plans were judged before there was a choice. */
export const PLAIN_JUDGEMENT: Judgement = { ownerSeconds: 0, earlyStop: false, fastPath: false };
