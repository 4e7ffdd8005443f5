import { existsSync, readFileSync } from 'node:fs';

/** What was promised meanwhile is counted by whoever promises. */
const FRESH_MS = 100;
let looked = { at: Number.NEGATIVE_INFINITY, bytes: 0 };

/** What this machine, or the container around us, can still give, in bytes; as it was a moment ago. */
export function availableMemory(): number {
  const now = performance.now();
  if (now - looked.at > FRESH_MS) looked = { at: now, bytes: measured() };
  return looked.bytes;
}

function measured(): number {
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

/** An exception costs more than the question before it. */
function text(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
