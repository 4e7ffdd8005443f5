import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Looks } from '../../bridge/launcher/supervision/unresponsive.ts';
import { answers200 } from '../../bridge/launcher/parts.ts';
import { SupervisedPart } from '../../bridge/launcher/supervision/supervisor.ts';
import { DEAF } from '../../bridge/text/terminal/parts.ts';

const LOOKS: Looks = { everyMs: 30, silent: 4 };
/** Listens after a while; at /busy it says that it cannot work. */
const SERVER = `const [, port, waitMs] = process.argv.map(Number);
setTimeout(() => require('node:http').createServer((request, response) => { response.writeHead(request.url === '/busy' ? 503 : 200).end(); }).listen(port, '127.0.0.1'), waitMs);`;

const folder = mkdtempSync(join(tmpdir(), 'chavion-supervisor-'));
const running: SupervisedPart[] = [];
afterEach(async () => void (await Promise.all(running.splice(0).map((part) => part.stop()))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function partOf({ waitMs = 0, alive = '/', hears = (_look: number): boolean => true, slow = false } = {}) {
  const port = await freePort();
  const died: string[] = [];
  const quiet: string[] = [];
  const pids: number[] = [];
  let looks = 0;
  let answered = 0;
  const says = async (path: string) => {
    const heard =
      hears((looks += 1)) &&
      (await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1_000) }).then(
        ({ status }) => status > 0,
        () => false,
      ));
    if (heard) answered += 1;
    return heard;
  };
  const part = new SupervisedPart(
    {
      part: 'swarm',
      program: process.execPath,
      args: [
        '-e',
        slow ? `${SERVER}; process.on('SIGTERM', () => setTimeout(() => process.exit(), 300))` : SERVER,
        String(port),
        String(waitMs),
      ],
      cwd: tmpdir(),
      environment: () => ({}),
      log: join(folder, 'part.log'),
      answers: () => answers200(`http://127.0.0.1:${port}/`),
      alive: () => says(alive),
      graceMs: slow ? 20_000 : 0,
    },
    {
      changed: (_, process) => void (process !== null && pids.push(process.pid)),
      died: (_, how) => void died.push(how),
      silent: () => void quiet.push('silent'),
      back: () => void quiet.push('back'),
    },
    LOOKS,
  );
  running.push(part);
  part.start();
  return { part, died, quiet, pids, looks: () => looks, answered: () => answered };
}

async function until(look: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !look(); await sleep(10))
    if (Date.now() > end) throw new Error('waited in vain');
}

describe('a part that hangs', () => {
  it('is ended and started again, and answers', async () => {
    const { part, died, quiet, pids, answered } = await partOf();
    expect(await part.ready()).toBe(true);
    // Whoever has never answered a look may be silent for as long as it likes.
    await until(() => answered() > 0);
    const [first = 0] = pids;
    process.kill(first, 'SIGSTOP');
    await until(() => quiet.length === 2);
    expect(pids).toHaveLength(2);
    expect(died).toEqual([DEAF]);
    expect(quiet).toEqual(['silent', 'back']);
    expect(await part.ready()).toBe(true);
    expect(() => process.kill(first, 0)).toThrow('ESRCH');
  });

  it('is told from one that answers that it cannot work now', async () => {
    const { part, died, looks } = await partOf({ alive: '/busy' });
    expect(await part.ready()).toBe(true);
    await until(() => looks() > 2 * LOOKS.silent);
    expect(died).toEqual([]);
  });

  it('is told from one that has not yet come up', async () => {
    const { part, died } = await partOf({ waitMs: 1_000 });
    expect(await part.ready()).toBe(true);
    expect(died).toEqual([]);
  });

  it('is told from one that has missed a look or two', async () => {
    const { part, died, quiet, looks } = await partOf({ hears: (look) => look % LOOKS.silent === 0 });
    expect(await part.ready()).toBe(true);
    await until(() => looks() > 5 * LOOKS.silent);
    expect(died).toEqual([]);
    expect(quiet.slice(0, 4)).toEqual(['silent', 'back', 'silent', 'back']);
  });

  it('is stopped only when it has ended, though its end was asked for before', async () => {
    const { part, pids } = await partOf({ slow: true });
    expect(await part.ready()).toBe(true);
    void part.suspend();
    await part.stop();
    expect(() => process.kill(pids[0] ?? 0, 0)).toThrow('ESRCH');
  });

  it('is left alone once it is being stopped', async () => {
    const { part, died, pids, looks } = await partOf();
    expect(await part.ready()).toBe(true);
    await until(() => looks() > 2);
    await part.suspend();
    await sleep(10 * LOOKS.everyMs);
    expect([died, pids.length]).toEqual([[], 1]);
  });
});
