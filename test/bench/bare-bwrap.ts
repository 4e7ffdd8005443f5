import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bwrapFlags } from '../../executor/sandbox/bwrap-flags.ts';
import { DEFAULT_LIMITS, BOX_PATHS, type Limits } from '../../executor/sandbox/sandbox.ts';
import { machineOf, seccompFilter } from '../../executor/sandbox/seccomp/seccomp.ts';
import { buildSkeleton } from '../../executor/sandbox/skeleton.ts';

/** Read by whoever starts the bench: the account that it becomes may not. */
const LOOP = readFileSync(new URL('./bare-loop.pl', import.meta.url), 'utf8');

/**
 * The same box made by bwrap alone, with the filter, limits and command of an order of `true` handed over in files, and
 * nothing around them: no pipes, no watchdog, no gate, no control group.
 */
export interface BareBwrap {
  /** Once, by Node's own `spawn`. */
  run(): Promise<void>;
  /** So often and so many at a time, by a process that does nothing else (`bare-loop.pl`). */
  loop(runs: number, width: number): Promise<void>;
}

export function bareBwrap(
  folder: string,
  workspace: string,
  options: { readonly controlGroups: boolean; readonly script: string | null },
): BareBwrap {
  mkdirSync(join(folder, 'bare'), { recursive: true });
  const base = buildSkeleton(join(folder, 'bare'));
  const files = options.script === null ? [] : [BOX_PATHS.script];
  const flags = bwrapFlags({
    base,
    workspaceWritable: true,
    lent: [],
    files,
    egressSocket: undefined,
    house: [],
    tmpBytes: DEFAULT_LIMITS.tmpBytes,
  });
  const machine = machineOf(process.arch);
  if (machine === undefined) throw new Error(`no filter for ${process.arch}`);
  const kept = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, 'bare', name), content);
    return join(folder, 'bare', name);
  };
  const handed = [
    kept('flags', flags.map((flag) => `${flag}\0`).join('')),
    kept('filter', seccompFilter(machine, { unixSockets: true, namelessMemory: options.controlGroups })),
    '/dev/null',
    '/dev/null',
    workspace,
    ...(options.script === null ? [] : [kept('script', options.script)]),
  ];
  const own =
    options.script === null ? ['/usr/bin/true'] : ['/usr/bin/bash', '--noprofile', '--norc', BOX_PATHS.script];
  const command = [...limited(DEFAULT_LIMITS, { dataLimit: !options.controlGroups }), ...own];
  const line = ['/usr/bin/bwrap', '--args', '3', '--', ...command] as const;
  const ended = async (child: ChildProcess) => {
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`bare bwrap ended with ${code}`);
  };
  return {
    run() {
      const open = handed.map((path) => openSync(path, path === '/dev/null' ? 'r+' : 'r'));
      const child = spawn(line[0], line.slice(1), {
        env: {},
        cwd: '/',
        stdio: ['ignore', 'ignore', 'inherit', ...open],
      });
      for (const file of open) closeSync(file);
      return ended(child);
    },
    loop: (runs, width) =>
      ended(
        spawn('/usr/bin/perl', ['-e', LOOP, String(runs), String(width), handed.join(','), ...line], {
          env: {},
          cwd: '/',
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
      ),
  };
}

/** The sandbox's limits, by the program that is there for it. */
const limited = (limits: Limits, options: { readonly dataLimit: boolean }): string[] => [
  '/usr/bin/prlimit',
  `--nproc=${limits.processes}`,
  `--nofile=${limits.openFiles}`,
  `--fsize=${limits.fileBytes}`,
  `--cpu=${Math.ceil(limits.cpuMs / 1000)}`,
  '--core=0',
  '--memlock=65536',
  '--msgqueue=0',
  '--rtprio=0',
  ...(options.dataLimit ? [`--data=${limits.memoryBytes}`] : []),
  '--',
];
