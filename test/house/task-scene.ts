import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { House } from './house.ts';
import { inRoom } from './matrix.ts';
import type { Person, Shown } from './person.ts';
import { planResults } from './plan-results.ts';
import type { Json } from './provider-formats.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const ENDED = /^(?:✅|🟡|❌|🚫)/u;

/** The master's look at tasks: what stands in a thread, by what it is. */
export class TaskView {
  readonly master: Person;
  readonly room: string;
  readonly root: string;

  constructor(master: Person, room: string, root: string) {
    this.master = master;
    this.room = room;
    this.root = root;
  }

  thread(): readonly Shown[] {
    return this.master.shown(this.room).filter(({ thread }) => thread === this.root);
  }

  card(): Shown | undefined {
    return this.thread().find(({ chavion }) => chavion.kind === 'card');
  }

  /** The card's word on how it stands, once the task has ended. */
  async ended(patienceMs = 60_000): Promise<Shown> {
    const end = Date.now() + patienceMs;
    for (;;) {
      const card = this.card();
      if (card !== undefined && ENDED.test(card.body)) return card;
      if (Date.now() > end) throw new Error(`the task did not end:\n${this.print()}`);
      await this.master
        .until('news', this.room, () => (this.card()?.body === card?.body && Date.now() < end ? undefined : true))
        .catch(() => undefined);
    }
  }

  until<T>(what: string, find: () => T | undefined): Promise<T> {
    return this.master.until(what, this.room, find);
  }

  /** Acts of one kind, oldest first; polls among them. */
  acts(kind: string): readonly Json[] {
    return this.events().filter((event) => event.content?.['com.chavion']?.act?.content?.kind === kind);
  }

  /** How the executor says that its commands stand, each attempt once. */
  results(): readonly Json[] {
    return planResults(this.master.events(this.room), this.root).map(({ result }) => result);
  }

  /** The messages of its runs, one for each round. */
  runs(): readonly Shown[] {
    return this.thread().filter(({ who, chavion }) => who === 'coordinator' && chavion.run === true);
  }

  /** Everything that leans on the thread or on a poll in it, as the homeserver gives it. */
  events(): readonly Json[] {
    const all = this.master.events(this.room);
    const inside = new Set(
      all
        .filter(
          (event) =>
            event.content?.['m.relates_to']?.rel_type === 'm.thread' &&
            event.content['m.relates_to'].event_id === this.root,
        )
        .map((event) => event.event_id),
    );
    return all.filter((event) => inside.has(event.event_id) || inside.has(event.content?.['m.relates_to']?.event_id));
  }

  /** Undefined where there is none yet. */
  poll(): Json {
    return this.events().find((event) => event.type === 'org.matrix.msc3381.poll.start');
  }

  tap(poll: string, answer: string, as: Person = this.master): Promise<string> {
    return as.send(
      this.room,
      {
        'm.relates_to': { rel_type: 'm.reference', event_id: poll },
        'org.matrix.msc3381.poll.response': { answers: [answer] },
      },
      'org.matrix.msc3381.poll.response',
    );
  }

  say(body: string): Promise<string> {
    return this.master.inThread(this.room, this.root, body);
  }

  print(): string {
    return this.thread()
      .map((one) => `${one.who} [${one.msgtype}${one.mentions?.user_ids === undefined ? '' : ' 🔔'}]: ${one.body}`)
      .join('\n\n');
  }

  async refetch(): Promise<Json> {
    return (await this.master.call('GET', inRoom(this.room, `event/${encodeURIComponent(this.root)}`))).body;
  }
}

const lent: string[] = [];
/** Takes away what this process has lent. */
export function takeBack(): void {
  for (const folder of lent.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A task that the master starts in his own words. */
export async function startTask(master: Person, hq: string, words: string): Promise<TaskView> {
  return new TaskView(master, hq, await master.say(hq, words));
}

/** A folder of the host with these files, lent by the launcher's verb. @returns its path */
export async function lendFolder(
  house: House,
  name: string,
  mode: 'ro' | 'rw',
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const parent = mkdtempSync(join(tmpdir(), 'chavion-lent-'));
  lent.push(parent);
  const folder = join(parent, name);
  mkdirSync(folder);
  // The parts have accounts of their own where root starts the house.
  await Promise.all([chmod(parent, 0o755), chmod(folder, mode === 'rw' ? 0o777 : 0o755)]);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { mode: 0o644 });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'chavion.ts', 'lend', folder, mode], {
    cwd: PROJECT,
    env: { ...house.env },
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`lend ended with ${String(code)}`);
  return folder;
}
