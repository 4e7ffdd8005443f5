import { createInterface, type Interface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { terminalText } from '../text/terminal/terminal.ts';
import { Listening } from './listening.ts';
import { PASTE_OFF, PASTE_ON, PasteInput } from './paste.ts';
import { openChatSession, type SessionOptions } from './session.ts';

export interface LiveTerminal {
  readonly input: ReadStream;
  readonly output: WriteStream;
}

const HISTORY = 20;
const LEAVE_WITHIN_MS = 3_000;
const LEAVE = new Set(['/quit', '/exit', '/q', '/나가기', '/끝']);

/** The room as it goes on, and a line to write in. Returns the exit code. */
export async function live(
  room: 'hq' | 'ops',
  { input, output }: LiveTerminal,
  options: Omit<SessionOptions, 'news'>,
  signal: AbortSignal,
): Promise<number> {
  const { screen, look, lang } = options;
  const { paint } = look;
  const listening = new Listening();
  await using session = await openChatSession({
    ...options,
    news: (news, isLive, reader) => {
      listening.take(news);
      if (isLive) reader.show(news);
      else reader.show(news.filter(({ kind }) => kind === 'said').slice(-HISTORY));
    },
  });
  const { outbox, reader } = session;
  screen.print(['', paint.dim(terminalText.entered(room)[lang]())]);

  const typed =
    input.isTTY && output.isTTY
      ? new PasteInput(input, (number, lines) => terminalText.pasted(number, lines)[lang]())
      : undefined;
  const editor = createInterface({
    input: typed ?? input,
    ...(typed === undefined ? {} : { output, prompt: '› ' }),
    terminal: typed !== undefined,
    historySize: 200,
  });
  if (typed !== undefined) {
    output.write(PASTE_ON);
    screen.edit(editor);
    editor.once('close', () => screen.edit(undefined));
    output.on('resize', () => reader.refresh());
  }
  reader.refresh();

  const sending: Promise<unknown>[] = [];
  let quit = false;
  editor.on('line', (line) => {
    screen.submitted(line);
    const text = typed?.meant(line) ?? line.trim();
    if (LEAVE.has(text)) {
      quit = true;
      editor.close();
    } else if (text === '/help' || text === '/도움') screen.print(terminalText.help[lang]().split('\n').map(paint.dim));
    else if (text !== '') sending.push(outbox.add(text).then((event) => (event === null ? [] : listening.ask(event))));
  });
  await left(editor, signal);
  if (typed === undefined && !quit && sending.length > 0 && !signal.aborted) {
    // Lines from a pipe: whoever wrote them wants to see what comes of them.
    await Promise.race([Promise.all(sending), aborted(signal)]);
    await listening.untilQuiet(session, signal);
  }
  screen.change([]);
  if (typed !== undefined) output.write(PASTE_OFF);
  typed?.leave();
  const unsent = await outbox.close(LEAVE_WITHIN_MS);
  if (unsent > 0) screen.print([paint.warn(terminalText.leftUnsent(unsent)[lang]())]);
  return unsent > 0 ? 1 : 0;
}

/** Ctrl-D, /quit, the end of a pipe; Ctrl-C first empties the line, then leaves. */
async function left(editor: Interface, signal: AbortSignal): Promise<void> {
  editor.on('SIGINT', () => {
    if (editor.line === '') editor.close();
    for (const name of ['e', 'u']) if (editor.line !== '') editor.write(null, { ctrl: true, name });
  });
  const closed = new Promise<void>((resolve) => editor.once('close', resolve));
  if (!signal.aborted) await Promise.race([closed, aborted(signal)]);
  editor.close();
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  );
