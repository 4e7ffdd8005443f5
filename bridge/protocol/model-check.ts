import { z } from 'zod';
import { FAULT_CODES } from './fault.ts';

/** One line of what `bots/model-check-main.ts` prints for `npm start -- doctor --providers`: one agent's model. */
export const ModelCheck = z.object({
  name: z.string(),
  model: z.string(),
  found: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('answers'), ms: z.int() }),
    z.object({ kind: z.literal('fails'), ms: z.int(), code: z.enum(FAULT_CODES) }),
    z.object({ kind: z.literal('no-key') }),
    /** Rehearsal, echo and relay: nobody to call. */
    z.object({ kind: z.literal('not-called') }),
  ]),
});
export type ModelCheck = z.infer<typeof ModelCheck>;
