import { personaOf } from '../../../bridge/protocol/default-roster.ts';
import { didIt, rehearsalLabel, rehearse, whyLooked } from '../../../bridge/text/offline.ts';
import { offlineWishOf } from './offline-wishes.ts';
import type { Provider, ProviderRequest, StreamPart } from './provider.ts';

/** The stand-in for an agent without a key: the same words to the same question, no network. */
export const rehearsal: Provider = {
  label: 'rehearsal',
  billing: 'none',
  pace: 'seconds',
  sees: false,
  searches: false,
  rehearsal: true,
  callsTools: true,
  stream: answer,
};

async function* answer(request: ProviderRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  const { agent, ownerTitle, question, lang } = request;
  const came = resultIn(request);
  const call = came === null ? callFor(request) : null;
  if (call !== null) {
    yield { type: 'tool-call', id: 'call_1', ...call };
    yield { type: 'finish', reason: 'tools', usage: NOTHING };
    return;
  }
  if (came !== null) {
    yield {
      type: 'text',
      text: `${rehearsalLabel[lang]()} ${didIt[lang](came.name === PROPOSE, !came.failed)}${came.printed}`,
    };
    yield { type: 'finish', reason: 'stop', usage: NOTHING };
    return;
  }
  yield {
    type: 'text',
    text: rehearse({
      id: agent.id,
      persona: personaOf(agent),
      name: agent.name,
      role: agent.role,
      ownerTitle,
      question,
      lang,
    }),
  };
  yield { type: 'finish', reason: 'stop', usage: NOTHING };
}

interface Came {
  readonly name: string;
  readonly failed: boolean;
  /** The beginning of what a command printed, as a block; '' where it is no command. */
  readonly printed: string;
}

const SHOWN_LINES = 6;

/** Material stands behind marks, between its two seals. */
function printedIn(text: string): string {
  const lines = text.split('\n').flatMap((line) => (line.startsWith('| ') ? [line.slice(2, 120)] : []));
  const shown = lines
    .slice(0, -1)
    .slice(0, SHOWN_LINES)
    .map((line) => line.replaceAll('`', "'"));
  return shown.length === 0 ? '' : `\n\n\`\`\`\n${shown.join('\n')}\n\`\`\``;
}

const NOTHING = { inputTokens: 0, outputTokens: 0 };
const PROPOSE = 'propose_command';
const RUN = 'run_command';

/** The one thing that it asks for in a turn, where the tool for it is offered and the sentence is one of those it knows. */
function callFor({ question, tools, lang }: ProviderRequest): { readonly name: string; readonly input: string } | null {
  const may = (name: string) => tools?.some((offer) => offer.name === name) === true;
  if (!may(PROPOSE) || !may(RUN)) return null;
  const wish = offlineWishOf(question, Date.now(), new Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (wish === null) return null;
  return wish.kind === 'propose'
    ? { name: PROPOSE, input: JSON.stringify({ line: wish.line }) }
    : { name: RUN, input: JSON.stringify({ script: wish.script, why: whyLooked[lang]() }) };
}

function resultIn({ messages }: ProviderRequest): Came | null {
  const result = messages.at(-1)?.content.find((part) => part.type === 'tool-result');
  if (result === undefined) return null;
  return { name: result.name, failed: result.failed === true, printed: printedIn(result.text) };
}
