import { documentParts, MOST_DOCUMENT } from './document-reader.ts';
import { EXIT, ProgramFault, programMain, readInput } from './program.ts';

/** read-pages LETTERS NAME: the document that comes on stdin, page by page, as JSON; what is more than LETTERS is left out. */
await programMain(async ([letters = '', name = '']) => {
  const most = Number(letters);
  if (!(most > 0)) throw new ProgramFault('usage', 'read-pages LETTERS NAME', EXIT.usage);
  const { unit, pages } = await documentParts(readInput(MOST_DOCUMENT), name);
  const kept: string[] = [];
  let left = most;
  for (const page of pages) {
    if (left <= 0) break;
    kept.push(page.slice(0, left).toWellFormed());
    left -= page.length;
  }
  return JSON.stringify({ ...(unit === undefined ? {} : { unit }), pages: kept });
});
