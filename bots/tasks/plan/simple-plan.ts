import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { Plan } from '../../../bridge/protocol/plan.ts';
import { inWords } from '../../../bridge/text/tasks/simple-plan.ts';
import type { TaskState } from '../state/task-state.ts';
import { filesWanted, stoodBefore, wantedNow } from './promised-files.ts';

/** Plans of models that cannot write one: one file whose text they have written, or a few sentences of work. Pure. */

const TEXTS = /\.(?:txt|md|csv|tsv|json|xml|ya?ml|html?|sql|py|js|ts|css|sh)$/u;
/** Made of Markdown. */
const DOCUMENTS = /\.(?:pdf|docx|pptx|xlsx)$/u;

/** The one file that the mission wants, where a text is all that it takes; what is there already nobody writes anew unseen. */
export function simpleFile(
  state: Pick<TaskState, 'mission' | 'revision' | 'plan' | 'commands' | 'earlier' | 'firstRound'>,
): string | undefined {
  const [name, ...others] = filesWanted(wantedNow(state));
  if (name === undefined || others.length > 0 || !(TEXTS.test(name) || DOCUMENTS.test(name))) return undefined;
  return stoodBefore(state, name) ? undefined : name;
}

const MAX_STEPS = 3;
const MAX_TITLE = 120;
const clip = (text: string, most: number): string => text.slice(0, most).toWellFormed();

export function filePlan(path: string, { title, content }: { readonly title: string; readonly content: string }): Plan {
  const made = DOCUMENTS.test(path)
    ? { type: 'make_document', path, content }
    : { type: 'write_file', path, content, success: { fileExists: path } };
  const short = clip(title, MAX_TITLE);
  return Plan.parse({
    goal: short,
    steps: [
      {
        kind: 'command',
        title: short,
        command: { ...made, id: 'write', reason: short },
        ...(made.type === 'write_file' ? { artifacts: [path] } : {}),
      },
    ],
  });
}

/** Each sentence is one step of its author's, one after the other. */
export function sentencePlan(
  author: AgentId,
  { title, steps }: { readonly title: string; readonly steps: readonly string[] },
): Plan {
  const named = steps.slice(0, MAX_STEPS).map((instruction, i) => ({
    kind: 'work',
    id: `step-${i + 1}`,
    title: clip(instruction, MAX_TITLE),
    agent: author,
    work: 'write',
    instruction,
    after: i === 0 ? [] : [`step-${i}`],
  }));
  return Plan.parse({ goal: clip(title, MAX_TITLE), steps: named });
}

/** The last resort: what the mission asks for is answered in words, and the plan says so. */
export const wordsPlan = (author: AgentId, state: Pick<TaskState, 'mission' | 'revision' | 'lang'>): Plan =>
  Plan.parse({
    goal: clip(wantedNow(state), MAX_TITLE),
    steps: [
      {
        kind: 'work',
        id: 'answer',
        title: inWords[state.lang](),
        agent: author,
        work: 'write',
        instruction: clip(wantedNow(state), 4_000),
      },
    ],
  });
