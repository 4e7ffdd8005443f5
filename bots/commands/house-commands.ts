import type { HouseCommandJob, HouseCommandName, NoticeJob } from '../../bridge/protocol/turn.ts';

/**
 * Carries out one command of a master's. Run at least once for each message: what it does hangs on `job.source`.
 * @returns what the coordinator says to it, Markdown in `job.lang`; null where something else has been said.
 */
export type HouseCommand = (job: HouseCommandJob) => Promise<string | null>;
export type HouseCommands<Name extends HouseCommandName = HouseCommandName> = Readonly<Record<Name, HouseCommand>>;

export async function carryOutCommand(job: HouseCommandJob, commands: HouseCommands, say: (line: NoticeJob) => Promise<void>): Promise<void> {
  const text = await commands[job.name](job);
  if (text === null) return;
  await say({ type: 'notice', room: job.room, source: job.source, ...(job.thread === undefined ? {} : { thread: job.thread }), text });
}
