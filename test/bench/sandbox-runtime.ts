/**
 * How long `@anthropic-ai/sandbox-runtime` takes for one `true`, as it is meant to be used: wrap, then spawn.
 * A process of its own, for it keeps proxies running. Prints the milliseconds of each run, or why there are none.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxManager } from '@anthropic-ai/sandbox-runtime';

const runs = Number(process.argv[2] ?? 20);
const folder = mkdtempSync(join(tmpdir(), 'chavion-srt-'));
try {
  await SandboxManager.initialize({
    network: { allowedDomains: [], deniedDomains: [] },
    filesystem: { denyRead: [], allowWrite: [folder], denyWrite: [] },
  });
  const latenciesMs: number[] = [];
  for (let i = 0; i < runs + 3; i += 1) {
    const began = performance.now();
    const command = await SandboxManager.wrapWithSandbox('true');
    const [code] = await once(spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] }), 'close');
    if (code !== 0) throw new Error(`true ended with ${String(code)}`);
    if (i >= 3) latenciesMs.push(performance.now() - began);
  }
  process.stdout.write(`${JSON.stringify({ latenciesMs })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ missing: error instanceof Error ? error.message : 'unknown' })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}
