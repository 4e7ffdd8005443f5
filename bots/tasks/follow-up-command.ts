import { permalink } from '../../bridge/matrix/permalink.ts';
import * as say from '../../bridge/text/tasks/revisions.ts';
import { nobodyReady, noSuchTask } from '../../bridge/text/tasks/task-commands.ts';
import type { SwarmCommand } from '../commands/house-commands.ts';
import { isTaken, LONGEST_WISH } from './reducer/revising.ts';
import type { Tasks } from './tasks.ts';

export interface FollowUpDeps {
  readonly tasks: Pick<Tasks, 'revise' | 'readyIn'>;
  readonly serverName: string;
}

/** A change that a master wants of what a finished task has made. */
export function followUpCommand({ tasks, serverName }: FollowUpDeps): SwarmCommand {
  return async ({ task: root, source, by, at, words, room, thread, agent, lang }) => {
    if (root === undefined) return null;
    if (words.length > LONGEST_WISH) return say.followUpTooLong[lang](LONGEST_WISH);
    const after = await tasks.revise(root, {
      event: source,
      by,
      words,
      sent: at,
      ...(agent === undefined ? {} : { agent }),
    });
    if (after === null) return noSuchTask[lang](0);
    const { revision, revisionsWanted = [], no } = after;
    if (!isTaken(after, source))
      return (await tasks.readyIn(room)).length === 0 ? nobodyReady[lang]() : say.tooManyWait[lang]();
    const there = thread === root ? '' : permalink(room, root, serverName);
    return revisionsWanted.some(({ event }) => event === source)
      ? say.revisionWaits[lang](no, there)
      : say.revisionBegins[lang](no, revision?.no ?? 1, there);
  };
}
