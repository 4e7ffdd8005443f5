import type { SwarmCommandJob, SwarmCommandName, NoticeJob } from '../../bridge/protocol/turn.ts';

/**
 * Carries out one command of a master's. Run at least once for each message: what it does hangs on `job.source`.
 * @returns what the coordinator says to it, Markdown in `job.lang`; null where something else has been said.
 */
export type SwarmCommand = (job: SwarmCommandJob) => Promise<string | null>;
export type SwarmCommands<Name extends SwarmCommandName = SwarmCommandName> = Readonly<Record<Name, SwarmCommand>>;

export async function carryOutCommand(
  job: SwarmCommandJob,
  commands: SwarmCommands,
  say: (line: NoticeJob) => Promise<void>,
): Promise<void> {
  const text = await commands[job.name](job);
  if (text === null) return;
  await say({
    type: 'notice',
    room: job.room,
    source: job.source,
    ...(job.thread === undefined ? {} : { thread: job.thread }),
    text,
  });
}
