import type { z } from 'zod';
import { ONLINE_MS } from '../protocol/agent-api.ts';
import type { AgentId } from '../protocol/ids.ts';
import { boardLine } from '../text/room/agent-api.ts';
import {
  type BoardItem,
  claim,
  complete,
  reportProgress,
  type ClaimRefusal,
  hold,
  type BoardStep,
  withJob,
} from '../stores/board-item.ts';
import type { Board } from '../stores/task-board.ts';
import type { SwarmPort, Spoken } from './swarm-port.ts';
import type { Caller, AgentKeys } from '../stores/agent-keys.ts';
import { firstOf, lastOf, pageOf, type InboxPage, partOf, textFrom } from './inbox-page.ts';
import type { AgentInbox } from '../stores/agent-inbox.ts';
import { cleanText } from '../text/clean-text.ts';
import { maskSecrets } from '../matrix/secrets/secrets.ts';
import { commandOfOrder } from './order.ts';
import { ApiProblem } from './problems.ts';
import type {
  AggregateOut,
  CheckinOut,
  CommandIn,
  DispatchIn,
  DispatchOut,
  HouseOut,
  JobView,
  ListenQuery,
  MessageIn,
  ResultsOut,
  StatusOut,
  TaskIn,
  TasksQuery,
  TaskView,
} from './schemas.ts';
import { aggregateOf, itemView, swarmAggregate } from './task-views.ts';
import type { Waits } from './waits.ts';

export interface OperationDeps {
  readonly port: SwarmPort;
  readonly board: Board;
  readonly inbox: AgentInbox;
  readonly keys: Pick<AgentKeys, 'holds'>;
  readonly waits: Waits;
}

const CHECKED = 500;
const LISTED_LETTERS = 2_000;
const shortened = (text: string): string =>
  text.length <= LISTED_LETTERS ? text : `${text.slice(0, LISTED_LETTERS).toWellFormed()}…`;
/** Tasks of the swarm among which those of one state are looked for. */
const SEARCHED = 200;

/** Words as others may get them, in the room, on the board or by letter: nothing hidden in them, and no key. */
function seen(text: string, field: string): string {
  const words = maskSecrets(cleanText(text)).text;
  if (words.trim() === '' && text !== '') throw new ApiProblem('request.invalid', { what: `${field}: empty` });
  return words;
}

/** What an outside agent can do here, the same by HTTP and by MCP. Throws `ApiProblem` for every expected refusal. */
export class Operations {
  readonly #house: SwarmPort;
  readonly #board: Board;
  readonly #inbox: AgentInbox;
  readonly #keys: OperationDeps['keys'];
  readonly #waits: Waits;

  constructor({ port, board, inbox, keys, waits }: OperationDeps) {
    this.#house = port;
    this.#board = board;
    this.#inbox = inbox;
    this.#keys = keys;
    this.#waits = waits;
  }

  async checkin({ agent, scopes }: Caller, name: string): Promise<z.infer<typeof CheckinOut>> {
    if (!this.#isCalled(agent, name)) throw new ApiProblem('auth.other', { who: agent });
    const waiting = await this.#inbox.read(agent, undefined, CHECKED);
    return {
      agent,
      name: this.#house.nameOf(agent),
      scopes: [...scopes],
      onlineUntil: Date.now() + ONLINE_MS,
      waiting: waiting.length,
    };
  }

  async say({ agent }: Caller, message: MessageIn, seed: string): Promise<Spoken> {
    return this.#house.say(agent, { ...message, content: seen(message.content, 'content') }, seed);
  }

  /** Waits up to `waitMs` for the first letter; it may be cut short at any time and nothing is lost. */
  async listen(
    caller: Caller,
    { since, limit, letter, from }: Pick<ListenQuery, 'since' | 'limit' | 'letter' | 'from'>,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<{ messages: readonly InboxPage[]; next: string | null; more: boolean }> {
    const { agent } = caller;
    if (letter !== undefined)
      return { messages: [await this.#part(agent, letter, from)], next: since ?? null, more: false };
    if (since !== undefined && !(await this.#inbox.seen(agent, since))) throw new ApiProblem('since.future');
    // One more than is given out says whether others are left.
    const look = (ms: number) => this.#inbox.next(agent, since, ms, signal, limit + 1);
    const page = pageOf(waitMs === 0 ? await look(0) : await this.#wait(caller, () => look(waitMs)), limit);
    const last = page.messages.at(-1)?.id;
    if (last !== undefined && !signal.aborted) await this.#inbox.handed(agent, last);
    return { ...page, next: last ?? since ?? null };
  }

  async #part(agent: AgentId, id: string, from: number): Promise<InboxPage> {
    const letter = await this.#inbox.one(agent, id);
    if (letter === undefined) throw new ApiProblem('letter.unknown', { what: id });
    return partOf(letter, from);
  }

  /** What came while it waited is for whoever may still have it. */
  async #wait<T>(caller: Caller, until: () => Promise<T>): Promise<T> {
    const leave = this.#waits.enter(caller.agent);
    try {
      const found = await until();
      if (!(await this.#keys.holds(caller))) throw new ApiProblem('auth.wrong');
      return found;
    } finally {
      leave();
    }
  }

  async tasks({ state, limit, before }: z.infer<typeof TasksQuery>): Promise<{ tasks: TaskView[]; more: boolean }> {
    const plain = state === undefined && before === undefined;
    const [board, swarm] = await Promise.all([
      this.#board.list(plain ? limit + 1 : 2_000),
      this.#house.swarmTasks?.list(plain ? limit + 1 : Math.max(limit, SEARCHED)) ?? [],
    ]);
    const all = [...board.map(itemView), ...swarm].toSorted((a, b) => b.createdAt - a.createdAt);
    const wanted = all.filter(
      (task) => (state === undefined || task.state === state) && (before === undefined || task.createdAt < before),
    );
    // A list says what there is; the whole description is its own task's.
    const listed = wanted.slice(0, limit).map((task) => ({ ...task, description: shortened(task.description) }));
    const tasks = [...firstOf(listed)];
    return { tasks, more: tasks.length < wanted.length };
  }

  async task(id: string): Promise<TaskView> {
    const item = await this.#board.get(id);
    const task = item === null ? await this.#house.swarmTasks?.get(id) : itemView(item);
    if (task === undefined || task === null) throw new ApiProblem('task.unknown', { what: id });
    return task;
  }

  async post({ agent }: Caller, wanted: z.infer<typeof TaskIn>, seed: string): Promise<TaskView> {
    if (wanted.kind === 'swarm') {
      const begin = this.#house.swarmTasks?.begin;
      if (begin === undefined || begin === null) throw new ApiProblem('task.unavailable');
      return begin(agent, `${wanted.title}\n${wanted.description}`.trim(), seed);
    }
    const task = {
      title: seen(wanted.title, 'title'),
      description: seen(wanted.description, 'description'),
      claimSeconds: wanted.claimSeconds,
    };
    const item = await this.#board.add(agent, task, seed);
    const text = boardLine.posted[this.#house.lang](item.id, item.title, item.description);
    const event = await this.#house.announce(agent, { text, thread: null }, seed);
    await this.#board.said(item.id, event);
    return itemView({ ...item, event });
  }

  /** Exactly one of those who claim it at once has it; the others are told who. Claiming it again says nothing new. */
  async claim(
    { agent }: Caller,
    id: string,
    seed: string,
    names: readonly (string | undefined)[] = [],
  ): Promise<TaskView> {
    if (names.some((name) => name !== undefined && !this.#isCalled(agent, name)))
      throw new ApiProblem('auth.other', { who: agent });
    const { item, before } = await this.#changed(id, (one, now) => claim(one, agent, now));
    if (before.owner !== agent) await this.#tell(agent, item, boardLine.claimed[this.#house.lang](item.id), seed);
    return itemView(item);
  }

  async report({ agent }: Caller, id: string, said: string, seed: string): Promise<TaskView> {
    const text = seen(said, 'text');
    const { item } = await this.#changed(id, (one, now) => reportProgress(one, agent, { text, seed }, now));
    await this.#tell(agent, item, boardLine.reported[this.#house.lang](item.id, text), seed);
    return itemView(item);
  }

  async complete(
    { agent }: Caller,
    id: string,
    { success, result }: { readonly success: boolean; readonly result: string },
    seed: string,
  ): Promise<TaskView> {
    const end = { success, result: seen(result, 'result') };
    const { item } = await this.#changed(id, (one, now) => complete(one, agent, end, now));
    await this.#tell(
      agent,
      item,
      (end.success ? boardLine.done : boardLine.failed)[this.#house.lang](item.id, end.result),
      seed,
    );
    return itemView(item);
  }

  /** A claimed item's command to the executor, or an instruction to another agent. */
  async dispatch(
    caller: Caller,
    id: string,
    { to, command, instruction }: z.infer<typeof DispatchIn>,
    seed: string,
  ): Promise<z.infer<typeof DispatchOut>> {
    const executor = to === 'executor';
    if ((executor ? command : instruction) === undefined || (executor ? instruction : command) !== undefined) {
      throw new ApiProblem('request.invalid', {
        what: executor ? 'to executor: command, no instruction' : 'to an agent: instruction, no command',
      });
    }
    if (executor && !caller.scopes.has('execute')) throw new ApiProblem('auth.scope', { what: 'execute' });
    const { item } = await this.#changed(id, (one, now) => hold(one, caller.agent, now));
    if (command === undefined) {
      const { event } = await this.#house.say(
        caller.agent,
        { receiver: to, type: 'command', content: `\`${item.id}\` ${instruction ?? ''}` },
        seed,
      );
      return { to, job: null, event };
    }
    const job = await this.#house.order(caller.agent, { command: commandOfOrder(command), thread: null }, seed);
    await this.#changed(id, (one, now) => withJob(one, caller.agent, job.id, now));
    return { to, job, event: job.event };
  }

  order({ agent }: Caller, command: CommandIn, seed: string): Promise<JobView> {
    return this.#house.order(agent, { command: commandOfOrder(command), thread: null }, seed);
  }

  async job(id: string): Promise<JobView> {
    const job = await this.#house.job(id);
    if (job === null) throw new ApiProblem('job.unknown', { what: id });
    return job;
  }

  async status(id: string): Promise<z.infer<typeof StatusOut>> {
    const [item, task] = await Promise.all([this.#board.get(id), this.task(id)]);
    return {
      id,
      state: task.state,
      owner: task.owner,
      claimUntil: task.claimUntil,
      reports: task.reports,
      lastReport: item?.reports.at(-1) ?? null,
    };
  }

  async results(id: string): Promise<z.infer<typeof ResultsOut>> {
    const [item, task] = await Promise.all([this.#board.get(id), this.task(id)]);
    const whole = item === null ? await this.#reportOf(id) : item.result;
    const result = whole === null ? null : textFrom(whole);
    const [reports, jobs] = [item?.reports ?? [], await this.#jobs(item)];
    const shown = { reports: [...lastOf(reports)], jobs: [...lastOf(jobs)] };
    return {
      id,
      state: task.state,
      result: result?.text ?? null,
      ...shown,
      cut: (result?.next ?? null) !== null || shown.reports.length < reports.length || shown.jobs.length < jobs.length,
    };
  }

  async aggregate(id: string, from = 0): Promise<z.infer<typeof AggregateOut>> {
    const [item, task] = await Promise.all([this.#board.get(id), this.task(id)]);
    const all =
      item === null
        ? swarmAggregate(task, await this.#reportOf(id))
        : aggregateOf(item, await this.#jobs(item), (agent) => this.#nameOf(agent));
    const { text, next } = textFrom(all.markdown, from);
    return { id, state: task.state, ...all, markdown: text, next };
  }

  async overview({ agent }: Caller): Promise<z.infer<typeof HouseOut>> {
    const board = await this.#board.list(2_000);
    const count = (state: BoardItem['state']) => board.filter((item) => item.state === state).length;
    return {
      you: agent,
      agents: [...this.#house.presence()],
      tasks: { open: count('open'), claimed: count('claimed') },
      serverTime: Date.now(),
    };
  }

  async #reportOf(id: string): Promise<string | null> {
    return (await this.#house.swarmTasks?.result(id)) ?? null;
  }

  async #jobs(item: BoardItem | null): Promise<readonly JobView[]> {
    const jobs = await Promise.all((item?.jobs ?? []).map((id) => this.#house.job(id)));
    return jobs.flatMap((job) => job ?? []);
  }

  async #tell(agent: AgentId, item: BoardItem, text: string, seed: string): Promise<void> {
    await this.#house.announce(agent, { text, thread: item.event }, seed);
  }

  async #changed(
    id: string,
    step: (item: BoardItem, now: number) => BoardStep,
  ): Promise<{ item: BoardItem; before: BoardItem }> {
    const done = await this.#board.change(id, step);
    if (done === null) {
      await this.task(id);
      throw new ApiProblem('task.swarm');
    }
    if (done.kind === 'refused') throw this.#refusal(done);
    return done;
  }

  #refusal({ code, owner }: ClaimRefusal): ApiProblem {
    return new ApiProblem(code, { owner, ...(owner === null ? {} : { who: this.#nameOf(owner) }) });
  }

  #isCalled(agent: AgentId, name: string): boolean {
    const plain = (word: string) => word.normalize('NFC').trim().replace(/^@/u, '').toLowerCase();
    return [agent, this.#house.nameOf(agent)].some((one) => plain(one) === plain(name));
  }

  #nameOf(agent: string): string {
    return this.#house.presence().find(({ id }) => id === agent)?.name ?? agent;
  }
}
