import type { SourceLink } from '../../../bridge/matrix/source-links.ts';
import { stepId } from '../../../bridge/protocol/plan.ts';
import { numberedFound } from '../../hands/found.ts';
import { oneCall } from '../../hands/one-call.ts';
import type { ToolOutcome } from '../../hands/tool.ts';
import { lookUp, WEB_SEARCH, WebQuery, type WebSearchDeps } from '../../hands/web-search.ts';
import { plusUsage } from '../../models/providers/sdk-usage.ts';
import type {
  ContentPart,
  Provider,
  ProviderRequest,
  StreamPart,
  TokenUsage,
} from '../../models/providers/provider.ts';
import { needsOf } from '../state/mission-needs.ts';
import type { Ask } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';

/** Every agent that proposes may look things up, and each search costs. */
const MOST_STEPS = 3;
const MOST_AT_ONCE = 3;
const LONGEST_MS = 60_000;

/** Plans for what has to be found out, and work that is research; everybody else goes by what is there. */
export function mayLookUp(state: TaskState, ask: Ask): boolean {
  if (ask.kind === 'propose') return needsOf(state.mission).includes('web');
  const step = ask.kind === 'work' ? state.plan?.plan.steps.find((one) => stepId(one) === ask.step) : undefined;
  return step?.kind === 'work' && step.work === 'research';
}

/**
 * One answer of a task, before which the model may search the web a few times; the pages that it was shown come last,
 * as sources. `alone`: by its own provider or not at all. The answer is held to no schema while there is a tool beside
 * it, for not every model takes the two together.
 */
export async function* streamLookingUp(
  provider: Provider,
  request: ProviderRequest,
  search: WebSearchDeps,
  alone: boolean,
  signal: AbortSignal,
): AsyncGenerator<StreamPart> {
  const { format: _, ...loose } = request;
  let { messages } = request;
  let usage: TokenUsage | undefined;
  const sources: SourceLink[] = [];
  for (let step = 0; ; step += 1) {
    const asked = step < MOST_STEPS ? { ...loose, messages, tools: [WEB_SEARCH] } : { ...request, messages };
    const { text, calls, finish } = yield* oneCall(provider, asked, signal);
    usage =
      usage === undefined || finish.usage === undefined ? (usage ?? finish.usage) : plusUsage(usage, finish.usage);
    if (finish.reason !== 'tools' || calls.length === 0 || step >= MOST_STEPS) {
      for (const { url, title } of sources) yield { type: 'source', url, ...(title === undefined ? {} : { title }) };
      yield { ...finish, ...(usage === undefined ? {} : { usage }) };
      return;
    }
    if (text !== '') yield { type: 'restart' };
    const outcomes = await Promise.all(
      calls.map(async ({ name, input }, place): Promise<ToolOutcome> => {
        const query = name === WEB_SEARCH.name ? WebQuery.safeParse(read(input)) : undefined;
        if (query?.success !== true || place >= MOST_AT_ONCE)
          return {
            text: `only ${WEB_SEARCH.name}, up to ${MOST_AT_ONCE} at once, in words without addresses`,
            failed: true,
          };
        const question = {
          ...query.data,
          lang: request.lang,
          agent: request.agent.id,
          key: `${request.turn}.${step}.${place}`,
          alone,
        };
        return lookUp(question, search, signal, AbortSignal.timeout(LONGEST_MS));
      }),
    );
    const results = outcomes.map((outcome: ToolOutcome, place): ContentPart => {
      const text = shownTo(outcome, sources.length);
      sources.push(...(outcome.found?.sources ?? []));
      const { id = '', name = '' } = calls[place] ?? {};
      return { type: 'tool-result', id, name, text, ...(outcome.failed === true ? { failed: true } : {}) };
    });
    messages = [
      ...messages,
      {
        role: 'assistant',
        content: [...(text === '' ? [] : [{ type: 'text', text } as const]), ...calls],
        ...(finish.step === undefined
          ? {}
          : { step: { provider: finish.model ?? provider.label, state: finish.step } }),
      },
      { role: 'user', content: results },
    ];
  }
}

const shownTo = ({ text, found }: ToolOutcome, before: number): string =>
  found === undefined ? text : `${text}\n${numberedFound(found, before)}`;

function read(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return undefined;
  }
}
