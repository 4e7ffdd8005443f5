import type { z } from 'zod';
import type { Command } from '../../bridge/protocol/command.ts';
import type { Limits, SandboxResult } from '../../executor/sandbox/sandbox.ts';

export const FAMILIES = [
  'foreign files',
  'proc, environment, descriptors',
  'network',
  'exhaustion',
  'daemons',
  'privileges',
  'terminal',
  'file paths and artifacts',
  'planted files',
] as const;
export type Family = (typeof FAMILIES)[number];

export type CommandInput = z.input<typeof Command>;

/** One attack, as somebody could order it. The same data runs over the bare sandbox and through the whole executor. */
export interface AbuseCase {
  readonly name: string;
  readonly family: Family;
  /** Before the command: what an earlier one could have left in the workspace. */
  readonly prepare?: (scene: Scene) => void;
  readonly command: (scene: Scene) => CommandInput;
  readonly limits?: Partial<Limits>;
  /** Ends the job from outside after so long. */
  readonly cancelAfterMs?: number;
  /**
   * Shows that the attack was made and not merely misspelt: in the output, or of the result where there can be none.
   */
  readonly attempted: string | ((outcome: Outcome) => boolean);
  /** The harm that was done, in words; undefined when there was none. */
  readonly harm: (scene: Scene, outcome: Outcome) => string | undefined | Promise<string | undefined>;
  /** Why it cannot be tried on this machine. */
  readonly cannotRun?: () => string | undefined;
}

/** A stage for one case: whatever is on it is the case's own. */
export interface Scene {
  readonly workspace: string;
  /** A file that the executor's account can read and no job may. */
  readonly secret: { readonly path: string; readonly folder: string; readonly token: string };
  /** The workspace of another task, with a file in it. */
  readonly neighbour: { readonly path: string; readonly token: string };
  /** Lent as `papers` (ro) and `site` (rw). */
  readonly papers: string;
  readonly site: string;
  /** Stands in the command line of what must not outlive the job. */
  readonly marker: string;
  readonly host: HostServices;
}

/** What runs beside the sandbox on this machine, and has to hear nothing of it. */
export interface HostServices {
  readonly tcp4: number;
  readonly tcp6: number | undefined;
  readonly udp4: number;
  readonly abstractSocket: string;
  /** Connections and packets that reached any of them, ever, with this word in them or none. */
  heard(): number;
  /** A process of the executor's own account. */
  readonly bystander: number;
}

export interface Outcome {
  readonly result: SandboxResult | { readonly kind: 'refused'; readonly fields: readonly string[] };
  readonly stdout: string;
  readonly stderr: string;
}
