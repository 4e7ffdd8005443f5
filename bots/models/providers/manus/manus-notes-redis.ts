import type { Redis } from 'ioredis';
import { z } from 'zod';
import { swarmKey } from '../../../../bridge/queue/redis.ts';
import type { ManusNotes } from './manus-notes.ts';

const Note = z.object({
  at: z.int(),
  id: z.string().optional(),
  since: z.string().optional(),
  paid: z.number().optional(),
});

/** Longer than any turn or task is taken up again. */
const KEEP_S = 8 * 24 * 3600;

/** Tasks at Manus by turn, in Redis: whichever swarm takes the turn up after a crash goes on with the same one. */
export function notesInRedis(redis: Redis): ManusNotes {
  const key = (turn: string) => swarmKey('manus', turn);
  return {
    async of(turn) {
      const text = await redis.get(key(turn));
      return text === null ? null : Note.parse(JSON.parse(text));
    },
    put: async (turn, note) => void (await redis.set(key(turn), JSON.stringify(note), 'EX', KEEP_S)),
    drop: async (turn) => void (await redis.del(key(turn))),
  };
}
