import { type Act, ONTOLOGY } from '../../../bridge/protocol/act.ts';
import { restInFile } from '../../../bridge/text/tasks/task-results.ts';
import { taskNotice } from '../../../bridge/text/tasks/tasks.ts';
import { cutTo } from '../../../bridge/matrix/markdown-words.ts';
import { resultSpeakers } from './saying-result.ts';
import { planSpeakers } from './saying-plans.ts';
import { roundSpeakers } from './saying-round.ts';
import { markdownFile, type Saying, type SayingFacts, type Speaker, type Words } from './saying-shape.ts';
import type { Say, TaskState } from '../state/task-state.ts';

export type { Saying, SayingFacts, SayingFile } from './saying-shape.ts';

/** Beyond this the formatted body has no room in the event beside the plain one. */
const MAX_TEXT_BYTES = 16_000;
/** Of an event's content (`bridge/matrix/content.ts`), less what stands around text and act. */
const ROOM_BYTES = 54_000;

const SPEAKERS: Readonly<Record<Say['what'], Speaker>> = { ...roundSpeakers, ...planSpeakers, ...resultSpeakers };

/** What a `say` effect writes. Made of the state alone, so that it is the same after a crash. */
export function sayingOf(state: TaskState, say: Say, facts: SayingFacts): Saying {
  const over: Words = {
    text: taskNotice[state.lang](state.no, state.phase),
    performative: 'inform',
    inReplyTo: state.root,
  };
  const words = SPEAKERS[say.what](state, say, facts) ?? over;
  const act: Act = {
    performative: words.performative,
    conversation: state.root,
    ...(words.inReplyTo === undefined ? {} : { inReplyTo: words.inReplyTo }),
    ...(words.replyBy === undefined ? {} : { replyBy: words.replyBy }),
    ontology: ONTOLOGY,
    content: words.content ?? { kind: 'words' },
  };
  const rings = say.rings === true;
  const left = Math.floor((ROOM_BYTES - Buffer.byteLength(JSON.stringify(act))) * 0.8);
  const { text, cut } = cutTo(
    words.text,
    Math.max(300, Math.min(MAX_TEXT_BYTES, left)),
    words.fileName === undefined ? '…' : restInFile[state.lang](),
  );
  const whole = cut && words.fileName !== undefined ? [markdownFile(words.fileName, words.text)] : [];
  return {
    as: say.as,
    text,
    act,
    msgtype: rings ? 'm.text' : 'm.notice',
    mentions: rings ? [facts.master] : [],
    attachments: [...(words.attachments ?? []), ...whole],
    poll: words.poll ?? null,
  };
}
