import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Attachments } from '../../bots/turns/attachments.ts';
import { documentReading } from '../../bots/turns/posted-documents.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import type { DocumentJob, PostedDocument } from '../../bridge/protocol/orders/posted-document.ts';
import { documentKey } from '../../bridge/queue/executor-queue.ts';
import type { SandboxJob } from '../../executor/sandbox/sandbox.ts';
import { SimulatedSandbox } from '../../executor/sandbox/simulated.ts';
import { Documents } from '../../executor/work/documents.ts';
import { postedDocuments } from '../../executor/work/posted-documents.ts';

const HQ = RoomId.parse('!hq:test');
const POSTED = EventId.parse('$posted');
const NOW = 1_700_000_000_000;
const folder = mkdtempSync(join(tmpdir(), 'chavion-posted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const raw = (content: object, more: object = {}) => ({
  type: 'm.room.message',
  event_id: POSTED,
  room_id: HQ,
  sender: '@owner:test',
  origin_server_ts: NOW,
  content,
  ...more,
});
const FILE = {
  msgtype: 'm.file',
  body: '견적서.hwpx',
  url: 'mxc://test/file',
  info: { mimetype: 'application/octet-stream', size: 900 },
};

function executor(stands: unknown, script: ConstructorParameters<typeof SimulatedSandbox>[0] = () => ({ code: 0 })) {
  const jobs: SandboxJob[] = [];
  const left = new Map<string, object>();
  const account = { event: () => Promise.resolve(stands), download: () => Promise.resolve(Buffer.from('bytes')) };
  const documents = new Documents(
    {
      account,
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
    postedDocuments({ account, rooms: { all: [HQ] } }),
  );
  const read = async (more: Partial<DocumentJob> = {}) => {
    await documents.read({ v: 1, type: 'document', room: HQ, event: POSTED, asked: NOW, ...more });
    return left.get(documentKey(more.event ?? POSTED));
  };
  return { read, jobs, left };
}

describe('the executor, asked for the words of a posted document', () => {
  it('reads it in the box: no network, nothing to write, the file alone', async () => {
    const { read, jobs } = executor(raw(FILE), () => ({ code: 0, stdout: '공사 견적 1,200만 원' }));
    expect(await read()).toEqual({ v: 1, text: '공사 견적 1,200만 원' });
    expect(jobs).toMatchObject([
      { programs: true, egress: null, lent: [], workspace: { writable: false }, stdin: Buffer.from('bytes') },
    ]);
    await read();
    expect(jobs).toHaveLength(1);
  });

  it('says in a word why there are none', async () => {
    const stderr = 'encrypted: The file is protected by a password.\n';
    expect(await executor(raw(FILE), () => ({ code: 65, stderr })).read()).toEqual({ v: 1, word: 'encrypted' });
    expect(await executor(raw(FILE), () => ({ code: 134 })).read()).toEqual({ v: 1, word: 'too-much' });
    expect(await executor(raw(FILE), () => ({ code: 0, stdout: 'x'.repeat(2 << 20) })).read()).toEqual({
      v: 1,
      word: 'too-much',
    });
  });

  it('looks at its own rooms alone, at what stands there now, and only while somebody waits', async () => {
    const other = executor(raw(FILE));
    expect(await other.read({ room: RoomId.parse('!else:test') })).toEqual({ v: 1, word: 'other-room' });
    const redacted = executor(raw({}, { unsigned: { redacted_because: {} } }));
    expect(await redacted.read()).toEqual({ v: 1, word: 'no-file' });
    const big = executor(raw({ ...FILE, info: { size: 17 * 1024 * 1024 } }));
    expect(await big.read()).toEqual({ v: 1, word: 'too-big' });
    const late = executor(raw(FILE));
    expect(await late.read({ asked: NOW - 120_000 })).toBeUndefined();
    expect([...other.jobs, ...redacted.jobs, ...big.jobs, ...late.jobs]).toEqual([]);
  });
});

describe('a posted document in what agents are given', () => {
  const event = decodeEvent(raw(FILE), { isOwn: () => false }, HQ);
  if (event?.kind !== 'message') throw new Error('no message');
  const entries = [{ event, body: FILE.body, growing: false } as never];
  const nobody = {} as never;

  function house(answer: PostedDocument | null, waitMs = 5_000) {
    const stored = new Map<string, string>();
    const asked: unknown[] = [];
    const add = (job: unknown) => {
      asked.push(job);
      if (answer !== null) stored.set(documentKey(POSTED), JSON.stringify(answer));
      return Promise.resolve();
    };
    const redis = { get: (key: unknown) => Promise.resolve(stored.get(String(key)) ?? null) } as never;
    return { asked, attachments: new Attachments(documentReading({ redis, orders: { add }, waitMs })) };
  }

  it('is there for every agent that answers, read once', async () => {
    const { asked, attachments } = house({ v: 1, text: '공사 견적, 열쇠 sk-house-9Qx7Zr2LmV4tKp8WcN3bT6yD' });
    const all = await Promise.all([1, 2, 3].map(() => attachments.read(entries, nobody)));
    for (const read of all) expect(read.get(POSTED)).toMatchObject({ kind: 'text', masked: true });
    expect(asked).toEqual([{ v: 1, type: 'document', room: HQ, event: POSTED, asked: expect.any(Number) }]);
  });

  it('is named with one line why not', async () => {
    const { attachments } = house({ v: 1, word: 'encrypted' });
    expect((await attachments.read(entries, nobody)).get(POSTED)).toEqual({
      kind: 'unreadable',
      why: 'it is protected by a password',
    });
  });

  it('is not waited for without end, nor anew by each answer', async () => {
    const { asked, attachments } = house(null, 300);
    const began = performance.now();
    for (let answers = 0; answers < 5; answers += 1)
      expect((await attachments.read(entries, nobody)).get(POSTED)).toMatchObject({ kind: 'unreadable' });
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(asked).toHaveLength(1);
  });
});
