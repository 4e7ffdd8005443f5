import { setTimeout as delay } from 'node:timers/promises';
import type { Provider, StreamPart } from './provider.ts';

/**
 * For benches: `echo` says the question back at once; `echo/400@40` says 400 words, 40 in a second.
 * @throws RangeError for another shape.
 */
export function echo(model: string): Provider {
  const [, count, rate] = /^echo\/(\d{1,6})@(\d{1,4})$/.exec(model) ?? [];
  if (model !== 'echo' && !(Number(count) > 0 && Number(rate) > 0))
    throw new RangeError('expected echo or echo/<tokens>@<tokens per second>');
  return {
    label: model,
    billing: 'none',
    pace: 'seconds',
    sees: true,
    searches: false,
    rehearsal: false,
    stream: ({ question }, signal) =>
      model === 'echo' ? sayBack(question, signal) : drip(Number(count), Number(rate), signal),
  };
}

async function* sayBack(question: string, signal: AbortSignal): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  yield { type: 'text', text: question };
  yield { type: 'finish', reason: 'stop', usage: { inputTokens: 1, outputTokens: 1 } };
}

/** Keeps to the clock: a late timer is followed by as many words as are due. */
async function* drip(count: number, rate: number, signal: AbortSignal): AsyncGenerator<StreamPart> {
  const start = performance.now();
  for (let said = 0; said < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - start) * rate) / 1000));
    let text = '';
    for (; said < due; said++) text += `${said === 0 ? '' : ' '}w${said + 1}`;
    if (text !== '') yield { type: 'text', text };
    if (said === count) break;
    await delay(Math.max(1, ((said + 1) * 1000) / rate - (performance.now() - start)), undefined, { signal }).catch(
      () => signal.throwIfAborted(),
    );
    signal.throwIfAborted();
  }
  yield { type: 'finish', reason: 'stop', usage: { inputTokens: 1, outputTokens: count } };
}
