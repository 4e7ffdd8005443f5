import { createHash } from 'node:crypto';
import type { Command } from '../../bridge/protocol/command.ts';
import { CommandId, WorkPath } from '../../bridge/protocol/command-fields.ts';
import { jobFor } from './command-job.ts';
import { DEFAULT_LIMITS, type Sandbox, type SandboxResult } from './sandbox.ts';

/** An entry of a workspace as `find` tells it: f file, d folder, l link, p pipe, s socket. */
export interface FileEntry {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly path: string;
  readonly bytes: number;
  /** As the file says; a job can set it as it likes. */
  readonly modifiedMs: number;
}

export interface WorkspaceArtifact {
  readonly path: WorkPath;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

const KINDS: Readonly<Record<string, FileEntry['kind']>> = { f: 'file', d: 'folder', l: 'link' };
const TIMEOUT_MS = 30_000;
const MAX_ENTRIES = 10_000;

/** Reads what `list_files` printed; entries that make no sense are left out. */
export function parseListing(output: Uint8Array): FileEntry[] {
  return Buffer.from(output)
    .toString()
    .split('\0')
    .flatMap((line) => {
      const found = /^(\S) (\d+) (\d+(?:\.\d+)?) (.+)$/s.exec(line);
      if (found === null) return [];
      const [, kind = '', bytes, seconds, path = ''] = found;
      return [
        { kind: KINDS[kind] ?? 'other', path, bytes: Number(bytes), modifiedMs: Math.floor(Number(seconds) * 1000) },
      ];
    });
}

/**
 * Fetches files out of a workspace, each by a job of its own that can see nothing else: no archive is unpacked here, no
 * path of the workspace is opened by us. Links, special files, files that changed and names nobody should read are
 * left out, as is what would pass `maxBytes` in all.
 */
export async function takeArtifacts(
  sandbox: Sandbox,
  workspacePath: string,
  wanted: { readonly modifiedSinceMs: number; readonly maxFiles: number; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<{ readonly artifacts: readonly WorkspaceArtifact[]; readonly leftOut: readonly string[] }> {
  const all = await listWorkspace(sandbox, workspacePath, signal);
  const recent = all.filter((entry) => entry.kind !== 'folder' && entry.modifiedMs >= wanted.modifiedSinceMs);
  const artifacts: WorkspaceArtifact[] = [];
  const leftOut: string[] = [];
  let room = wanted.maxBytes;
  for (const entry of recent.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const path = WorkPath.safeParse(entry.path);
    const wantedHere =
      entry.kind === 'file' &&
      path.success &&
      path.data === entry.path &&
      entry.bytes <= room &&
      artifacts.length < wanted.maxFiles;
    const bytes =
      wantedHere && path.success ? await readWhole(sandbox, workspacePath, path.data, room, signal) : undefined;
    if (bytes === undefined || !path.success) {
      leftOut.push(entry.path);
      continue;
    }
    room -= bytes.length;
    artifacts.push({ path: path.data, bytes, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  return { artifacts, leftOut };
}

export async function listWorkspace(
  sandbox: Sandbox,
  workspacePath: string,
  signal: AbortSignal,
): Promise<FileEntry[]> {
  const { output, result } = await fileJob(
    sandbox,
    workspacePath,
    { type: 'list_files', ...COMMON, path: WorkPath.parse('.'), maxEntries: MAX_ENTRIES },
    signal,
  );
  if (result.kind !== 'exited' || result.code !== 0) throw new Error('the workspace cannot be listed');
  return parseListing(output);
}

/** Undefined when it is no plain file any more, or has grown past `maxBytes`. */
async function readWhole(
  sandbox: Sandbox,
  workspacePath: string,
  path: WorkPath,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { output, result } = await fileJob(
    sandbox,
    workspacePath,
    { type: 'read_file', ...COMMON, path, maxBytes: maxBytes + 1 },
    signal,
  );
  return result.kind === 'exited' && result.code === 0 && output.length <= maxBytes ? output : undefined;
}

const COMMON = {
  id: CommandId.parse('files'),
  reason: 'taking the files of a task',
  success: { exitCode: 0 },
  repeatable: true,
  after: [],
  timeoutMs: TIMEOUT_MS,
};

async function fileJob(
  sandbox: Sandbox,
  workspacePath: string,
  command: Command,
  signal: AbortSignal,
): Promise<{ output: Uint8Array; result: SandboxResult }> {
  const chunks: Uint8Array[] = [];
  const outputBytes = 'maxBytes' in command ? command.maxBytes + 4096 : DEFAULT_LIMITS.outputBytes;
  const job = jobFor(command, {
    workspacePath,
    lentPaths: new Map(),
    egress: null,
    limits: { ...DEFAULT_LIMITS, outputBytes },
  });
  const result = await sandbox.run(
    job,
    { stdout: (chunk) => void chunks.push(chunk), stderr: () => undefined },
    signal,
  );
  return { output: Buffer.concat(chunks), result };
}
