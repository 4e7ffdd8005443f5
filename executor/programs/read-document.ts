import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { documentMarkdown, MOST_DOCUMENT } from './document-reader.ts';
import { EXIT, ProgramFault, programMain, readInput } from './program.ts';

/**
 * read-document FILE FROM LETTERS BYTES [NAME]: the document as Markdown, from the letter FROM on, as much as is allowed
 * of letters, and of bytes as JSON. With `-` for FILE it comes on stdin under its name.
 */
await programMain(async ([file = '', from = '', letters = '', bytes = '', name = '']) => {
  const [first = -1, most = 0, mostBytes = 0] = [from, letters, bytes].map(Number);
  if (file === '' || !Number.isSafeInteger(first) || first < 0 || !(most > 0) || !(mostBytes > 0))
    throw new ProgramFault('usage', 'read-document FILE FROM LETTERS BYTES [NAME]', EXIT.usage);
  const content = file === '-' ? readInput(MOST_DOCUMENT) : plainFile(file);
  return part(await documentMarkdown(content, file === '-' ? name : basename(file)), first, most, mostBytes);
});

/** Only a plain file: a pipe or a device would never end. */
function plainFile(path: string): Buffer {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const about = fstatSync(fd);
    if (!about.isFile()) throw new ProgramFault('no-file', 'That is no plain file.', EXIT.noInput);
    if (about.size > MOST_DOCUMENT) throw new ProgramFault('too-big', 'The file is bigger than 16 MiB.');
    return readFileSync(fd);
  } catch (error) {
    if (error instanceof ProgramFault) throw error;
    throw new ProgramFault('no-file', 'There is no such file in the workspace.', EXIT.noInput);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function part(whole: string, first: number, most: number, mostBytes: number): string {
  if (first > 0 && first >= whole.length)
    throw new ProgramFault('past-end', `The document has ${whole.length} letters.`, EXIT.usage);
  let said = whole.slice(first, first + most);
  while (Buffer.byteLength(JSON.stringify(said)) > mostBytes) said = said.slice(0, Math.floor(said.length * 0.9));
  const end = first + said.length;
  if (first === 0 && end === whole.length) return said;
  const next = end < whole.length ? `; the next part: from=${end}` : '';
  return `${said.toWellFormed()}\n\n[letters ${first} to ${end} of ${whole.length}${next}]\n`;
}
