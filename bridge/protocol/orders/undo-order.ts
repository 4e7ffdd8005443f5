import { behind } from './order-words.ts';

/** `!undo` as a master writes it; `code` names the change, null means the last one there. Pure. */
export type UndoOrder = { readonly code: string | null };

/** Null where the text is no such order. */
export function parseUndo(body: string): UndoOrder | null {
  const rest = behind(body, 'undo', '되돌리기');
  if (rest === null) return null;
  const words = rest.trim().replaceAll('`', '').toLowerCase();
  return { code: words === '' ? null : words };
}
