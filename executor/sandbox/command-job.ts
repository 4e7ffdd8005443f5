import { type HostPort } from '../../bridge/protocol/command-fields.ts';
import { hostsOfCommand, lentTo, writesWorkspace, type Command } from '../../bridge/protocol/command.ts';
import type { Destination } from './egress/allow-list.ts';
import { programCommand } from './program-command.ts';
import { BOX_PATHS, type HostFolder, type MountedFolder, type Limits, type SandboxJob } from './sandbox.ts';

export interface SandboxJobContext {
  readonly workspacePath: string;
  /** What the owner lends at this moment, by name. */
  readonly lentPaths: ReadonlyMap<string, { readonly path: string; readonly writable: boolean }>;
  /** Needed by a command that names hosts. */
  readonly egress: SandboxJob['egress'];
  readonly limits: Limits;
}

/**
 * The box for a command: exactly what its fields ask for. Throws where the owner no longer lends a folder, or lends it
 * for reading only: what was approved cannot be had then.
 */
export function jobFor(command: Command, context: SandboxJobContext): SandboxJob {
  const workspace: HostFolder = { path: context.workspacePath, writable: writesWorkspace(command) };
  const networked = hostsOfCommand(command).length > 0;
  if (networked && context.egress === null) throw new Error('a command with hosts needs an egress proxy');
  return {
    ...work(command, context.limits),
    timeoutMs: command.timeoutMs,
    workspace,
    lent: lentFolders(command, context),
    egress: networked ? context.egress : null,
    limits: context.limits,
  };
}

export function destinationOf(host: HostPort): Destination {
  const at = host.lastIndexOf(':');
  return { host: host.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(host.slice(at + 1)) };
}

function lentFolders(command: Command, context: SandboxJobContext): MountedFolder[] {
  return lentTo(command).map(({ name, access }) => {
    const lent = context.lentPaths.get(name);
    if (lent === undefined) throw new Error(`lent: ${name} is not lent`);
    if (access === 'rw' && !lent.writable) throw new Error(`lent: ${name} is lent for reading only`);
    return { name, path: lent.path, writable: access === 'rw' };
  });
}

/** Written beside its place and moved there, so that a file is there whole or not at all. A folder or a link in its place is not followed. */
const WRITE = `set -eu; umask 077; d=$(dirname -- "$1"); mkdir -p -- "$d"; t=$(mktemp -- "$d/.chavion-XXXXXXXX")
trap 'rm -f -- "$t"' EXIT; cat >"$t"; chmod "$2" "$t"; mv -fT -- "$t" "$1"`;
/** Only plain files: a pipe or a device would never end. One byte more than wanted tells that there is more. */
const READ = `set -eu; [ -f "$1" ] || { echo "not a plain file: $1" >&2; exit 66; }; exec head -c "$2" -- "$1"`;
const LIST = `set -eu; [ -d "$1" ] || { echo "not a folder: $1" >&2; exit 66; }
find "$1" -mindepth 1 -printf '%y %s %T@ %P\\0' | head -z -n "$2"`;

/** Letters, and bytes as JSON: what the end of a command's output keeps for whoever asked (`reports/result-content.ts`). */
const SHOWN = ['12000', '11600'] as const;
const MAY_GO = `[ -f "$1" ] || { echo "not a plain file: $1" >&2; exit 66; }
[ "$(stat -c %s -- "$1")" -lt 4194304 ] || { echo "4 MiB or more: too large to hand over" >&2; exit 65; }`;

const bash = (script: string, ...args: string[]) => ({
  argv: ['/usr/bin/bash', '--noprofile', '--norc', '-c', script, 'chavion', ...args] as const,
});
const inside = (path: string) => `${BOX_PATHS.workspace}/${path}`;

function work(command: Command, limits: Limits): Pick<SandboxJob, 'command' | 'cwd' | 'stdin' | 'programs'> {
  switch (command.type) {
    case 'run':
      return { command: { argv: command.argv }, cwd: command.cwd, ...stdin(command.stdin) };
    case 'shell':
      return { command: { script: command.script }, cwd: command.cwd, ...stdin(command.stdin) };
    case 'write_file':
      return {
        command: bash(WRITE, inside(command.path), command.executable ? '755' : '644'),
        cwd: '.',
        stdin: Buffer.from(command.content, command.encoding),
      };
    case 'read_file':
      return { command: bash(READ, inside(command.path), String(command.maxBytes)), cwd: '.' };
    case 'list_files':
      return { command: bash(LIST, inside(command.path), String(command.maxEntries)), cwd: '.' };
    case 'fetch':
      return {
        command: {
          argv: [
            '/usr/bin/perl',
            BOX_PATHS.fetch,
            BOX_PATHS.egressSocket,
            command.method,
            command.url,
            ...Object.entries(command.headers).map(([name, value]) => `${name}: ${value}`),
          ],
        },
        cwd: '.',
        ...stdin(command.body),
      };
    case 'read_page':
      return {
        ...programCommand('read-page', [BOX_PATHS.egressSocket, command.url, String(command.from)], limits),
        cwd: '.',
      };
    case 'read_document':
      return { ...programCommand('read-document', [command.path, String(command.from), ...SHOWN], limits), cwd: '.' };
    case 'make_document':
      return { ...programCommand('make-document', [command.path], limits), cwd: '.', ...stdin(command.content) };
    // Reading it shows that it is there; handing it over is the report's.
    case 'send_file':
      return { command: bash(MAY_GO, inside(command.path)), cwd: '.' };
    // Effects of the executor's own (`executor/work/effects.ts`).
    case 'send_mail':
    case 'read_mail':
    case 'call_tool':
      throw new Error(`${command.type} is no job for the box`);
  }
}

const stdin = (text: string | undefined) => (text === undefined ? {} : { stdin: Buffer.from(text) });
