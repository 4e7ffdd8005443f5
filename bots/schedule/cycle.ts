import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import type { EventId, Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import { jobId, type OccurrenceJob } from '../../bridge/protocol/turn.ts';
import * as say from '../../bridge/text/room/schedule.ts';
import { PHASE_MARK } from '../../bridge/text/tasks/task-words.ts';
import { periodKey } from '../budget/periods.ts';
import { permalink } from '../../bridge/matrix/permalink.ts';
import { shownPhase } from '../tasks/runtime/machine.ts';
import { ENDED } from '../tasks/state/task-state.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { sentAt } from './order-event.ts';
import { goesOn, outcomeOf, recentMatters, roundNames } from './round.ts';
import type { Kept, ScheduleStore } from './schedule-store.ts';

export interface CycleDeps {
  readonly roster: Roster;
  readonly serverName: string;
  /** The room as it reads now. */
  readonly view: (room: RoomId) => Promise<readonly Entry[]>;
  /** How somebody is called; null for parts of the house. */
  readonly nameOf: (user: UserId) => string | null;
  readonly round: {
    readonly store: ScheduleStore;
    readonly tasks: Pick<Tasks, 'start' | 'get'>;
    readonly coordinator: Pick<Account, 'send' | 'event'>;
    readonly timeZone: string;
    readonly now: () => number;
  };
}

/** A round is a task of its own, noted in the thread of its day. */
export async function beginCycleRound(schedule: Kept, job: OccurrenceJob, deps: CycleDeps): Promise<void> {
  const { store, tasks, coordinator, timeZone } = deps.round;
  const { room, lang, by, source } = schedule;
  const day = periodKey('day', job.at, timeZone);
  const head = await headOfDay(day, room, lang, source, deps);
  const no = await store.roundNo(day, job.key);
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(job.at);
  const chavion = { v: 1, kind: 'notice', source } as const;
  const root = await coordinator.send(
    room,
    'm.room.message',
    messageContent({ text: say.roundHead[lang](no, time), msgtype: 'm.notice', chavion }),
    jobId(job),
  );
  await store.ran(schedule.id, { key: job.key, root });
  await store.openRound({ root, no, day, head, room, lang });
  const known = await tasks.get(root);
  const mission =
    known?.mission ??
    say.roundMission[lang](
      roundNames(deps.roster),
      recentMatters(await deps.view(room), deps.nameOf) || say.nothingRecent[lang](),
    );
  const task = await tasks.start({
    root,
    room,
    at: await sentAt(coordinator, room, root),
    by,
    origin: 'cycle',
    mission,
    lang,
  });
  const text = say.roundBegun[lang](no, task.no, permalink(room, root, deps.serverName));
  await coordinator.send(
    room,
    'm.room.message',
    messageContent({ text, msgtype: 'm.notice', chavion, thread: head }),
    `${jobId(job)}.begun`,
  );
}

async function headOfDay(
  day: string,
  room: RoomId,
  lang: Lang,
  source: EventId,
  { round: { store, coordinator } }: CycleDeps,
): Promise<EventId> {
  const known = await store.head(day);
  if (known !== null) return known;
  const content = messageContent({
    text: say.dayHead[lang](day),
    msgtype: 'm.notice',
    chavion: { v: 1, kind: 'notice', source },
  });
  const head = await coordinator.send(room, 'm.room.message', content, `cycle.${day}.${source}`);
  await store.setHead(day, head);
  return head;
}

/** Rounds that have ended since are told in the thread of their day. */
export async function tellEnds({ round: { store, tasks, coordinator } }: CycleDeps): Promise<void> {
  for (const round of await store.openRounds()) {
    const task = await tasks.get(round.root);
    if (task === null || !ENDED.has(task.phase)) continue;
    const line = say.roundEnded[round.lang](
      round.no,
      task.no,
      PHASE_MARK[shownPhase(task)],
      outcomeOf({ report: task.report, goal: task.triage?.goal ?? '' }),
    );
    await coordinator.send(
      round.room,
      'm.room.message',
      messageContent({ text: line, msgtype: 'm.notice', chavion: { v: 1, kind: 'notice' }, thread: round.head }),
      `round.${round.root}.ended`,
    );
    await store.closeRound(round, line);
  }
}

/** What the day's rounds came to; a message of its own, for whoever looks at the room in the evening. */
export async function writeDigest({ room, lang, source }: Kept, job: OccurrenceJob, deps: CycleDeps): Promise<void> {
  const { store, tasks, coordinator, timeZone } = deps.round;
  await tellEnds(deps);
  const day = periodKey('day', job.at, timeZone);
  const open = await Promise.all(
    (await store.openRounds()).map(async ({ root }) => goesOn(await tasks.get(root), 'schedule')),
  );
  const text = say.digest[lang](await store.endedRounds(day), open.filter(Boolean).length, deps.roster.ownerTitle);
  const head = await store.head(day);
  await coordinator.send(
    room,
    'm.room.message',
    messageContent({
      text,
      msgtype: 'm.notice',
      chavion: { v: 1, kind: 'notice', source },
      ...(head === null ? {} : { thread: head }),
    }),
    jobId(job),
  );
}
