import type { Account } from '../../bridge/matrix/account.ts';
import { classifyAttachment, decodeTextFile, TEXT_LIMIT_BYTES } from '../../bridge/matrix/attachment.ts';
import { cleanName } from '../../bridge/text/clean-text.ts';
import { readInputs } from '../../bridge/matrix/read-inputs.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { type InputFile, MAX_INPUT_BYTES } from '../../bridge/protocol/orders/input-files.ts';
import type { TaskFile } from './prompts/facts.ts';
import type { TaskState } from './state/task-state.ts';

export interface TaskFilesDeps {
  readonly account: Account;
  readonly masters: () => Promise<ReadonlySet<UserId>>;
}

type Text = Pick<TaskFile, 'text' | 'why'>;

/** Texts that many models ask for one after another. */
const REMEMBERED = 40;
/** All models of a phase ask at once. */
const FRESH_MS = 5_000;

/** What masters have sent for a task, as its agents are told of it: the same files, under the same names, that the executor puts into the workspace. */
export class TaskFiles {
  readonly #deps: TaskFilesDeps;
  readonly #texts = new Map<string, Promise<Text>>();
  readonly #lists = new Map<string, { readonly at: number; readonly list: Promise<readonly InputFile[]> }>();

  constructor(deps: TaskFilesDeps) {
    this.#deps = deps;
  }

  async of(task: Pick<TaskState, 'root' | 'room'>): Promise<readonly TaskFile[]> {
    const inputs = await this.#list(task);
    return Promise.all(
      inputs.map(async (input) => ({
        path: cleanName(input.path),
        mediaType: input.mediaType,
        bytes: input.size,
        left: (input.size ?? 0) > MAX_INPUT_BYTES,
        ...(await this.#text(input)),
      })),
    );
  }

  #list({ root, room }: Pick<TaskState, 'root' | 'room'>): Promise<readonly InputFile[]> {
    const known = this.#lists.get(root);
    if (known !== undefined && Date.now() - known.at < FRESH_MS) return known.list;
    const list = this.#deps.masters().then((masters) => readInputs(this.#deps.account, { room, root, masters }));
    keep(this.#lists, root, { at: Date.now(), list });
    list.catch(() => this.#lists.delete(root));
    return list;
  }

  #text(input: InputFile): Promise<Text> {
    const known = this.#texts.get(input.url);
    if (known !== undefined) return known;
    const reading = this.#read(input);
    keep(this.#texts, input.url, reading);
    // What could not be had now is asked for again.
    reading.catch(() => this.#texts.delete(input.url));
    return reading.catch(() => ({ text: null, why: 'could not be fetched' }));
  }

  async #read({ path, url, mediaType, size }: InputFile): Promise<Text> {
    const readable = classifyAttachment({ url, name: path, mediaType, ...(size === undefined ? {} : { size }) });
    if (readable.kind === 'unreadable')
      return { text: null, why: readable.why === 'too-big' ? 'too big' : `type ${mediaType}` };
    if (readable.kind === 'image') return { text: null, why: 'a picture' };
    const text = decodeTextFile(await this.#deps.account.download(url, TEXT_LIMIT_BYTES));
    return text === null ? { text: null, why: 'not text' } : { text, why: '' };
  }
}

function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
