import { CHAVION_KEY } from '../../protocol/content.ts';
import { cleanText } from '../../text/clean-text.ts';
import { prefixedKeys } from './secret-keys.ts';
import { maskSecrets } from './secrets.ts';

/** Synapse takes no event over 65,536 bytes: what is larger did not come from it, and is not read to its end. */
const MOST_LETTERS = 140_000;
const MOST_NODES = 20_000;
/** Anything shorter is a secret only under a name that says so. */
const SHORTEST = 6;

/** Clients speaking to clients: one-time passwords of calls, checks of devices, what is encrypted already. */
const MACHINES =
  /^(?:com\.chavion\b|m\.call\.|org\.matrix\.call\.|io\.element\.call\.|org\.matrix\.msc(?:3401|4143|4075|4310)\.|m\.rtc\.|m\.key\.|m\.room\.(?:encrypted|third_party_invite|server_acl)$)/;

/** Random by nature. A hash that happens to look like a password is none; a known key put there is one all the same. */
const RANDOM = new Set([
  'iv',
  'hashes',
  'key',
  'key_ops',
  'k',
  'blurhash',
  'thumbhash',
  'waveform',
  'device_id',
  'session_id',
  'sender_key',
  'call_id',
  'from_device',
  'transaction_id',
  'ciphertext',
  'signatures',
  'avatar_url',
]);
/** Ours, or the homeserver's. */
const LEFT_OUT: ReadonlySet<string> = new Set([CHAVION_KEY, 'third_party_invite', 'join_authorised_via_users_server']);
const isRandom = (key: string): boolean => RANDOM.has(key) || /(?:blurhash|thumbhash|waveform)$/.test(key);

/** An event's id, a file's address, the key of an encrypted file: letters nobody chose. */
const ID = /^(?:\$[A-Za-z0-9_+/-]{43}|mxc:\/\/[A-Za-z0-9.:[\]-]{1,255}\/[A-Za-z0-9_-]{1,255})$/;
const FILE_KEY = /^[A-Za-z0-9_+/-]{43}=?$/;
const TELLING_NAME = /pass|pwd|pw$|pin$|key|token|secret|auth|credential|비밀|비번|암호/i;

interface Found {
  readonly key: string;
  readonly value: unknown;
  readonly random: boolean;
}

/**
 * Whether a secret stands anywhere in an event: captions, questions and answers of polls, topics, extensible text,
 * fields that nobody here knows, and their names. What a client may show, and the homeserver keeps, is what counts,
 * not what we read of it.
 */
export function secretInContent(type: string, content: unknown): boolean {
  if (MACHINES.test(type)) return false;
  const open: Found[] = [{ key: '', value: content, random: false }];
  let letters = 0;
  for (let nodes = 0; nodes < MOST_NODES && letters < MOST_LETTERS; nodes += 1) {
    const next = open.pop();
    if (next === undefined) return false;
    const { key, value, random } = next;
    if (typeof value === 'string') {
      letters += value.length;
      if (stringHolds(key, value, random)) return true;
    } else if (Array.isArray(value)) {
      for (const one of value) open.push({ key, value: one, random });
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, one] of Object.entries(value)) {
        if (LEFT_OUT.has(name)) continue;
        letters += name.length;
        if (name.length >= SHORTEST && holdsSecret(name)) return true;
        // The emoji of a reaction is called a key as well.
        open.push({
          key: name,
          value: one,
          random: random || (isRandom(name) && !(name === 'key' && typeof one === 'string')),
        });
      }
    }
  }
  return false;
}

function stringHolds(key: string, text: string, random: boolean): boolean {
  if (ID.test(text)) return false;
  if (random) return !(key === 'k' && FILE_KEY.test(text)) && prefixedKeys(text).length > 0;
  if (text.length >= SHORTEST && holdsSecret(text)) return true;
  return (
    TELLING_NAME.test(key) && text.length <= 1_024 && holdsSecret(`${JSON.stringify(key)}: ${JSON.stringify(text)}`)
  );
}

/** Also where tags stand between the letters of a key. */
export function holdsSecret(text: string): boolean {
  return maskSecrets(text).masked || maskSecrets(cleanText(text.replace(/<[^<>]*>/g, ''))).masked;
}
