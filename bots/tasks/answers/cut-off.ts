/** At the end of a text that a model was not given the room to finish. */
const CUT = '[…]';

/**
 * JSON that was cut off, closed: the unfinished entry of a list is dropped, an unfinished text is kept and
 * marked. What
 * is whole, or cannot be mended, comes back as it is. One reading of the text.
 */
export function closeJson(text: string): string {
  const start = text.indexOf('{');
  if (start === -1) return text;
  let open = '';
  let inString = false;
  let opened = -1;
  let comma: { readonly at: number; readonly open: string } | undefined;
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (inString) {
      if (letter === '\\') at += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') [inString, opened] = [true, at];
    else if (letter === '{') open = `}${open}`;
    else if (letter === '[') open = `]${open}`;
    else if (letter === '}' || letter === ']') {
      open = open.slice(1);
      if (open === '') return text;
    } else if (letter === ',') comma = { at, open };
  }
  const kept = `${text.slice(start)}${inString ? `${CUT}"` : ''}${open}`;
  const dropped = comma === undefined ? undefined : `${text.slice(start, comma.at)}${comma.open}`;
  const nothingYet = inString && opened === text.length - 1;
  const inList = comma?.open.includes(']') === true;
  const tried = inList || nothingYet ? [dropped, kept] : [kept, dropped];
  return tried.find(isJson) ?? text;
}

function isJson(text: string | undefined): text is string {
  if (text === undefined) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
