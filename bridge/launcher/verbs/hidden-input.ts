import { createInterface } from 'node:readline';

/** One answer after another; undefined once there is no more, null when the person has given up (Ctrl-C). */
export interface HiddenInput extends Disposable {
  /** `shown`: what is typed is no secret, and can be seen. */
  ask(prompt: string, shown?: 'shown'): Promise<string | undefined | null>;
}

/** From a pipe or file the answers are its lines; at a terminal nothing that is typed is shown but where it is asked for so. */
export function hiddenInput(input: NodeJS.ReadStream, output: NodeJS.WriteStream): HiddenInput {
  return input.isTTY ? atTerminal(input, output) : fromLines(input);
}

function fromLines(input: NodeJS.ReadStream): HiddenInput {
  const reader = createInterface({ input });
  const lines = reader[Symbol.asyncIterator]();
  return {
    ask: async () => {
      const next = await lines.next();
      return next.done === true ? undefined : next.value;
    },
    [Symbol.dispose]: () => reader.close(),
  };
}

function atTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): HiddenInput {
  input.setRawMode(true);
  input.setEncoding('utf8');
  let rest = '';
  const ask = (prompt: string, shown?: 'shown'): Promise<string | undefined | null> =>
    new Promise((resolve) => {
      output.write(prompt);
      let typed = '';
      const take = (chunk: string): void => {
        // A paste may hold more than one line: the rest belongs to the next question.
        for (const [i, letter] of Array.from(chunk).entries()) {
          if (letter === '\r' || letter === '\n')
            return finish(
              typed,
              Array.from(chunk)
                .slice(i + 1)
                .join(''),
            );
          if (letter === '\u0003') return finish(null, '');
          if (letter === '\u0004') return finish(typed === '' ? undefined : typed, '');
          if (letter === '\u007F' || letter === '\b') typed = typed.slice(0, -1);
          else if (letter === '\u0015') typed = '';
          else if (letter >= ' ') typed += letter;
        }
        if (shown === 'shown') output.write(`\r\u001B[2K${prompt}${typed}`);
      };
      const finish = (answer: string | undefined | null, left: string): void => {
        rest = left.replace(/^\n/, '');
        input.off('data', take);
        input.pause();
        output.write('\n');
        resolve(answer);
      };
      input.on('data', take);
      input.resume();
      const before = rest;
      rest = '';
      if (before !== '') take(before);
    });
  return { ask, [Symbol.dispose]: () => void input.setRawMode(false).pause() };
}
