import { sha256 } from '../../../bridge/digest/canonical.ts';
import { estimateTokens } from '../../models/token-estimate.ts';

/**
 * Material between two lines that carry the hash of what stands between them: nothing inside can know that hash, so
 * nothing inside can pretend to be the end.
 */
export function quoted(name: string, content: string): string {
  const text = content.toWellFormed();
  const mark = `${name} ${sha256(text).slice(0, 16)}`;
  return `<<<BEGIN ${mark}>>>\n${text}\n<<<END ${mark}>>>`;
}

/** Beginning and end of a text that is too long: what failed says so at its end. */
export function clipped(text: string, tokens: number): string {
  const estimate = estimateTokens(text);
  if (estimate <= tokens) return text;
  const room = Math.max(0, Math.floor((text.length * tokens) / estimate));
  const head = Math.floor(room / 2);
  return `${text.slice(0, head).toWellFormed()}\n[… ${text.length - room} characters left out …]\n${text.slice(text.length - (room - head)).toWellFormed()}`;
}

/** JSON in which nothing is longer than `longest` characters. */
export const briefJson = (value: unknown, longest: number): string =>
  JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'string' && one.length > longest
      ? `${one.slice(0, longest).toWellFormed()}[… ${one.length - longest} more characters]`
      : one,
  );
