import { z } from 'zod';
import { WorkPath } from '../command-fields.ts';
import { EventId, type UserId } from '../ids.ts';
import { commandHead, orderWords } from './order-words.ts';
import type { MessageEvent } from '../room-event.ts';
import { parseTask } from './task-order.ts';

/**
 * Which of the files that masters send belong to what they order, and under which name each lies in the workspace: found
 * in the same way by the executor, which puts them there, and by the swarm, which tells the agents of them. Pure.
 */

export const InputFile = z.object({
  /** The message that holds it. */
  event: EventId,
  /** mxc:// */
  url: z.string(),
  /** Its name in the workspace. */
  path: WorkPath,
  mediaType: z.string(),
  /** Bytes, as the sender says. */
  size: z.int().nonnegative().optional(),
});
export type InputFile = z.infer<typeof InputFile>;

/** What was sent so shortly before an order was sent for it. */
export const SENT_BEFORE_MS = 10 * 60_000;
export const MAX_INPUTS = 20;
/** Of one file; a larger one is named and stays where it is. */
export const MAX_INPUT_BYTES = 16 * 1024 * 1024;

export interface Ordered {
  /** The master's message that orders: its own file, and what it answers, are meant by it. */
  readonly order: MessageEvent;
  readonly replied: MessageEvent | null;
}

export interface InputFacts {
  /** The head of the thread; the order itself but for a schedule's run. */
  readonly root: EventId;
  readonly ordered: Ordered | null;
  /** What masters have said in the room, oldest first. */
  readonly said: readonly MessageEvent[];
}

/** In the order in which they get their names. */
export function inputFiles({ root, ordered, said }: InputFacts): readonly InputFile[] {
  const own = ordered === null ? [] : [ordered.order, ...(ordered.replied === null ? [] : [ordered.replied])];
  const before = ordered === null || ordered.order.eventId !== root ? [] : sentFor(ordered.order, said);
  const inThread = said.filter(({ thread }) => thread === root);
  const files: InputFile[] = [];
  const seen = new Set<EventId>();
  for (const { eventId, attachment } of [...own, ...before, ...inThread]) {
    if (attachment === undefined || seen.has(eventId) || files.length >= MAX_INPUTS) continue;
    seen.add(eventId);
    const { url, name, mediaType, size } = attachment;
    files.push({
      event: eventId,
      url,
      path: inputPath(
        name,
        files.map(({ path }) => path),
      ),
      mediaType,
      ...(size === undefined ? {} : { size }),
    });
  }
  return files;
}

/** What the same master sent into the room shortly before, back to his last order: that one had its own files. */
function sentFor(order: MessageEvent, said: readonly MessageEvent[]): readonly MessageEvent[] {
  const earlier = said.filter(
    ({ sender, thread, at, eventId }) =>
      sender === (order.sender satisfies UserId) &&
      thread === order.thread &&
      at <= order.at &&
      at >= order.at - SENT_BEFORE_MS &&
      eventId !== order.eventId,
  );
  return earlier.slice(earlier.findLastIndex(isOrder) + 1);
}

function isOrder(message: MessageEvent): boolean {
  const words = orderWords(message) ?? '';
  return parseTask(words) !== null || commandHead(words) !== null;
}

const MAX_NAME_BYTES = 120;
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** A plain name in the workspace: no folder, no dot or dash in front, no letter that means something to a shell. */
export function inputPath(name: string, taken: readonly string[]): WorkPath {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .replace(/[^\p{L}\p{M}\p{N} ._()[\]+@,=~-]/gu, '_')
    .replace(/ {2,}/g, ' ')
    .trim()
    .replace(/^[.~-]+/, '_');
  const dot = plain.lastIndexOf('.');
  const ending = dot > 0 && plain.length - dot <= 12 ? plain.slice(dot) : '';
  const stem = shortened(plain.slice(0, plain.length - ending.length), MAX_NAME_BYTES - bytesOf(ending)) || 'file';
  for (let number = 1; ; number += 1) {
    const path = WorkPath.safeParse(`${stem}${number === 1 ? '' : `-${number}`}${ending}`);
    if (!path.success) return inputPath(`file${ending.replace(/[^\w.]/g, '')}`, taken);
    if (!taken.includes(path.data)) return path.data;
  }
}

function shortened(text: string, bytes: number): string {
  let short = text;
  while (bytesOf(short) > bytes) short = short.slice(0, -1).toWellFormed();
  return short.trim();
}
