import { z } from 'zod';
import * as say from '../../bridge/text/hands/at-work.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { LOOKS } from './rule-of-two.ts';
import { material, type Tool, tool } from './tool.ts';

const What = z.enum(['tasks', 'schedules', 'budget', 'agents', 'commands']);
export type HouseView = z.infer<typeof What>;

export interface HouseToolDeps {
  /** As the coordinator shows it to whoever asks; null where there is nothing to show. */
  readonly view: (what: HouseView, job: TurnJob, by: UserId) => Promise<string | null>;
  readonly masters: () => Promise<ReadonlySet<UserId>>;
}

/** The house's own state, as the coordinator and the executor show it. */
export const houseTool = ({ view, masters }: HouseToolDeps): Tool =>
  tool({
    name: 'house_state',
    description:
      'Shows how the house stands: its tasks, its schedules, what was spent and may be spent, its agents, or the records of the newest commands that ran.',
    needs: 'look',
    input: z.strictObject({ what: What }),
    use: ({ what }, { lang }) => ({
      shown: say.looksAt[what][lang](),
      // What commands were and printed may be anybody's words, and the owner's things.
      flow: what === 'commands' ? { reads: 'both', does: 'nothing' } : LOOKS,
      carryOut: async ({ job }) => {
        const [by] = await masters();
        const shown = by === undefined ? null : await view(what, job, by);
        return { text: shown === null ? 'Nothing to show.' : material(what, shown) };
      },
    }),
  });
