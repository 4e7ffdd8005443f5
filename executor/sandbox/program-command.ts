import { BOX_PATHS, type SandboxJob } from './sandbox.ts';

const MiB = 1024 * 1024;
/** Node itself, its threads' stacks and what lies outside of its heap. */
const BESIDE_HEAP = 192 * MiB;

/** A program of `executor/programs` by its file's name without the ending; its heap ends before the box's memory does. */
export const programCommand = (
  name: string,
  args: readonly string[],
  limits: Pick<SandboxJob['limits'], 'memoryBytes'>,
): Pick<SandboxJob, 'command' | 'programs'> => ({
  command: {
    argv: [
      BOX_PATHS.node,
      `--max-old-space-size=${Math.max(64, Math.floor((limits.memoryBytes - BESIDE_HEAP) / MiB))}`,
      '--disable-warning=ExperimentalWarning',
      `${BOX_PATHS.programs}/${name}.ts`,
      ...args,
    ],
  },
  programs: true,
});
