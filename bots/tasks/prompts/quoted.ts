import { estimateTokens } from '../../models/token-estimate.ts';
import { sealed } from '../../residents/sealed.ts';

/** Material of a task, sealed as everything is that models are given to read. */
export const quoted = sealed;

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
