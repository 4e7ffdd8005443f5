/** `text` without any of `marks` at its end. A regular expression such as `/x+$/` tries anew at every x: quadratic. */
export function withoutEnd(text: string, marks: string): string {
  let end = text.length;
  while (end > 0 && marks.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
