import type { AgentId, Lang } from '../../bridge/protocol/ids.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import type { InboxJob, NoticeJob, SwarmCommandJob, SwarmCommandName, TurnJob } from '../../bridge/protocol/turn.ts';

/** The jobs of a plan: each hangs on the message that sets it off. */

export function houseCommand(
  name: SwarmCommandName,
  words: string,
  message: MessageEvent,
  lang: Lang,
): SwarmCommandJob {
  const thread = message.thread === undefined ? {} : { thread: message.thread };
  return {
    type: 'command',
    room: message.roomId,
    source: message.eventId,
    at: message.at,
    by: message.sender,
    ...thread,
    lang,
    name,
    words,
  };
}

export function letterFor(message: MessageEvent, agent: AgentId): InboxJob {
  return {
    type: 'letter',
    room: message.roomId,
    source: message.eventId,
    agent,
    text: message.body,
    ...(message.thread === undefined ? {} : { thread: message.thread }),
  };
}

export function turnFor(
  message: MessageEvent,
  agent: AgentId,
  lang: Lang,
  more: Partial<Pick<TurnJob, 'thread' | 'discussion' | 'hands' | 'silent' | 'task'>> = {},
): TurnJob {
  return {
    type: 'turn',
    room: message.roomId,
    source: message.eventId,
    at: message.at,
    agent,
    ...(message.thread === undefined ? {} : { thread: message.thread }),
    root: message.eventId,
    depth: 0,
    lang,
    ...(message.masked ? { heard: { event: message.eventId, sender: message.sender, body: message.body } } : {}),
    ...more,
  };
}

export function notice(message: Pick<MessageEvent, 'roomId' | 'eventId' | 'thread'>, text: string): NoticeJob {
  return {
    type: 'notice',
    room: message.roomId,
    source: message.eventId,
    ...(message.thread === undefined ? {} : { thread: message.thread }),
    text,
  };
}
