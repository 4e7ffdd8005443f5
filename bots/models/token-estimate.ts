/** Rough and rather too high: Korean takes about a token a letter, English four letters a token. */
export function estimateTokens(text: string): number {
  let ascii = 0;
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) < 128) ascii += 1;
  return Math.ceil(ascii / 4) + (text.length - ascii) + 4;
}

/** The beginning of a text that is too long, with a mark where it was cut; `tokens` is the room there is. */
export function cutToTokens(text: string, tokens: number): string {
  if (estimateTokens(text) <= tokens) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (estimateTokens(text.slice(0, middle)) <= tokens) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).toWellFormed()}\n[…]`;
}
