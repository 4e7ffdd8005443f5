import { z } from 'zod';
import type { Attachment } from '../protocol/room-event.ts';
import { cleanName, cleanText } from '../text/clean-text.ts';
import { decodeCp949 } from './cp949.ts';
import { maskSecrets } from './secrets/secrets.ts';

export const TEXT_LIMIT_BYTES = 200 * 1024;
export const IMAGE_LIMIT_BYTES = 5 * 1024 * 1024;

const MediaMessage = z.object({
  msgtype: z.enum(['m.image', 'm.file', 'm.audio', 'm.video']),
  url: z
    .string()
    .max(512)
    .regex(/^mxc:\/\/[A-Za-z0-9.:[\]-]+\/[A-Za-z0-9_-]+$/),
  body: z.string().catch(''),
  filename: z.string().optional().catch(undefined),
  info: z
    .object({
      mimetype: z.string().max(200).optional().catch(undefined),
      size: z.int().min(0).optional().catch(undefined),
    })
    .catch({}),
});

/** The file of an image, file, audio or video message. Where it has no `filename`, the body is the name, not a caption. */
export function decodeAttachment(content: unknown): Attachment | undefined {
  const media = MediaMessage.safeParse(content);
  if (!media.success) return undefined;
  const { url, body, filename, info } = media.data;
  const name = maskSecrets(cleanName(filename ?? body)).text;
  return {
    url,
    name,
    mediaType: mediaTypeOf(info.mimetype, name),
    ...(info.size !== undefined && { size: info.size }),
  };
}

const UNKNOWN_TYPE = 'application/octet-stream';
const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);
const IMAGE_ENDINGS = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
]);
const TEXT_TYPES =
  /^(?:text\/(?!rtf|richtext).+|image\/svg\+xml|application\/(?:.+\+)?(?:json|xml|yaml)|application\/(?:json5|jsonl|x-ndjson|x-yaml|toml|javascript|x-javascript|ecmascript|typescript|x-typescript|sql|x-sql|x-sh|x-shellscript|x-python|x-python-code|x-php|x-httpd-php|x-subrip|x-tex|csv))$/;
const TEXT_ENDINGS = new Set(
  (
    'txt text md markdown rst adoc log csv tsv json json5 jsonl ndjson xml yaml yml toml ini cfg conf env properties html htm css scss ' +
    'svg js mjs cjs jsx ts mts cts tsx vue svelte py rb php pl lua go rs c h cc cpp hpp cs java kt kts swift scala dart r jl sh bash zsh ' +
    'fish bat cmd ps1 sql graphql proto tf diff patch tex srt vtt smi ics vcf dockerfile makefile gitignore'
  ).split(' '),
);

const endingOf = (name: string) => name.toLowerCase().split('.').at(-1) ?? '';

/** Phones and browsers often send no type, or "some bytes": then the ending of the name decides. */
function mediaTypeOf(declared: string | undefined, name: string): string {
  const type = declared?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (/^[a-z0-9.+-]+\/[a-z0-9.+_-]+$/.test(type) && type !== UNKNOWN_TYPE)
    return type === 'image/jpg' ? 'image/jpeg' : type;
  const ending = endingOf(name);
  return IMAGE_ENDINGS.get(ending) ?? (TEXT_ENDINGS.has(ending) ? 'text/plain' : UNKNOWN_TYPE);
}

export type Readability =
  | { readonly kind: 'text' }
  | { readonly kind: 'image' }
  | { readonly kind: 'unreadable'; readonly why: 'too-big' | 'type' };

/** What an agent may be given of a file. The size is the sender's word: measure again after the fetch. */
export function classifyAttachment(attachment: Attachment): Readability {
  const kind = kindOf(attachment);
  if (kind === null) return { kind: 'unreadable', why: 'type' };
  const limit = kind === 'text' ? TEXT_LIMIT_BYTES : IMAGE_LIMIT_BYTES;
  return (attachment.size ?? 0) > limit ? { kind: 'unreadable', why: 'too-big' } : { kind };
}

/** By what it is called. */
export const isText = (attachment: Attachment): boolean => kindOf(attachment) === 'text';

function kindOf({ mediaType, name }: Attachment): 'text' | 'image' | null {
  if (IMAGE_TYPES.has(mediaType)) return 'image';
  if (TEXT_TYPES.test(mediaType)) return 'text';
  // What people and systems call a .ts or .md differs (video/mp2t); a picture or sound is none for its name.
  return TEXT_ENDINGS.has(endingOf(name)) &&
    (!/^(?:image|audio|video|font)\//.test(mediaType) || mediaType === 'video/mp2t')
    ? 'text'
    : null;
}

/** What the first bytes say an image is; `null`: none that a model takes, whatever its message claims. */
export function imageTypeOf(bytes: Uint8Array): 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('\u0089PNG\r\n\u001A\n')) return 'image/png';
  if (head.startsWith('\u00FF\u00D8\u00FF')) return 'image/jpeg';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'image/gif';
  return head.startsWith('RIFF') && head.slice(8) === 'WEBP' ? 'image/webp' : null;
}

/**
 * A text file as text: UTF-8, UTF-16 with its mark, or CP949 (EUC-KR) as many Korean files still are.
 * Cleaned and with secrets masked, ready for a model; `null` when it is no text.
 */
export const decodeTextFile = (bytes: Uint8Array): string | null => readTextFile(bytes)?.text ?? null;

/** The same, and whether a secret stood in it. */
export function readTextFile(bytes: Uint8Array): { readonly text: string; readonly masked: boolean } | null {
  const text = textOf(bytes);
  return text === null ? null : maskSecrets(cleanText(text));
}

/** As it stands there, secrets and all. */
export function textOf(bytes: Uint8Array): string | null {
  const text = decodeBytes(bytes);
  // eslint-disable-next-line no-control-regex -- controls are what tells binary from text
  return text === null || /[\u0000-\u0006\u000E-\u001A]/.test(text) ? null : text;
}

function decodeBytes(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeAs('utf-16le', bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeAs('utf-16be', bytes);
  // Text in two bytes a letter without its mark: ASCII in it leaves zeros on one side only.
  const [even, odd] = zeros(bytes);
  if (Math.min(even, odd) === 0 && Math.max(even, odd) * LEAST_ASCII > bytes.length) {
    const wide = decodeAs(even === 0 ? 'utf-16le' : 'utf-16be', bytes);
    if (wide !== null && readsAsKorean(wide)) return wide;
  }
  const utf8 = decodeAs('utf-8', bytes);
  if (utf8 !== null) return utf8;
  const korean = decodeCp949(bytes);
  return korean !== null && readsAsKorean(korean) ? korean : null;
}

/** One letter of twenty in a text is a blank, a digit or a line's end at the least. */
const LEAST_ASCII = 40;

/** How many bytes at even and at odd places are zero. */
function zeros(bytes: Uint8Array): readonly [even: number, odd: number] {
  const count = [0, 0] as [number, number];
  for (const [i, byte] of bytes.entries()) if (byte === 0) count[i % 2 === 0 ? 0 : 1] += 1;
  return bytes.length % 2 === 0 ? count : [0, 0];
}

function decodeAs(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Many bytes make some CP949; real text is mostly Hangul among its letters beyond ASCII. */
function readsAsKorean(text: string): boolean {
  const hangul = text.match(/[가-힣ㄱ-ㅣ]/g)?.length ?? 0;
  // eslint-disable-next-line no-control-regex -- ASCII as a whole
  const foreign = text.match(/[^\u0000-\u007F]/g)?.length ?? 0;
  return hangul * 2 >= foreign;
}
