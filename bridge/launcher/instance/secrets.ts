import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { readJson, writeSecretJson } from './files.ts';
import { withoutEnd } from '../../protocol/text-ends.ts';

const token = z.string().min(32);

/** Made at the first start and kept for ever; `data/secrets.json`, which only the launcher reads. */
export const Secrets = z.object({
  passwords: z.object({ master: z.string().min(12), admin: token, executor: token }),
  appservice: z.object({ appservice: token, homeserver: token }),
  synapse: z.object({
    registration: token,
    macaroon: token,
    form: token,
    signingKey: z.string().startsWith('ed25519 '),
  }),
  redis: z.object({ launcher: token, swarm: token, executor: token }),
  /** Known once the homeserver has answered. */
  adminToken: z.string().optional(),
});
export type Secrets = z.infer<typeof Secrets>;

export const random = (): string => randomBytes(32).toString('hex');

/** For fingers on a phone: no letters that look alike. 79 bits. */
export function typeable(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

function fresh(): Secrets {
  return {
    passwords: { master: typeable(), admin: random(), executor: random() },
    appservice: { appservice: random(), homeserver: random() },
    synapse: {
      registration: random(),
      macaroon: random(),
      form: random(),
      signingKey: `ed25519 a_${randomBytes(2).toString('hex')} ${withoutEnd(randomBytes(32).toString('base64'), '=')}`,
    },
    redis: { launcher: random(), swarm: random(), executor: random() },
  };
}

export function loadSecrets(path: string): Secrets {
  const kept = readJson(path, Secrets);
  if (kept !== undefined) return kept;
  const made = fresh();
  writeSecretJson(path, made);
  return made;
}
