import type { Logger } from 'pino';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import { CHAVION_KEY, type ChavionContent } from '../../bridge/protocol/content.ts';
import type { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import type { TaskMachine } from './runtime/machine.ts';
import { KeyedQueue } from './runtime/keyed-queue.ts';
import { pngSize } from '../../bridge/matrix/png-size.ts';
import { chavionOfRun } from './messages/run-text.ts';
import type { Saying, SayingFile } from './messages/saying.ts';
import type { Say, TaskState } from './state/task-state.ts';
import type { TaskStore } from './runtime/task-store.ts';

export interface VoiceDeps {
  readonly store: Pick<TaskStore, 'load' | 'outbox' | 'settle'>;
  readonly machine: Pick<TaskMachine, 'apply'>;
  /** null: the coordinator's. Undefined of an agent that is no longer of the house: nobody speaks in its name. */
  readonly accountOf: (agent: AgentId | null) => Pick<Account, 'send' | 'upload'> | undefined;
  readonly sayingOf: (state: TaskState, say: Say) => Saying;
  /** A message that changes with the task stands there with these words. */
  readonly shows?: (root: EventId, id: string, text: string) => void;
  readonly isRehearsing: (agent: AgentId) => boolean;
  readonly log: Logger;
}

/** Says what tasks have to say: in the thread, in the order in which it was decided, each thing once. */
export class TaskOutbox {
  readonly #deps: VoiceDeps;
  readonly #queue = new KeyedQueue<EventId>();

  constructor(deps: VoiceDeps) {
    this.#deps = deps;
  }

  /** Resolves when nothing is left to be said that was decided before the call. */
  say(root: EventId): Promise<void> {
    return this.#queue.run(root, () => this.#sayAll(root));
  }

  /** After the last of many tries: what stands behind it in the line is said all the same. */
  async giveUp(root: EventId, id: string): Promise<void> {
    const { store, machine } = this.#deps;
    const stuck = (await store.outbox(root)).filter(({ effect }) => effect.kind === 'say' && effect.id === id);
    await machine.apply(root, { kind: 'unsaid', at: Date.now(), id });
    if (stuck.length > 0)
      await store.settle(
        root,
        stuck.map(({ seq }) => seq),
      );
    await this.say(root);
  }

  async #sayAll(root: EventId): Promise<void> {
    const says = (await this.#deps.store.outbox(root)).flatMap(({ seq, effect }) =>
      effect.kind === 'say' ? [{ seq, say: effect }] : [],
    );
    for (const together of inTurns(says)) {
      const state = await this.#deps.store.load(root);
      await Promise.all(together.map((one) => this.#sayOne(root, state, one)));
    }
  }

  async #sayOne(root: EventId, state: TaskState | null, { seq, say }: Turn): Promise<void> {
    const { store, machine } = this.#deps;
    const saying = state === null ? null : this.#wordsOf(state, say);
    if (state !== null && saying !== null) {
      const account = this.#deps.accountOf(saying.as);
      const event =
        account === undefined
          ? null
          : ((await this.#trying(state, say, () => this.#send(account, state, say, saying))) ??
            // A room may be closed to votes in polls alone; a ballot counts in a message too.
            (saying.poll === null || saying.act.content.kind !== 'ballot'
              ? null
              : await this.#trying(state, say, () => this.#send(account, state, say, { ...saying, poll: null }))));
      if (event !== null && say.what === 'run') this.#deps.shows?.(root, say.id, saying.text);
      await machine.apply(
        root,
        event === null
          ? { kind: 'unsaid', at: Date.now(), id: say.id }
          : { kind: 'said', at: Date.now(), id: say.id, event },
      );
      // The task need not wait for them; the outbox does, so that they come after a crash too.
      if (event !== null && account !== undefined)
        await this.#trying(state, say, () => sendFiles(account, state, say, saying));
    }
    await store.settle(root, [seq]);
  }

  /** Null for what was said before a crash and of which the task, gone on since, knows the words no more. */
  #wordsOf(state: TaskState, say: Say): Saying | null {
    try {
      return this.#deps.sayingOf(state, say);
    } catch (error) {
      if (state.saying.some(({ id }) => id === say.id)) throw error;
      return null;
    }
  }

  /** Null where the homeserver does not take it: the room is closed to this account. */
  async #trying<T>(state: TaskState, say: Say, send: () => Promise<T>): Promise<T | null> {
    try {
      return await send();
    } catch (error) {
      if (!refused(error)) throw error;
      this.#deps.log.error(
        { task: state.root, say: say.id, error: error instanceof Error ? error.message : 'refused' },
        'not said',
      );
      return null;
    }
  }

  async #send(account: Speaking, state: TaskState, say: Say, saying: Saying): Promise<EventId> {
    const { isRehearsing } = this.#deps;
    const txn = txnOf(state, say);
    const chavion: ChavionContent = {
      v: 1,
      kind: 'act',
      root: state.root,
      act: saying.act,
      ...(say.what === 'run' ? chavionOfRun(state, say.id) : {}),
      ...(saying.as === null ? {} : { agent: saying.as, ...(isRehearsing(saying.as) ? { rehearsal: true } : {}) }),
    };
    const { text, msgtype, mentions, poll } = saying;
    return poll === null
      ? account.send(
          state.room,
          'm.room.message',
          messageContent({ text, msgtype, mentions, chavion, thread: state.root }),
          txn,
        )
      : account.send(state.room, poll.type, { ...poll.content, [CHAVION_KEY]: chavion }, txn);
  }
}

type Speaking = Pick<Account, 'send' | 'upload'>;

async function sendFiles(account: Speaking, state: TaskState, say: Say, { attachments }: Saying): Promise<void> {
  for (const file of attachments)
    await sendFile(account, state, file, `${txnOf(state, say)}.file.${sha256(file.name).slice(0, 32)}`, {
      v: 1,
      kind: 'act',
      root: state.root,
      silent: true,
    });
}

const txnOf = ({ root }: TaskState, { id }: Say): string => `task.${root}.${id}`;

interface Turn {
  readonly seq: number;
  readonly say: Say;
}

/** Agents speak side by side, each from its own account; the coordinator's words part what came before from what comes after. */
function inTurns(says: readonly Turn[]): readonly (readonly Turn[])[] {
  const turns: Turn[][] = [];
  for (const one of says) {
    const last = turns.at(-1);
    if (last !== undefined && one.say.as !== null && last.every(({ say }) => say.as !== null)) last.push(one);
    else turns.push([one]);
  }
  return turns;
}

/** A file of a task into its thread. */
export async function sendFile(
  account: Speaking,
  { room, root }: TaskState,
  { name, mediaType, read }: SayingFile,
  txn: string,
  chavion: ChavionContent,
): Promise<void> {
  const bytes = Buffer.from(await read());
  const url = await account.upload(bytes, mediaType, name);
  const size = mediaType === 'image/png' ? pngSize(bytes) : null;
  const content = {
    msgtype: mediaType.startsWith('image/') ? 'm.image' : 'm.file',
    body: name,
    filename: name,
    url,
    info: { mimetype: mediaType, size: bytes.length, ...(size === null ? {} : { w: size.width, h: size.height }) },
    'm.mentions': {},
    'm.relates_to': {
      rel_type: 'm.thread',
      event_id: root,
      is_falling_back: true,
      'm.in_reply_to': { event_id: root },
    },
    [CHAVION_KEY]: chavion,
  };
  await account.send(room, 'm.room.message', content, txn);
}
