import type { Lang } from '../../bridge/protocol/ids.ts';
import type { EditEvent, MessageEvent, OtherEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';
import type { NoticeJob, SwarmJob } from '../../bridge/protocol/turn.ts';
import * as exposed from '../../bridge/text/room/exposed-secrets.ts';
import { secretNotRemembered } from '../../bridge/text/room/commands/memory.ts';
import * as say from '../../bridge/text/room/room.ts';

/** What is done about a secret that somebody put into a room, and about what no agent reads. Pure. */

/** A secret goes out of the room whoever wrote it, and whatever else his message sets off. */
export function withSecretTold<P extends { readonly jobs: readonly SwarmJob[] }>(
  message: MessageEvent,
  plan: P,
  lang: Lang,
): P {
  if (!message.masked) return plan;
  const told = secretNotice(message, lang);
  // One line of the coordinator a message: where it has something else to say, both go into it.
  const other = plan.jobs.find((job): job is NoticeJob => job.type === 'notice');
  const before = plan.jobs.some((job) => job.type === 'command' && job.name === 'memory')
    ? secretNotRemembered[lang]()
    : plan.jobs.some((job) => job.type === 'order' || job.type === 'command')
      ? say.secretNotRun[lang]()
      : other?.text;
  const joined = before === undefined ? told : both(before, told);
  return {
    ...plan,
    jobs: [
      ...plan.jobs.filter((job) => job.type !== 'notice' && job.type !== 'order' && job.type !== 'command'),
      joined,
    ],
  };
}

function both(before: string, told: NoticeJob): NoticeJob {
  const redact =
    told.redact === undefined ? {} : { redact: { ...told.redact, otherwise: `${before}\n\n${told.redact.otherwise}` } };
  return { ...told, text: `${before}\n\n${told.text}`, ...redact };
}

export function secretNotice(event: MessageEvent | EditEvent, lang: Lang): NoticeJob {
  const file = event.kind === 'message' && event.attachment !== undefined;
  return {
    type: 'notice',
    room: event.roomId,
    source: event.eventId,
    ...(event.kind === 'message' && event.thread !== undefined ? { thread: event.thread } : {}),
    text: file ? exposed.secretInFile[lang]() : say.secretMasked[lang](),
    redact: {
      event: event.eventId,
      otherwise: file ? exposed.secretInFileStays[lang]() : say.secretNotRemoved[lang](),
    },
  };
}

type Silent = Exclude<RoomEvent, MessageEvent | EditEvent>;

/** A secret in what is no message: a poll, a topic, a name, a field that nobody here knows. */
export function exposedNotice(event: Silent, lang: Lang): NoticeJob {
  const place = placeOf(event);
  const otherwise = exposed.secretElsewhereStays[lang](place);
  const line = {
    type: 'notice',
    room: event.roomId,
    source: event.eventId,
    ...(event.kind === 'other' && event.thread !== undefined ? { thread: event.thread } : {}),
  } as const;
  // Without these the house would take a message for one that stands, or lose the way to the room that came after.
  if (event.kind === 'redaction' || event.kind === 'upgrade') return { ...line, text: otherwise };
  return { ...line, text: exposed.secretElsewhere[lang](place), redact: { event: event.eventId, otherwise } };
}

function placeOf(event: Silent): exposed.SecretPlace {
  switch (event.kind) {
    case 'other':
      return event.what;
    case 'reaction':
      return 'reaction';
    case 'redaction':
      return 'reason';
    case 'membership':
      // Of whoever is asked in or thrown out, it is the reason.
      return event.membership === 'join' ? 'name' : 'event';
    case 'power':
    case 'upgrade':
    case 'standing':
      return 'state';
    case 'poll-response':
    case 'encrypted':
    case 'command-result':
    case 'plan-result':
    case 'unreadable':
      return 'event';
  }
}

/** Whoever asks in a poll would wait for ever. */
export function unreadLine(event: OtherEvent, lang: Lang): NoticeJob | null {
  if (event.what !== 'poll' && event.what !== 'sticker') return null;
  const thread = event.thread === undefined ? {} : { thread: event.thread };
  return {
    type: 'notice',
    room: event.roomId,
    source: event.eventId,
    ...thread,
    text: event.what === 'poll' ? exposed.pollUnread[lang]() : exposed.stickerUnread[lang](),
  };
}
