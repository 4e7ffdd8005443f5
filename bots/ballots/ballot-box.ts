import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import { refused } from '../../bridge/matrix/account.ts';
import { editContent, messageContent } from '../../bridge/matrix/content.ts';
import type { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { type BallotJob, jobId, type RecountJob } from '../../bridge/protocol/turn.ts';
import { ballotShown, OPTION_KEYS, outcomeShort, voteCounted } from '../../bridge/text/ballots.ts';
import { Dropped, StoppedTurn } from '../turns/running-turns.ts';
import type { TurnDeps } from '../turns/turn.ts';
import { showTyping } from '../turns/typing.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import { askVoter, type AskVoterDeps } from './ask-voter.ts';
import type { BallotStore } from './ballot-store.ts';
import { type Naming, optionsOn, viewOf } from './ballot-view.ts';

export interface BallotBoxDeps extends AskVoterDeps, Pick<TurnDeps, 'timeline' | 'running'> {
  readonly store: BallotStore;
  readonly rooms: Pick<Rooms, 'masters' | 'members' | 'reader'>;
}

/** Holds the votes of chats: asks everybody at once, counts by code, says it in one message, and counts again with the master's. */
export class BallotBox {
  readonly #deps: BallotBoxDeps;

  constructor(deps: BallotBoxDeps) {
    this.#deps = deps;
  }

  /** At least once each: whoever has voted is not asked again, and the result is one message. */
  async hold(job: BallotJob, again: boolean): Promise<void> {
    const { store, timeline, running, rooms } = this.#deps;
    if (again) timeline.invalidate(job.room);
    const entries = await timeline.view(job.room, job.thread);
    const source =
      entries.find(({ event }) => event.eventId === job.source) ?? (await timeline.find(job.room, job.source));
    // A question that was taken back needs no votes.
    if (source === null) return;
    await store.begin(job);
    const account = await rooms.reader(job.room);
    const typing = showTyping(account, job.room);
    const slots = job.voters.map((agent) =>
      running.enter({ room: job.room, source: job.source, root: job.source, agent, at: job.at }),
    );
    try {
      const { casts } = await store.read(job.source);
      const heard = { source, entries: entries.includes(source) ? entries : [...entries, source] };
      await Promise.all(
        job.voters.map(async (voter, at) => {
          const signal = slots[at]?.signal;
          if (!casts.has(voter) && signal !== undefined) await this.#ask(job, voter, heard, signal);
        }),
      );
      typing.end();
      await this.#say(job);
    } catch (error) {
      // The master wants no result any more, or nobody may speak in this room.
      if (error instanceof StoppedTurn || error instanceof Dropped) return;
      if (!refused(error)) throw error;
    } finally {
      typing.end();
      for (const slot of slots) slot.leave();
    }
  }

  /** A master's vote came, or was taken back. */
  async recount(job: RecountJob): Promise<void> {
    const { ballot, source, room, by, at, choice, word } = job;
    const { store } = this.#deps;
    if (choice === null) await store.takeBack(ballot, source);
    else await store.sign(ballot, source, { by, choice, at });
    const { paper, shown } = await store.read(ballot);
    if (paper === null || shown === null) return;
    const outcome = await this.#showAgain(paper, shown, jobId(job));
    if (choice === null || word !== true) return;
    const account = await this.#deps.rooms.reader(room);
    const content = messageContent({
      text: voteCounted[paper.lang](plainWords(choice, 60), outcome),
      msgtype: 'm.notice',
      replyTo: source,
      chavion: { v: 1, kind: 'notice', source },
      ...(paper.thread === undefined ? {} : { thread: paper.thread }),
    });
    await account.send(room, 'm.room.message', content, `${source}.recounted`);
  }

  async #ask(
    job: BallotJob,
    voter: AgentId,
    heard: { readonly source: Entry; readonly entries: readonly Entry[] },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#deps.store.cast(job.source, voter, await askVoter(job, voter, heard, this.#deps, signal));
  }

  async #say(job: BallotJob): Promise<void> {
    const { store, rooms, residents } = this.#deps;
    const stored = await store.read(job.source);
    const account = await rooms.reader(job.room);
    const event = await account.send(
      job.room,
      'm.room.message',
      this.#content(job, this.#text(job, stored)),
      jobId(job),
    );
    await store.shownAt(job, event);
    // Only the coordinator's keys are there for everybody; whoever else had to speak puts none.
    if (account.userId !== residents.coordinator) return;
    const keys = OPTION_KEYS.slice(0, optionsOn(job, stored).length);
    for (const [at, key] of keys.entries()) {
      const relation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key } };
      // Somebody who tapped the same key by another hand of ours, or a room that lets nobody react.
      await account.send(job.room, 'm.reaction', relation, `${jobId(job)}.key.${at}`).catch((error: unknown) => {
        if (!refused(error)) throw error;
      });
    }
  }

  /** What stands there is edited until it says what is stored: of two at once the later one may read first. */
  async #showAgain(job: BallotJob, shown: EventId, cause: string): Promise<string> {
    const { store, rooms } = this.#deps;
    const account = await rooms.reader(job.room);
    let stored = await store.read(job.source);
    for (let round = 0; round < 5; round += 1) {
      const text = this.#text(job, stored);
      await account.send(job.room, 'm.room.message', editContent(shown, this.#message(job, text)), `${cause}.${round}`);
      stored = await store.read(job.source);
      if (this.#text(job, stored) === text) break;
    }
    return outcomeShort[job.lang](viewOf(job, stored, this.#names()));
  }

  #text(job: BallotJob, stored: Awaited<ReturnType<BallotStore['read']>>): string {
    return ballotShown[job.lang](viewOf(job, stored, this.#names()));
  }

  #message(job: BallotJob, text: string) {
    return { text, chavion: { v: 1, kind: 'notice', source: job.source } } as const;
  }

  /** The answer to a master's question: it rings, as any answer does. */
  #content(job: BallotJob, text: string): Record<string, unknown> {
    return messageContent({
      ...this.#message(job, text),
      replyTo: job.source,
      ...(job.thread === undefined ? {} : { thread: job.thread }),
    });
  }

  #names(): Naming {
    const { residents, roster } = this.#deps;
    return {
      ownerTitle: roster.ownerTitle,
      agent: (id) => plainWords(residents.byId.get(id)?.config.name ?? id, 40),
      master: (user) => `${roster.ownerTitle} ${plainWords(user.slice(1).split(':')[0] ?? '', 20)}`,
    };
  }
}
