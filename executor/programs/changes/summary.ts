import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FolderChanges, ShownChange } from '../../../bridge/protocol/documents/folder-changes.ts';
import { type ChangeSet, changesHash, named, type PlaceState, type PlaceChange } from './change-set.ts';
import { lineDiff } from './line-diff.ts';

const FIRST = 20;
const DIFF = { lines: 40, letters: 1_500, line: 160 };
const TEXT_BYTES = 256 * 1024;
const WHOLE_LETTERS = 512 * 1024;

/** What is told of a change set: in a form that a phone shows, and whole as a text. */
export function summaryOf(
  changes: ChangeSet,
  keep: string,
): { readonly summary: FolderChanges; readonly whole: string } {
  const shown = changes.steps.map(shownOf);
  const count = (how: ShownChange['how']) => shown.filter((one) => one.how === how).length;
  const whole: string[] = [];
  let letters = 0;
  const diff: string[] = [];
  let cut = shown.length > FIRST;
  let shownLetters = 0;
  for (const [index, step] of changes.steps.entries()) {
    const one = shown[index];
    if (one === undefined) continue;
    const lines = letters < WHOLE_LETTERS ? differences(step, keep) : null;
    if (lines === null) one.unseen = true;
    const head = `${SIGN[one.how]} ${one.path}${one.to === undefined ? '' : ` -> ${one.to}`}${one.what === 'file' ? ` (${one.bytes})` : ''}${modesOf(one)}${lines === null ? UNSEEN : ''}`;
    whole.push(head, ...(lines ?? []), '');
    letters += head.length + (lines ?? []).reduce((sum, line) => sum + line.length, 0);
    if (lines === null || lines.length === 0) continue;
    for (const line of [`${one.path}:`, ...lines]) {
      const short = line.length > DIFF.line ? `${line.slice(0, DIFF.line)}…` : line;
      shownLetters += short.length;
      if (diff.length >= DIFF.lines || shownLetters > DIFF.letters) {
        cut = true;
        break;
      }
      if (short !== line) cut = true;
      diff.push(short);
    }
  }
  return {
    summary: {
      hash: changesHash(changes),
      added: count('added'),
      changed: count('changed'),
      removed: count('removed'),
      first: shown.slice(0, FIRST),
      diff,
      cut,
    },
    whole: whole.join('\n'),
  };
}

/** The file is for whichever tongue. */
const UNSEEN = ' 내용은 보이지 않습니다 (the content is not shown)';
const modesOf = ({ mode, modeBefore }: ShownChange): string =>
  mode === undefined || modeBefore === undefined ? '' : ` chmod ${modeBefore.toString(8)} -> ${mode.toString(8)}`;

const SIGN = { added: '+', changed: '~', removed: '-' } as const;

function shownOf({ path, before, after }: PlaceChange): ShownChange {
  const is = after.kind === 'none' ? before : after;
  return {
    path: named(path),
    how: before.kind === 'none' ? 'added' : after.kind === 'none' ? 'removed' : 'changed',
    what: is.kind === 'none' ? 'file' : is.kind,
    bytes: after.kind === 'file' ? after.size : 0,
    ...(before.kind === 'file' ? { bytesBefore: before.size } : {}),
    ...(before.kind === 'file' && after.kind === 'file' && before.mode !== after.mode
      ? { mode: after.mode, modeBefore: before.mode }
      : {}),
    ...(is.kind === 'link' ? { to: named(is.to) } : {}),
  };
}

/** Null where one of them is no text. */
function differences({ before, after }: PlaceChange, keep: string): readonly string[] | null {
  if (before.kind === 'file' && after.kind === 'file' && before.sha256 === after.sha256) return [];
  const [old, now] = [textOf(before, keep), textOf(after, keep)];
  return old === null || now === null ? null : lineDiff(old, now);
}

function textOf(state: PlaceState, keep: string): string | null {
  if (state.kind !== 'file') return '';
  if (state.size > TEXT_BYTES) return null;
  const bytes = readFileSync(join(keep, state.kept));
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
