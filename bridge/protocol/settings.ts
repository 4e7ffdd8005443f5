import { z } from 'zod';
import { Lang, RoomId, UserId } from './ids.ts';
import { withoutEnd } from './text-ends.ts';

/** An empty variable counts as one that is not set: shells and .env files leave such things behind. */
const blankIsUnset = (value: unknown) => (typeof value === 'string' && value.trim() === '' ? undefined : value);

const port = (fallback: number, what: string) =>
  z.preprocess(blankIsUnset, z.coerce.number().int().min(1).max(65_535).default(fallback)).meta({ what });

const listen = (what: string) =>
  z.preprocess(blankIsUnset, z.enum(['127.0.0.1', '0.0.0.0']).default('127.0.0.1')).meta({ what });

const timeZone = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}, 'not a time zone that this machine knows, such as Asia/Seoul');

/** What the owner may set, in the environment or in `.env`. `.env.example` is generated from this. */
export const Settings = z.object({
  CHAVION_DATA_DIR: z
    .preprocess(blankIsUnset, z.string().default('data'))
    .meta({ what: 'Folder of everything that Chavion keeps.' }),
  CHAVION_SERVER_NAME: z
    .preprocess(
      blankIsUnset,
      z
        .string()
        .max(230)
        .regex(/^[a-zA-Z0-9.-]+(?::\d{1,5})?$/, 'a host name, such as chavion.local')
        .default('chavion.local'),
    )
    .meta({ what: 'The part after the colon in every Matrix name. Permanent once chosen.' }),
  CHAVION_SYNAPSE_PORT: port(8008, 'Port of the homeserver.'),
  CHAVION_API_PORT: port(5004, 'Port of the HTTP interface for outside agents.'),
  CHAVION_PREVIEW_PORT: port(5005, 'Port on which pages that agents made are shown, each in a sandbox.'),
  CHAVION_REDIS_PORT: port(6380, 'Port of Redis.'),
  CHAVION_APPSERVICE_PORT: port(9009, 'Port on which the swarm listens to the homeserver.'),
  CHAVION_LISTEN: listen(
    'Where the homeserver and the HTTP interface listen: 127.0.0.1 is this machine only, 0.0.0.0 every network that it is in.',
  ),
  CHAVION_REDIS_LISTEN: listen(
    'Where Redis listens; 0.0.0.0 only for executors on other machines, over a network of your own.',
  ),
  CHAVION_PUBLIC_URL: z
    .preprocess(
      blankIsUnset,
      z
        .url({ protocol: /^https?$/ })
        .transform((url) => withoutEnd(url, '/'))
        .optional(),
    )
    .meta({ what: 'The address under which phones reach the homeserver, such as https://chat.example.org' }),
  CHAVION_API_URL: z
    .preprocess(
      blankIsUnset,
      z
        .url({ protocol: /^https?$/ })
        .transform((url) => withoutEnd(url, '/'))
        .optional(),
    )
    .meta({
      what: 'The address under which agents elsewhere reach CHAVION_API_PORT, such as https://chat.example.org where the proxy in front passes /api, /mcp, /help and /openapi.json on.',
    }),
  CHAVION_PREVIEW_URL: z
    .preprocess(
      blankIsUnset,
      z
        .url({ protocol: /^https?$/ })
        .transform((url) => withoutEnd(url, '/'))
        .optional(),
    )
    .meta({
      what: 'The address under which phones reach CHAVION_PREVIEW_PORT, such as https://pages.example.org; a name of its own, nothing else on it.',
    }),
  CHAVION_LANG: z
    .preprocess(blankIsUnset, Lang.default('ko'))
    .meta({ what: 'Language where nothing else decides: ko or en.' }),
  CHAVION_TZ: z.preprocess(blankIsUnset, timeZone.default('Asia/Seoul')).meta({ what: 'Time zone of the owner.' }),
  CHAVION_ROSTER: z
    .preprocess(blankIsUnset, z.string().optional())
    .meta({ what: 'Path of a roster file (JSON); without it the default residents.' }),
  CHAVION_REHEARSAL: z
    .preprocess(blankIsUnset, z.enum(['auto', 'always']).default('auto'))
    .meta({ what: 'always: agents without a key keep rehearsing beside real ones; auto: they are silent then.' }),
});
export type Settings = z.infer<typeof Settings>;

/** As it goes into a header. */
const optional = (what: string) =>
  z
    .preprocess(
      blankIsUnset,
      z
        .string()
        .trim()
        .regex(/^[\x21-\x7E]+$/, 'no key: only letters, digits and signs')
        .optional(),
    )
    .meta({ what });
const address = (what: string) => z.preprocess(blankIsUnset, z.url({ protocol: /^https?$/ }).optional()).meta({ what });

/** Keys and addresses of the providers; only the swarm's environment holds them. */
export const ProviderSettings = z.object({
  OPENAI_API_KEY: optional('OpenAI, for GPT.'),
  GOOGLE_GENERATIVE_AI_API_KEY: optional('Google, for Gemini.'),
  ANTHROPIC_API_KEY: optional('Anthropic, for Claude.'),
  MANUS_API_KEY: optional('Manus.'),
  PERPLEXITY_API_KEY: optional('Perplexity.'),
  OPENAI_BASE_URL: address('Instead of the address of OpenAI, with its version segment (/v1).'),
  GOOGLE_BASE_URL: address('Instead of the address of Google, with its version segment (/v1beta).'),
  ANTHROPIC_BASE_URL: address('Instead of the address of Anthropic, with its version segment (/v1).'),
  MANUS_BASE_URL: address('Instead of the address of Manus, without a version segment.'),
  PERPLEXITY_BASE_URL: address('Instead of the address of Perplexity.'),
});
export type ProviderSettings = z.infer<typeof ProviderSettings>;

/** What the launcher hands to the swarm, in the environment of that one process. */
export const SwarmSettings = z.object({
  CHAVION_HOMESERVER_URL: z.url(),
  CHAVION_SERVER_NAME: Settings.shape.CHAVION_SERVER_NAME,
  CHAVION_APPSERVICE_PORT: Settings.shape.CHAVION_APPSERVICE_PORT,
  CHAVION_API_PORT: Settings.shape.CHAVION_API_PORT,
  CHAVION_PREVIEW_PORT: Settings.shape.CHAVION_PREVIEW_PORT,
  CHAVION_PREVIEW_URL: Settings.shape.CHAVION_PREVIEW_URL,
  CHAVION_API_URL: Settings.shape.CHAVION_API_URL,
  CHAVION_LISTEN: Settings.shape.CHAVION_LISTEN,
  /** Nobody but the homeserver speaks to it. */
  CHAVION_APPSERVICE_LISTEN: Settings.shape.CHAVION_LISTEN,
  CHAVION_PUBLIC_URL: Settings.shape.CHAVION_PUBLIC_URL,
  CHAVION_APPSERVICE_TOKEN: z.string().min(32),
  CHAVION_HOMESERVER_TOKEN: z.string().min(32),
  /** redis://user:password@host:port */
  CHAVION_REDIS_URL: z.url(),
  CHAVION_ADMIN_USER: UserId,
  CHAVION_HQ_ROOM: RoomId,
  CHAVION_OPS_ROOM: RoomId,
  CHAVION_MEMORY_ROOM: RoomId,
  CHAVION_LANG: Settings.shape.CHAVION_LANG,
  CHAVION_TZ: Settings.shape.CHAVION_TZ,
  /** The roster as JSON text: the file may lie where the swarm's account cannot read. */
  CHAVION_ROSTER_JSON: z.string().min(2),
  CHAVION_REHEARSAL: Settings.shape.CHAVION_REHEARSAL,
  /** `uid:gid` to become once everything is loaded; only when started by root. */
  CHAVION_DROP_TO: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^\d+:\d+$/)
      .optional(),
  ),
});
export type SwarmSettings = z.infer<typeof SwarmSettings>;
