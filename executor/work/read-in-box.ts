import { programCommand } from '../sandbox/program-command.ts';
import { DEFAULT_LIMITS, type OutputObserver, type Sandbox, type SandboxResult } from '../sandbox/sandbox.ts';

export interface ReadingBox {
  readonly sandbox: Sandbox;
  /** Empty; the box has it for a workspace and cannot write it. */
  readonly folder: string;
  /** Of the program's own work twice as much is let pass. */
  readonly timeoutMs: number;
  readonly outputBytes: number;
}

export interface BoxReading {
  readonly result: SandboxResult;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of the house's reads a stranger's file from its stdin: no network, nothing to write, the file alone. */
export async function readInBox(
  { sandbox, folder, timeoutMs, outputBytes }: ReadingBox,
  { program, args, stdin }: { readonly program: string; readonly args: readonly string[]; readonly stdin: Uint8Array },
): Promise<BoxReading> {
  const limits = { ...DEFAULT_LIMITS, cpuMs: timeoutMs * 2, outputBytes, processes: 64 };
  const said = { stdout: '', stderr: '' };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const hear = (way: 'stdout' | 'stderr') => (chunk: Uint8Array) => {
    said[way] += decoders[way].decode(chunk, { stream: true });
  };
  const observer: OutputObserver = { stdout: hear('stdout'), stderr: hear('stderr') };
  const result = await sandbox.run(
    {
      ...programCommand(program, args, limits),
      cwd: '.',
      stdin,
      timeoutMs,
      workspace: { path: folder, writable: false },
      lent: [],
      egress: null,
      limits,
    },
    observer,
    AbortSignal.timeout(timeoutMs * 2),
  );
  return { result, ...said };
}

/** Why nothing was read; null where it was. */
export function wordOf({ result, stderr }: BoxReading): string | null {
  if (result.kind === 'sandbox-error') return 'unavailable';
  // Whatever of time, memory and output was too much: the file asks for more than any honest one.
  if (result.kind === 'killed') return 'too-much';
  if (result.code === 0) return null;
  return /^([a-z-]{1,40}): /.exec(stderr)?.[1] ?? 'too-much';
}
