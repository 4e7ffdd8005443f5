import { readFileSync } from 'node:fs';

/** What this machine, or the container around us, can still give, in bytes. */
export function availableMemory(): number {
  const kib = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text('/proc/meminfo') ?? '')?.[1] ?? 0);
  return Math.min(
    kib * 1024,
    left('/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory.current'),
    left('/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/memory/memory.usage_in_bytes'),
  );
}

/** Without a limit, or where nothing can be read, it is not what is scarce. */
function left(limitFile: string, usedFile: string): number {
  const [limit, used] = [Number(text(limitFile)?.trim()), Number(text(usedFile)?.trim())];
  return Number.isFinite(limit) && Number.isFinite(used) ? Math.max(0, limit - used) : Number.POSITIVE_INFINITY;
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
