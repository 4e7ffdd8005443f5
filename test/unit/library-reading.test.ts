import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LibraryJob } from '../../bridge/protocol/orders/library-document.ts';
import { libraryKey } from '../../bridge/queue/executor-queue.ts';
import type { SandboxJob } from '../../executor/sandbox/sandbox.ts';
import { SimulatedSandbox } from '../../executor/sandbox/simulated.ts';
import { Documents } from '../../executor/work/documents.ts';
import { libraryDocuments } from '../../executor/work/library-documents.ts';

const NOW = 1_700_000_000_000;
const FILE = 'mxc://test/Contract1';
const folder = mkdtempSync(join(tmpdir(), 'chavion-shelf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function executor(
  script: NonNullable<ConstructorParameters<typeof SimulatedSandbox>[0]>,
  bytes: Buffer | null = Buffer.from('%PDF'),
) {
  const jobs: SandboxJob[] = [];
  const left = new Map<string, object>();
  const documents = new Documents(
    {
      account: { download: () => (bytes === null ? Promise.reject(new Error('gone')) : Promise.resolve(bytes)) },
      sandbox: new SimulatedSandbox((job) => {
        jobs.push(job);
        return script(job);
      }),
      folder: join(folder, 'documents'),
      left: {
        has: (key) => Promise.resolve(left.has(key)),
        leave: (key, words) => Promise.resolve(void left.set(key, words)),
      },
      now: () => NOW,
    },
    libraryDocuments,
  );
  const read = async (more: Partial<LibraryJob> = {}) => {
    await documents.read({ v: 1, type: 'library', file: FILE, name: '계약서.pdf', asked: NOW, ...more });
    return left.get(libraryKey(FILE));
  };
  return { read, jobs };
}

describe('the executor, asked for the pages of a document of the library', () => {
  it('reads it in the box: no network, nothing to write, the file alone, once', async () => {
    const stdout = JSON.stringify({ unit: 'page', pages: ['첫 쪽', '둘째 쪽'] });
    const { read, jobs } = executor(() => ({ code: 0, stdout }));
    expect(await read()).toEqual({ v: 1, unit: 'page', pages: ['첫 쪽', '둘째 쪽'] });
    expect(jobs).toMatchObject([
      { programs: true, egress: null, lent: [], workspace: { writable: false }, stdin: Buffer.from('%PDF') },
    ]);
    expect(jobs[0]?.command).toMatchObject({ argv: expect.arrayContaining(['계약서.pdf']) });
    await read();
    expect(jobs).toHaveLength(1);
  });

  it('says in a word why there are none, and believes no program that says something else', async () => {
    const stderr = 'encrypted: The file is protected by a password.\n';
    expect(await executor(() => ({ code: 65, stderr })).read()).toEqual({ v: 1, word: 'encrypted' });
    expect(await executor(() => ({ code: 134 })).read()).toEqual({ v: 1, word: 'too-much' });
    expect(await executor(() => ({ code: 0 }), null).read()).toEqual({ v: 1, word: 'no-file' });
    for (const stdout of ['', '{"pages":[1]}', '{"pages":["a"],"unit":"chapter"}', '{"pages":["a"'])
      expect(await executor(() => ({ code: 0, stdout })).read()).toEqual({ v: 1, word: 'too-much' });
  });

  it('reads nothing for nobody, and goes nowhere but to the homeserver', async () => {
    const late = executor(() => ({ code: 0 }));
    expect(await late.read({ asked: NOW - 600_000 })).toBeUndefined();
    expect(late.jobs).toEqual([]);
    for (const file of ['https://example.com/a', 'mxc://a', 'mxc://a/b/c', 'mxc://a/../b', '/etc/passwd'])
      expect(LibraryJob.safeParse({ v: 1, type: 'library', file, name: '', asked: NOW }).success).toBe(false);
  });
});
