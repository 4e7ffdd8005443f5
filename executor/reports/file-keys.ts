import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { MASK } from '../../bridge/text/mask.ts';

/** A key far behind in something large is not looked for: masking is for what people read. */
const MOST = 8 * 1024 * 1024;

/** What was found in a file: nothing, keys that are masked now, or keys in what is no text and so stays as it is. */
export interface Keyless {
  readonly bytes: Uint8Array;
  readonly keys: 'none' | 'masked' | 'left';
}

/** A file as it may go into a room: in a text, keys and the executor's own secrets are masked as they are in an output. Pure. */
export function withoutKeys(bytes: Uint8Array, own: readonly string[]): Keyless {
  if (bytes.length > MOST) return { bytes, keys: 'none' };
  const text = textOf(bytes);
  const all = text ?? Buffer.from(bytes).toString('latin1');
  const masked = own.reduce(
    (now, secret) => (secret.length < 8 ? now : now.replaceAll(secret, MASK)),
    maskSecrets(all).text,
  );
  if (masked === all) return { bytes, keys: 'none' };
  return text === null ? { bytes, keys: 'left' } : { bytes: Buffer.from(masked), keys: 'masked' };
}

function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
