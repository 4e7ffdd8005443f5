import { z } from 'zod';
import { CHAVION_KEY, ChavionContent } from '../protocol/content.ts';
import { EventId, RoomId, UserId } from '../protocol/ids.ts';
import { COMMAND_RESULT_TYPE, CommandResultContent } from '../protocol/orders/command-request.ts';
import { PLAN_RESULT_TYPE, PlanResultContent } from '../protocol/orders/plan-result.ts';
import type {
  CommandResultEvent,
  EditEvent,
  MessageEvent,
  OtherEvent,
  PlanResultEvent,
  RoomEvent,
  UnreadableEvent,
} from '../protocol/room-event.ts';
import { decodeAttachment } from './attachment.ts';
import { offIn, STANDING_TYPE } from '../protocol/standing.ts';
import { cleanName, cleanText } from '../text/clean-text.ts';
import { decodeMentions, pillsIn } from './mentions.ts';
import { holdsSecret, secretInContent } from './secrets/secret-content.ts';
import { maskSecrets } from './secrets/secrets.ts';

export interface DecodeOptions {
  /** `com.chavion` is believed only from Chavion's own accounts. */
  readonly isOwn: (user: UserId) => boolean;
}

const Record = z.record(z.string(), z.unknown());
type Content = z.infer<typeof Record>;

const Envelope = z.object({
  event_id: EventId,
  sender: UserId,
  type: z.string(),
  room_id: RoomId.optional().catch(undefined),
  state_key: z.string().optional().catch(undefined),
  /** The largest time that a Date can hold. */
  origin_server_ts: z.int().min(0).max(8.64e15).catch(0),
  content: z.unknown(),
  redacts: EventId.optional().catch(undefined),
  unsigned: z.object({ redacted_because: z.unknown() }).optional().catch(undefined),
});
type Envelope = z.infer<typeof Envelope>;

interface Origin {
  readonly eventId: EventId;
  readonly roomId: RoomId;
  readonly sender: UserId;
  readonly at: number;
}

/**
 * The one place where raw Matrix events meet zod. Never throws.
 *
 * `null`: a kind of event that means nothing here and holds no secret, a redacted message, or one without a usable event_id, sender or room.
 * `roomId` is given for /sync and /messages, where events lack it.
 *
 * An `edit` is only what its sender claims: the caller has to check that the original is by the same sender.
 * Secrets are masked in everything that leaves; where `masked` is true one stands in the event, also where nothing of it
 * means anything here, and the event itself must be redacted.
 */
export function decodeEvent(raw: unknown, options: DecodeOptions, roomId?: RoomId): RoomEvent | null {
  const parsed = Envelope.safeParse(raw);
  if (!parsed.success) return null;
  const event = parsed.data;
  const room = roomId ?? event.room_id;
  if (room === undefined) return null;
  const origin: Origin = { eventId: event.event_id, roomId: room, sender: event.sender, at: event.origin_server_ts };

  const meaning = decodeMeaning(event, origin, options);
  // What our own accounts write was masked before it was sent.
  if (
    event.unsigned?.redacted_because !== undefined ||
    options.isOwn(event.sender) ||
    !secretInContent(event.type, event.content)
  )
    return meaning;
  return { ...(meaning ?? { ...origin, kind: 'other', what: whatOf(event) }), masked: true };
}

function decodeMeaning(event: Envelope, origin: Origin, options: DecodeOptions): RoomEvent | null {
  if (event.state_key !== undefined) return decodeState(event, origin, event.state_key);
  if (event.type === 'm.room.redaction') return decodeRedaction(event, origin);
  if (event.unsigned?.redacted_because !== undefined) return null;
  switch (event.type) {
    case 'm.room.message':
      return decodeMessage(event, origin, options);
    case 'm.room.encrypted':
      return { ...origin, kind: 'encrypted' };
    case 'm.reaction':
      return decodeReaction(event, origin);
    case 'org.matrix.msc3381.poll.response':
      return decodePollResponse(event, origin, options);
    case COMMAND_RESULT_TYPE:
      return options.isOwn(event.sender) ? decodeResult(event, origin) : null;
    case PLAN_RESULT_TYPE:
      return options.isOwn(event.sender) ? decodePlanResult(event, origin) : null;
    case 'm.poll.start':
    case 'org.matrix.msc3381.poll.start':
    case 'm.sticker':
      return options.isOwn(event.sender) ? null : decodeOther(event, origin);
    default:
      return null;
  }
}

function decodeResult(event: Envelope, origin: Origin): CommandResultEvent | null {
  const chavion = CommandResultContent.safeParse(event.content).data?.[CHAVION_KEY];
  return chavion === undefined
    ? null
    : { ...origin, kind: 'command-result', request: chavion.source, result: chavion.result };
}

function decodePlanResult(event: Envelope, origin: Origin): PlanResultEvent | null {
  const chavion = PlanResultContent.safeParse(event.content).data?.[CHAVION_KEY];
  return chavion === undefined ? null : { ...origin, kind: 'plan-result', root: chavion.root, result: chavion.result };
}

function decodeOther(event: Envelope, origin: Origin): OtherEvent {
  const relation = Relation.safeParse(Record.safeParse(event.content).data?.['m.relates_to']).data;
  const thread = relation?.rel_type === 'm.thread' ? relation.event_id : undefined;
  return { ...origin, kind: 'other', what: whatOf(event), masked: false, ...(thread !== undefined && { thread }) };
}

function whatOf({ type, state_key }: Envelope): OtherEvent['what'] {
  if (state_key !== undefined) return 'state';
  if (type === 'm.sticker') return 'sticker';
  return /(?:^m\.|\.)poll\.start$/.test(type) ? 'poll' : 'event';
}

const Membership = z.object({
  membership: z.enum(['invite', 'join', 'leave', 'ban', 'knock']),
  displayname: z.string().optional().catch(undefined),
});
const PowerLevels = z.object({ users: Record.catch({}) });
/** Old rooms hold levels as strings. */
const PowerLevel = z.union([
  z.int(),
  z
    .string()
    .regex(/^\s*[+-]?\d{1,15}\s*$/)
    .transform(Number),
]);

function decodeState(event: Envelope, origin: Origin, stateKey: string): RoomEvent | null {
  if (event.type === 'm.room.member') {
    const user = UserId.safeParse(stateKey);
    const content = Membership.safeParse(event.content);
    if (!user.success || !content.success) return null;
    const displayName = maskSecrets(cleanName(content.data.displayname ?? '')).text;
    return {
      ...origin,
      kind: 'membership',
      user: user.data,
      membership: content.data.membership,
      ...(displayName !== '' && { displayName }),
    };
  }
  if (event.type === 'm.room.power_levels' && stateKey === '') {
    const content = PowerLevels.safeParse(event.content);
    const users = new Map<UserId, number>();
    for (const [key, value] of Object.entries(content.success ? content.data.users : {})) {
      const user = UserId.safeParse(key);
      const level = PowerLevel.safeParse(value);
      if (user.success && level.success) users.set(user.data, level.data);
    }
    return { ...origin, kind: 'power', users };
  }
  if (event.type === STANDING_TYPE && stateKey === '')
    return { ...origin, kind: 'standing', off: offIn(event.content) };
  if (event.type === 'm.room.tombstone' && stateKey === '') {
    const replaced = z.object({ replacement_room: RoomId }).safeParse(event.content);
    return replaced.success ? { ...origin, kind: 'upgrade', to: replaced.data.replacement_room } : null;
  }
  return null;
}

/**
 * Synapse fills in the form that a room's version lacks (top level before 11, content since), but in old rooms
 * content is whatever the sender wrote: the top level goes first.
 */
function decodeRedaction(event: Envelope, origin: Origin): RoomEvent | null {
  const inContent = z.object({ redacts: EventId }).safeParse(event.content);
  const target = event.redacts ?? (inContent.success ? inContent.data.redacts : undefined);
  return target === undefined ? null : { ...origin, kind: 'redaction', target };
}

const Annotation = z.object({
  'm.relates_to': z.object({ rel_type: z.literal('m.annotation'), event_id: EventId, key: z.string().min(1) }),
});

function decodeReaction(event: Envelope, origin: Origin): RoomEvent | null {
  const content = Annotation.safeParse(event.content);
  if (!content.success) return null;
  const relation = content.data['m.relates_to'];
  const key = maskSecrets(cleanName(relation.key)).text;
  return key === '' ? null : { ...origin, kind: 'reaction', target: relation.event_id, key };
}

const PollResponse = z.object({
  'm.relates_to': z.object({ rel_type: z.literal('m.reference'), event_id: EventId }),
  'org.matrix.msc3381.poll.response': z.object({ answers: z.array(z.string().max(255)).max(20) }),
});

/** The unstable form is the one that Element sends. */
function decodePollResponse(event: Envelope, origin: Origin, options: DecodeOptions): RoomEvent | null {
  const content = PollResponse.safeParse(event.content).data;
  if (content === undefined) return null;
  const chavion = readChavion(Record.safeParse(event.content).data ?? {}, origin, options);
  return {
    ...origin,
    kind: 'poll-response',
    target: content['m.relates_to'].event_id,
    answers: content['org.matrix.msc3381.poll.response'].answers,
    ...(chavion !== undefined && { chavion }),
  };
}

const Relation = z.object({
  rel_type: z.string().optional().catch(undefined),
  event_id: EventId.optional().catch(undefined),
  is_falling_back: z.boolean().optional().catch(undefined),
  'm.in_reply_to': z.object({ event_id: EventId }).optional().catch(undefined),
});
type Relation = z.infer<typeof Relation>;

/** Messages that speak between clients, not between people. */
const SILENT_TYPES = new Set(['m.key.verification.request']);

function decodeMessage(event: Envelope, origin: Origin, options: DecodeOptions): RoomEvent | null {
  const content = Record.safeParse(event.content);
  if (!content.success) return unreadable(origin, 'content is not an object');
  if (typeof content.data['msgtype'] === 'string' && SILENT_TYPES.has(content.data['msgtype'])) return null;
  const relation = Relation.safeParse(content.data['m.relates_to']).data ?? {};
  if (relation.rel_type === 'm.replace' && relation.event_id !== undefined) {
    return decodeEdit(content.data, relation.event_id, origin, options);
  }
  return decodePlain(content.data, relation, origin, options);
}

function decodePlain(
  content: Content,
  relation: Relation,
  origin: Origin,
  options: DecodeOptions,
): MessageEvent | UnreadableEvent {
  const words = readWords(content);
  if (words === null) return unreadable(origin, 'body is not a string');
  const thread = relation.rel_type === 'm.thread' ? relation.event_id : undefined;
  const inReplyTo = relation['m.in_reply_to']?.event_id;
  const fallsBack = thread !== undefined && relation.is_falling_back === true;
  const replyTo = fallsBack ? undefined : inReplyTo;
  const pills = inReplyTo === undefined ? [] : pillsIn(words.html);
  const attachment = decodeAttachment(content);
  const chavion = readChavion(content, origin, options);
  return {
    ...origin,
    kind: 'message',
    msgtype: messageType(content['msgtype']),
    body: bodyOf(words.body, inReplyTo !== undefined, hasCaption(content) ? undefined : attachment?.name),
    ...decodeMentions(content['m.mentions'], words.html),
    ...(replyTo !== undefined && { replyTo }),
    ...(thread !== undefined && { thread }),
    ...(fallsBack && inReplyTo !== undefined && { hungOn: inReplyTo }),
    ...(pills.length > 0 && { pills }),
    ...(attachment !== undefined && { attachment }),
    ...(chavion !== undefined && { chavion }),
    masked: words.masked,
  };
}

/** Without a caption the body is the file's name, and no words of anybody's (MSC2530). */
const hasCaption = ({ body, filename }: Content): boolean => typeof filename === 'string' && filename !== body;

function bodyOf(body: string, isReply: boolean, fileName: string | undefined): string {
  if (fileName !== undefined) return fileName;
  return isReply ? withoutReplyFallback(body) : body;
}

function decodeEdit(
  outer: Content,
  target: EventId,
  origin: Origin,
  options: DecodeOptions,
): EditEvent | UnreadableEvent {
  const inner = Record.safeParse(outer['m.new_content']);
  const words = inner.success ? readWords(inner.data) : null;
  if (!inner.success || words === null) return unreadable(origin, 'm.new_content has no body');
  const chavion = readChavion(inner.data, origin, options) ?? readChavion(outer, origin, options);
  return {
    ...origin,
    kind: 'edit',
    target,
    body: words.body,
    ...mentionsOfEdit(inner.data, words.html),
    ...(chavion !== undefined && { chavion }),
    // The words for old clients, outside, may hold what the new ones do not.
    masked: words.masked || (readWords(outer)?.masked ?? false),
  };
}

/** Only what there is: most edits are steps of a growing answer. */
function mentionsOfEdit(
  content: Content,
  html: string | undefined,
): Partial<Pick<EditEvent, 'mentions' | 'mentionsRoom' | 'pills'>> {
  const { mentions, mentionsRoom } = decodeMentions(content['m.mentions'], html);
  const pills = pillsIn(html);
  return {
    ...(mentions.length > 0 && { mentions }),
    ...(mentionsRoom && { mentionsRoom }),
    ...(pills.length > 0 && { pills }),
  };
}

/** Synapse takes no event over 65,536 bytes; what claims to be longer did not come from it. */
const MAX_BODY = 65_536;

interface Words {
  readonly body: string;
  readonly html: string | undefined;
  readonly masked: boolean;
}

function readWords(content: Content): Words | null {
  const body = content['body'];
  if (typeof body !== 'string') return null;
  // Cut twice: a key on the border must not survive as the beginning of one.
  const safe = maskSecrets(cleanText(body.slice(0, MAX_BODY + 4096)));
  const formatted = content['formatted_body'];
  const html =
    content['format'] === 'org.matrix.custom.html' && typeof formatted === 'string'
      ? formatted.slice(0, MAX_BODY)
      : undefined;
  const elsewhere = [formatted, content['filename']]
    .filter((text) => typeof text === 'string')
    .map((text) => text.slice(0, MAX_BODY));
  return {
    body: safe.text.slice(0, MAX_BODY).toWellFormed(),
    html,
    masked: safe.masked || elsewhere.some(holdsSecret),
  };
}

function readChavion(content: Content, origin: Origin, options: DecodeOptions): ChavionContent | undefined {
  if (content[CHAVION_KEY] === undefined || !options.isOwn(origin.sender)) return undefined;
  return ChavionContent.safeParse(content[CHAVION_KEY]).data;
}

const KnownType = z.enum(['m.text', 'm.notice', 'm.emote', 'm.image', 'm.file', 'm.audio', 'm.video']);
const messageType = (value: unknown): MessageEvent['msgtype'] => KnownType.safeParse(value).data ?? 'other';

/**
 * Clients before Matrix 1.13 quote what they reply to: `> <@user:server> words`, further `> ` lines, an empty one.
 * Whoever writes a quotation himself does not begin it so.
 */
function withoutReplyFallback(body: string): string {
  if (!/^> (?:\* )?<@[^\s<>:]{1,255}:[^\s<>]{1,255}>/.test(body)) return body;
  const lines = body.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('>'));
  if (end === -1 || lines[end]?.trim() !== '') return body;
  const rest = lines.slice(end + 1).join('\n');
  return rest.trim() === '' ? body : rest;
}

const unreadable = (origin: Origin, why: string): UnreadableEvent => ({ ...origin, kind: 'unreadable', why });
