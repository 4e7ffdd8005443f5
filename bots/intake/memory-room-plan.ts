import type { Lang } from '../../bridge/protocol/ids.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import type { EditEvent, MessageEvent } from '../../bridge/protocol/room-event.ts';
import { withSecretTold } from './exposed-secrets.ts';
import { type IntakePlan, NOTHING } from './intake-plan.ts';
import { houseCommand } from './plan-jobs.ts';

/** What a master's message in the memory room sets off: it is a line and no talk, and he only sees how it was taken. Pure. */
export function decideInMemoryRoom(message: MessageEvent, roomLang: Lang): IntakePlan {
  const { msgtype, body, thread, attachment, masked } = message;
  const lang = languageOf(attachment === undefined ? body : '', roomLang);
  const isLine = msgtype === 'm.text' && body.trim() !== '' && thread === undefined && attachment === undefined;
  const jobs = isLine && !masked ? [{ ...houseCommand('memory', '', message, lang), lines: [body] }] : [];
  return withSecretTold(message, { jobs }, lang);
}

/** An edited line holds as it reads now; its sign follows, and what has to be said of it is said. Pure. */
export function editedLine(edit: EditEvent, roomLang: Lang): IntakePlan {
  if (edit.body.trim() === '') return NOTHING;
  const { roomId: room, eventId: source, sender: by, at, target, body } = edit;
  const lang = languageOf(body, roomLang);
  return {
    jobs: [{ type: 'command', name: 'memory', room, source, at, by, lang, words: '', lines: [body], edited: target }],
  };
}
