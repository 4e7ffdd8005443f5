import type { Lang } from '../../bridge/protocol/ids.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import type { EditEvent, MessageEvent } from '../../bridge/protocol/room-event.ts';
import { lineHoldsPersonal } from '../../bridge/text/room/commands/memory.ts';
import { personalNumbersIn } from '../memory/personal-numbers.ts';
import { withSecretTold } from './exposed-secrets.ts';
import { type IntakePlan, NOTHING } from './intake-plan.ts';
import { houseCommand, notice } from './plan-jobs.ts';

/** What a master's message in the memory room sets off: it is a line and no talk, and he only sees how it was taken. Pure. */
export function decideInMemoryRoom(message: MessageEvent, roomLang: Lang): IntakePlan {
  const { msgtype, body, thread, attachment, masked } = message;
  const lang = languageOf(attachment === undefined ? body : '', roomLang);
  const isLine = msgtype === 'm.text' && body.trim() !== '' && thread === undefined && attachment === undefined;
  const jobs = isLine && !masked ? [{ ...houseCommand('memory', '', message, lang), lines: [body] }] : [];
  return withSecretTold(message, { jobs }, lang);
}

/** An edited line holds as it reads now, and nothing is said of it, unless it has to wait for a ✅. Pure. */
export function editedLine(edit: EditEvent, roomLang: Lang): IntakePlan {
  const personal = personalNumbersIn(edit.body);
  if (personal.length === 0) return NOTHING;
  return { jobs: [notice(edit, lineHoldsPersonal[languageOf(edit.body, roomLang)](personal))] };
}
