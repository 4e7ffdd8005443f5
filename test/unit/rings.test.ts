import { describe, expect, it } from 'vitest';
import { decideForMaster } from '../../bots/intake/decide.ts';
import { sendFile } from '../../bots/tasks/outbox.ts';
import { answerMark } from '../../bots/turns/turn.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import { editContent, messageContent } from '../../bridge/matrix/content.ts';
import { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import { PlanJob, RunJob } from '../../bridge/protocol/command-job.ts';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { listContent } from '../../executor/approvals/approval-request.ts';
import { type LedgerRecord, Prepared } from '../../executor/ledger/ledger-entry.ts';
import { Reports } from '../../executor/reports/reports.ts';
import { facts as people } from './decide-facts.ts';
import { message } from './events.ts';
import { type Ring, ringOf } from './push-rules.ts';
import { hopeful, planOf, play, type Played } from './task-scene.ts';

const OWNER = '@master:house';
const HQ = RoomId.parse('!hq:house');
const OPS = RoomId.parse('!ops:house');

interface Sent {
  readonly room: RoomId;
  readonly type: string;
  readonly content: Record<string, unknown>;
}
const ring = ({ type, content }: Pick<Sent, 'type' | 'content'>): Ring => ringOf({ type, content }, OWNER);

/** An account of which everything is kept that it sends. */
function account() {
  const sent: Sent[] = [];
  return {
    sent,
    send: (room: RoomId, type: string, content: Record<string, unknown>) => {
      sent.push({ room, type, content });
      return Promise.resolve(EventId.parse(`$${sent.length}`));
    },
    upload: () => Promise.resolve('mxc://house/file'),
  };
}

/** All that a task puts into its thread, as events, with its files behind what they belong to. */
async function events({ said }: Played): Promise<readonly (Sent & { readonly what: string })[]> {
  const all: (Sent & { what: string })[] = [];
  for (const { say, saying, state } of said) {
    const { text, msgtype, mentions, act, poll, attachments } = saying;
    const chavion = { v: 1, kind: 'act', root: state.root, act } as const;
    all.push({
      what: say.what,
      room: HQ,
      type: poll?.type ?? 'm.room.message',
      content:
        poll === null ? messageContent({ text, msgtype, mentions, chavion, thread: state.root }) : { ...poll.content },
    });
    for (const file of attachments) {
      const to = account();
      await sendFile(to, state, { ...file, read: () => new Uint8Array() }, 'txn', { ...chavion, silent: true });
      all.push(...to.sent.map((one) => ({ ...one, what: `${say.what}: ${file.mediaType}` })));
    }
  }
  return all;
}
const rung = (all: readonly (Sent & { readonly what: string })[]) =>
  all.flatMap((one) => (ring(one) === 'silent' ? [] : [`${one.what} ${ring(one)}`]));

const simple = planOf('simple', ['ls; echo ok']);
const thorough = planOf('thorough', ['find .; echo ok']);

describe('a task rings', () => {
  it('once, at its end, whatever it has written and drawn until then', async () => {
    const all = await events(play({ answer: hopeful([simple, thorough]) }));
    expect(all.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'proposal',
        'poll',
        'poll-end',
        'ballots',
        'plan',
        'plan: image/png',
        'report: text/markdown',
      ]),
    );
    expect(rung(all)).toEqual(['report sound']);
  });

  it('once for a question that only the owner can answer', async () => {
    const all = await events(
      play({
        answer: hopeful([simple, thorough], {
          vote: () => ({ kind: 'vote', ranking: [], reason: '' }),
        }),
      }),
    );
    expect(rung(all)).toEqual(['question sound']);
  });

  it('never by an edit, and never by words that name the owner', () => {
    const master = { userId: UserId.parse(OWNER), name: '마스터' };
    const chavion = { v: 1, kind: 'notice' } as const;
    const content = editContent(EventId.parse('$x'), { text: 'master', mentions: [master], chavion });
    expect(ring({ type: 'm.room.message', content })).toBe('silent');
    expect(
      ring({ type: 'm.room.message', content: messageContent({ text: 'master', msgtype: 'm.notice', chavion }) }),
    ).toBe('silent');
    expect(ring({ type: 'm.room.message', content: messageContent({ text: 'master', chavion }) })).toBe('banner');
  });
});

const command = thorough.steps[0]?.kind === 'command' ? thorough.steps[0].command : null;
function record(kind: 'plan' | 'direct', room: RoomId): LedgerRecord {
  if (command === null) throw new Error('no command');
  const job = { v: 1, root: '$root', room, at: 1, lang: 'ko' };
  const hash = canonicalHash(command);
  const plan = {
    decision: '$decision',
    rule: 'vote',
    round: 0,
    winner: hash,
    hash,
    step: 's0',
    title: '찾기',
    since: 1,
  };
  return {
    job:
      kind === 'plan'
        ? PlanJob.parse({ ...job, type: 'plan', decision: '$decision', step: 's0', attempt: 1 })
        : RunJob.parse({ ...job, type: 'run' }),
    prepared: Prepared.parse({
      key: '$root.0.1',
      root: '$root',
      index: 0,
      attempt: 1,
      nonce: 'n',
      executor: 'ex',
      orderedBy: OWNER,
      command,
      folders: [],
      workspace: 'w',
      artifacts: [],
      policy: 'p',
      hash,
      ...(kind === 'plan' ? { plan } : {}),
    }),
    state: 'started',
    claimedAt: 1,
  };
}

describe('the executor rings', () => {
  async function ends(kind: 'plan' | 'direct', room: RoomId): Promise<readonly string[]> {
    const executor = account();
    const reports = new Reports({
      account: executor,
      budget: new EditBudget(5),
      rooms: { ops: OPS },
      timeZone: 'Asia/Seoul',
      secrets: [],
      nameOf: () => '마스터',
    });
    const of = record(kind, room);
    const whole = 'line\n'.repeat(100);
    const outcome = { kind: 'done', exitCode: 0, ms: 5, rssBytes: 0 } as const;
    await reports.end(of, { outcome, whole, binary: false, mark: { seq: 1, hash: 'f'.repeat(64) } }, 'fresh');
    await reports.artifact(of, 'out/page.html', new TextEncoder().encode('<p>'), 1);
    return executor.sent.map(
      (one) => `${one.room === OPS ? 'ops' : 'hq'} ${String(one.content['msgtype'])} ${ring(one)}`,
    );
  }

  it('for a command that the owner has typed once, where he has typed it', async () => {
    expect(await ends('direct', HQ)).toEqual([
      'ops m.notice silent',
      'ops m.file silent',
      'hq m.text banner',
      'hq m.file silent',
    ]);
    expect(await ends('direct', OPS)).toEqual(['ops m.text banner', 'ops m.file silent', 'ops m.file silent']);
  });

  it('never for what a task runs', async () => {
    expect(await ends('plan', HQ)).toEqual([
      'ops m.notice silent',
      'ops m.file silent',
      'hq m.file silent',
      'hq m.file silent',
    ]);
  });

  it('once for all commands that wait for a yes together', () => {
    const { prepared, job } = record('plan', HQ);
    const list = ['host', 'network'].map((why) => ({
      prepared,
      why: why === 'host' ? ('host' as const) : ('network' as const),
    }));
    const content = listContent(list, job, [UserId.parse(OWNER)]);
    expect(content === null ? null : ring({ type: 'm.room.message', content })).toBe('sound');
  });
});

describe('a greeting rings', () => {
  const greeted = (acts: readonly string[]) => {
    const can = new Set(['jarvis', 'claude'].map((id) => AgentId.parse(id)));
    const plan = decideForMaster(message('m', '얘들아 안녕'), {
      ...people,
      handy: acts.length === 0 ? new Set() : can,
      acts: acts.map((id) => AgentId.parse(id)),
    });
    return plan.jobs.flatMap((job) =>
      job.type === 'turn'
        ? [
            [
              job.agent,
              ring({
                type: 'm.room.message',
                content: messageContent({ text: '안녕하세요', chavion: answerMark(job, { rehearsal: false }) }),
              }),
            ],
          ]
        : [],
    );
  };

  it('once, by the one who acts, else by the first', () => {
    expect(greeted([])).toEqual([
      ['gabriel', 'banner'],
      ['jarvis', 'silent'],
      ['claude', 'silent'],
    ]);
    expect(greeted(['claude'])).toEqual([
      ['gabriel', 'silent'],
      ['jarvis', 'silent'],
      ['claude', 'banner'],
    ]);
  });

  it('by the one who is called', () => {
    const [job] = decideForMaster(message('m', '클로드야 안녕'), people).jobs;
    expect(job).toMatchObject({ type: 'turn', agent: 'claude' });
    expect(job).not.toHaveProperty('silent');
  });
});
