import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bwrapFlags, prlimitCommand } from '../../executor/sandbox/bwrap-flags.ts';
import { DEFAULT_LIMITS, INSIDE } from '../../executor/sandbox/sandbox.ts';
import { machineOf, seccompFilter } from '../../executor/sandbox/seccomp.ts';
import { buildSkeleton } from '../../executor/sandbox/skeleton.ts';

/**
 * The same flags, filter, limits and command as an order of `true`, handed over in files, and nothing around them:
 * no pipes, no watchdog, no gate, no control group.
 */
export function bareBwrap(folder: string, workspace: string, options: { readonly controlGroups: boolean; readonly script: string | null }): () => Promise<void> {
  mkdirSync(join(folder, 'bare'), { recursive: true });
  const base = buildSkeleton(join(folder, 'bare'));
  const files = options.script === null ? [] : [INSIDE.script];
  const flags = bwrapFlags({ base, workspaceWritable: true, lent: [], files, egressSocket: undefined, tmpBytes: DEFAULT_LIMITS.tmpBytes });
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
  const own = options.script === null ? ['/usr/bin/true'] : ['/usr/bin/bash', '--noprofile', '--norc', INSIDE.script];
  const command = [...prlimitCommand(DEFAULT_LIMITS, { dataLimit: !options.controlGroups }), ...own];
  return async () => {
    const open = handed.map((path) => openSync(path, path === '/dev/null' ? 'r+' : 'r'));
    const child = spawn('/usr/bin/bwrap', ['--args', '3', '--', ...command], { env: {}, cwd: '/', stdio: ['ignore', 'ignore', 'inherit', ...open] });
    for (const file of open) closeSync(file);
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`bare bwrap ended with ${code}`);
  };
}
