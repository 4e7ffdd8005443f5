import type { HouseCommandJob, HouseCommandName, NoticeJob } from '../bridge/protocol/turn.ts';
import { unknownCommand } from '../bridge/text/room.ts';

/**
 * Carries out one command of a master's. Run at least once for each message: what it does hangs on `job.source`.
 * @returns what the coordinator says to it, Markdown in `job.lang`; null where something else has been said.
 */
export type HouseCommand = (job: HouseCommandJob) => Promise<string | null>;
export type HouseCommands = Partial<Record<HouseCommandName, HouseCommand>>;

export async function carryOutCommand(job: HouseCommandJob, commands: HouseCommands, say: (line: NoticeJob) => Promise<void>): Promise<void> {
  const command = commands[job.name];
  const text = command === undefined ? unknownCommand[job.lang](job.name, null) : await command(job);
  if (text === null) return;
  await say({ type: 'notice', room: job.room, source: job.source, ...(job.thread === undefined ? {} : { thread: job.thread }), text });
}
