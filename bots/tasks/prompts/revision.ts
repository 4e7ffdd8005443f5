import type { TaskState } from '../state/task-state.ts';
import { clipped, quoted } from './quoted.ts';

/** What is to be done: the mission, and what the owner wants changed of what came of it. `room`: tokens. */
export function missionNow({ mission, revision }: Pick<TaskState, 'mission' | 'revision'>, room: number): string {
  if (revision === undefined) return quoted('mission', clipped(mission, room));
  return [
    quoted('earlier mission', clipped(mission, room / 2)),
    'That was carried out, and the owner has looked at the result. The mission is now this change of it, and nothing else:',
    quoted('mission', clipped(revision.words, room / 2)),
  ].join('\n');
}

/** For planners: the mission stands in what all phases share. */
export function changeWanted({ revision }: Pick<TaskState, 'revision'>, room: number): readonly string[] {
  if (revision === undefined) return [];
  return [
    'The mission above was carried out, and the owner has looked at the result. What he wants now is this change of it, and nothing else:',
    quoted('change', clipped(revision.words, room)),
    'Plan only that. The workspace still holds what was made: change the file that is there, under the name that it has, and leave everything else as it is; first look at it where you do not know it. Name every file that the change touches in "artifacts", so that the owner gets the new version. Ask for no folder, address or letter that the earlier plans did not have, unless the change cannot be made without.',
  ];
}

export const reportOfRevision = ({ revision }: Pick<TaskState, 'revision'>): readonly string[] =>
  revision === undefined
    ? []
    : [
        'This was a change of something that the owner knows already: say in one to three sentences what is different now, then show what has changed; do not tell the rest again.',
      ];
