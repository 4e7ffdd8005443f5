import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { beginning, fillGaps, type GapFill } from '../../bridge/appservice/gap-fill.ts';
import { Account } from '../../bridge/matrix/account.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';

const ROOM = RoomId.parse('!room:house.test');
const ELSEWHERE = RoomId.parse('!elsewhere:house.test');
const COORDINATOR = UserId.parse('@agent_coordinator:house.test');
const AGENTS = ['@agent_gone:house.test', '@agent_claude:house.test', '@agent_jarvis:house.test'].map((id) =>
  UserId.parse(id),
);
const REFUSED = { errcode: 'M_FORBIDDEN' };
/** As Synapse does for good where a room of the account was purged. */
const BROKEN = { errcode: 'M_UNKNOWN', error: 'Internal server error' };
/** The way to the homeserver ends there. */
const CUT = {};
const STATUS = new Map<unknown, number>([
  [undefined, 502],
  [REFUSED, 403],
  [BROKEN, 500],
]);
const opened: { close(): void; closeAllConnections(): void }[] = [];
afterAll(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A homeserver that answers by the path and query it is asked for, and remembers them. */
async function homeserver(
  answer: (url: URL) => unknown,
): Promise<{ account: Account; agents: readonly Account[]; asked: URL[] }> {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const rooms = url.pathname.endsWith('/joined_rooms');
    if (!rooms) asked.push(url);
    const body = rooms ? { joined_rooms: [ROOM] } : answer(url);
    if (body === CUT) request.socket.destroy();
    else
      response
        .writeHead(STATUS.get(body) ?? 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const homeserverUrl = `http://127.0.0.1:${address.port}`;
  const limiter = new RoomLimiter();
  const [account, ...agents] = [COORDINATOR, ...AGENTS].map(
    (userId) => new Account({ homeserverUrl, accessToken: 't', userId, ghost: true, limiter }),
  );
  if (account === undefined) throw new Error('no coordinator');
  return { account, agents, asked };
}

const sync = (next: string, events: readonly string[], limited = false) => ({
  next_batch: next,
  rooms: { join: { [ROOM]: { timeline: { events, limited, prev_batch: limited ? `before-${next}` : undefined } } } },
});

/** Runs until `done` says so; what happened, in order. */
async function run(
  account: Account,
  start: string | null,
  accept: (events: readonly unknown[]) => void,
  done: (log: readonly string[]) => boolean,
  agents: readonly Account[] = [],
  catchesUp = false,
  clock?: GapFill['clock'],
): Promise<readonly string[]> {
  const log: string[] = [];
  const over = new AbortController();
  const note = (line: string) => {
    log.push(line);
    if (done(log)) over.abort();
  };
  const kept = (first: string | null, what: string) => ({
    load: () => Promise.resolve(first),
    save: async (token: string) => note(`${what} ${token}`),
  });
  const fill: GapFill = {
    coordinator: account,
    agents: () => agents,
    position: kept(start, 'saved'),
    elsewhere: kept(null, 'looked'),
    accept: async (events) => {
      if (events.length > 0) accept(events);
      if (events.length > 0) note(`stored ${events.join(' ')}`);
    },
    onGap: (room) => note(room === undefined ? 'was away' : 'gap'),
    onError: (error) => note(error instanceof Error && error.cause !== undefined ? 'position lost' : 'error'),
    ...(clock === undefined ? {} : { clock }),
    ...(catchesUp ? { onCaughtUp: () => note('caught up') } : {}),
    onLost: (room) => note(`lost ${room}`),
  };
  await fillGaps(fill, await beginning(fill), over.signal);
  return log;
}

it.concurrent('keeps its position until all before it is stored, and reads the same again where that failed', async () => {
  const { account, asked } = await homeserver((url) =>
    sync(
      url.searchParams.get('since') === 's1' ? 's2' : 's3',
      url.searchParams.get('since') === 's1' ? ['a', 'b'] : [],
    ),
  );
  let failures = 1;
  const log = await run(
    account,
    's1',
    () => {
      failures -= 1;
      if (failures >= 0) throw new Error('Redis is away');
    },
    (lines) => lines.includes('saved s2'),
  );
  expect(log.filter((line) => line !== 'was away')).toEqual(['error', 'stored a b', 'saved s2']);
  expect(asked.map((url) => url.searchParams.get('since'))).toEqual(['s1', 's1']);
});

it.concurrent('says once when all that was missed is stored, and asks for it without waiting for news', async () => {
  const { account, asked } = await homeserver((url) =>
    url.searchParams.get('since') === 's1' ? sync('s2', ['!stop']) : sync('s3', ['later']),
  );
  const log = await run(
    account,
    's1',
    () => undefined,
    (lines) => lines.includes('stored later'),
    [],
    true,
  );
  expect(log).toEqual(['stored !stop', 'caught up', 'saved s2', 'stored later', 'saved s3']);
  expect(asked[0]?.searchParams.get('timeout')).toBe('0');
});

it.concurrent('reads all of a gap, oldest first, before what came after it', async () => {
  const pages: Record<string, { chunk: string[]; end?: string }> = {
    'before-s2': { chunk: ['d', 'c'], end: 'p2' },
    p2: { chunk: ['b', 'a'], end: 'p3' },
    p3: { chunk: [] },
  };
  const { account, asked } = await homeserver((url) =>
    url.pathname.endsWith('/sync') ? sync('s2', ['e', 'f'], true) : pages[url.searchParams.get('from') ?? ''],
  );
  const log = await run(
    account,
    's1',
    () => undefined,
    (lines) => lines.includes('saved s2'),
  );
  expect(log).toEqual(['gap', 'stored a b c d', 'stored e f', 'saved s2']);
  expect(
    asked.filter((url) => url.pathname.endsWith('/messages')).every((url) => url.searchParams.get('to') === 's1'),
  ).toBe(true);
});

it.concurrent('begins with what is said from now on', async () => {
  const { account } = await homeserver(() => sync('s1', ['old']));
  expect(
    await run(
      account,
      null,
      () => undefined,
      (lines) => lines.includes('saved s1'),
    ),
  ).toEqual(['saved s1']);
});

it.concurrent('says that the homeserver was away', async () => {
  let tries = 0;
  const { account } = await homeserver(() => ((tries += 1) < 3 ? undefined : sync('s2', ['a'])));
  expect(
    await run(
      account,
      's1',
      () => undefined,
      (lines) => lines.includes('saved s2'),
    ),
  ).toEqual(['error', 'error', 'was away', 'stored a', 'saved s2']);
});

describe.concurrent('a room without the coordinator', () => {
  const invitation = {
    type: 'm.room.member',
    state_key: '@agent_jarvis:house.test',
    sender: '@master:house.test',
    content: { membership: 'invite' },
  };
  const answer = (url: URL) => {
    const [user, since] = [url.searchParams.get('user_id'), url.searchParams.get('since')];
    if (user === COORDINATOR) return sync(since === 's1' ? 's2' : 's3', since === 's1' ? ['at home'] : []);
    if (user === '@agent_gone:house.test') return REFUSED;
    const both = { ...sync('s9', ['at home']).rooms.join, [ELSEWHERE]: { timeline: { events: ['elsewhere'] } } };
    return {
      next_batch: 's9',
      rooms: {
        join: both,
        invite:
          user === '@agent_jarvis:house.test'
            ? {
                '!new:house.test': {
                  invite_state: { events: [{ type: 'm.room.name', state_key: '', content: {} }, invitation] },
                },
              }
            : {},
      },
    };
  };
  const asRaw = (event: unknown) => (typeof event === 'string' ? event : { ...(event as object), origin_server_ts: 0 });

  it('is looked at by one agent who is there, with what nobody was told of an invitation, before the position of the look is kept', async () => {
    const taken: unknown[][] = [];
    for (let time = 0; time < 2; time += 1) {
      const { account, agents, asked } = await homeserver(answer);
      const events: unknown[] = [];
      const log = await run(
        account,
        's1',
        (some) => events.push(...some.map(asRaw)),
        (lines) => lines.some((line) => line.startsWith('looked')),
        agents,
      );
      expect(events.filter((one) => typeof one === 'string')).toEqual(['at home', 'elsewhere']);
      expect(log.findIndex((line) => line.includes('elsewhere'))).toBeGreaterThan(0);
      expect(log.at(-1)).toBe('looked s3');
      expect(
        asked
          .filter((url) => url.searchParams.get('user_id') !== COORDINATOR)
          .map((url) => url.searchParams.get('since')),
      ).toEqual(['s1', 's1', 's1']);
      taken.push(events);
    }
    expect(taken[0]?.at(-1)).toMatchObject({
      ...invitation,
      room_id: '!new:house.test',
      event_id: expect.stringMatching(/^\$[\w-]{43}$/),
    });
    expect(taken[1]).toEqual(taken[0]);
  });

  it('is looked at again soon, from where the last look that was stored ended: the homeserver may keep a push back', async () => {
    let coordinators = 0;
    let looks = 0;
    const { account, agents, asked } = await homeserver((url) => {
      if (url.searchParams.get('user_id') === COORDINATOR) return sync(`s${(coordinators += 1)}`, []);
      looks += 1;
      return {
        next_batch: 's9',
        rooms: { join: looks < 2 ? {} : { [ELSEWHERE]: { timeline: { events: ['kept back'] } } } },
      };
    });
    let failures = 1;
    const log = await run(
      account,
      's0',
      () => {
        failures -= 1;
        if (failures >= 0) throw new Error('Redis is away');
      },
      (lines) => lines.filter((line) => line.startsWith('looked')).length === 2,
      agents.slice(1, 2),
    );
    const looked = log.filter((line) => line.startsWith('looked')).map((line) => line.slice('looked '.length));
    expect(log.filter((line) => line === 'error' || line.startsWith('stored'))).toEqual(['error', 'stored kept back']);
    expect(
      asked
        .filter((url) => url.searchParams.get('user_id') !== COORDINATOR)
        .map((url) => url.searchParams.get('since')),
    ).toEqual(['s0', looked[0], looked[0]]);
  });
});

/** Time passes by waiting alone, at once. */
function swiftClock(): NonNullable<GapFill['clock']> {
  let now = 0;
  return { now: () => now, pause: async (ms) => void (now += ms) };
}

describe.concurrent('a position from which the homeserver cannot read on', () => {
  const twelve = Array.from({ length: 12 }, () => 'error');

  it('is left for a new one in the end, of which nothing old is taken in', async () => {
    const { account, asked } = await homeserver((url) => {
      const since = url.searchParams.get('since');
      return since === 's1' ? BROKEN : since === null ? sync('s7', ['old']) : sync('s8', ['new']);
    });
    const saved = (lines: readonly string[]) => lines.includes('saved s8');
    expect(await run(account, 's1', () => undefined, saved, [], true, swiftClock())).toEqual([
      ...twelve,
      'position lost',
      'was away',
      'caught up',
      'saved s7',
      'stored new',
      'saved s8',
    ]);
    expect(asked.slice(-3).map((url) => url.searchParams.get('since'))).toEqual([null, 's1', 's7']);
  });

  it.each([
    ['a homeserver that is away', CUT],
    ['a proxy that speaks for it', undefined],
  ])('is not one that %s did not answer', async (_what, nothing) => {
    let tries = 0;
    const { account, asked } = await homeserver(() => ((tries += 1) <= 30 ? nothing : sync('s2', ['missed'])));
    const log = await run(
      account,
      's1',
      () => undefined,
      (lines) => lines.includes('saved s2'),
      [],
      false,
      swiftClock(),
    );
    expect(log.filter((line) => line !== 'error')).toEqual(['was away', 'stored missed', 'saved s2']);
    expect(asked.every((url) => url.searchParams.get('since') === 's1')).toBe(true);
  });

  it('is kept where it can be read after all once there is a new one: nothing is missed', async () => {
    let isMended = false;
    const { account } = await homeserver((url) => {
      if (url.searchParams.get('since') !== null) return isMended ? sync('s2', ['missed']) : BROKEN;
      isMended = true;
      return sync('s7', []);
    });
    const saved = (lines: readonly string[]) => lines.includes('saved s2');
    expect(await run(account, 's1', () => undefined, saved, [], false, swiftClock())).toEqual([
      ...twelve,
      'was away',
      'stored missed',
      'saved s2',
    ]);
  });

  it('of one agent does not keep the others from being heard', async () => {
    const { account, agents } = await homeserver((url) => {
      const [user, since] = [url.searchParams.get('user_id'), url.searchParams.get('since')];
      if (user === COORDINATOR) return sync('s5', []);
      if (user === '@agent_claude:house.test' && since === 's1') return BROKEN;
      return { next_batch: 's9', rooms: { join: { [ELSEWHERE]: { timeline: { events: ['elsewhere'] } } } } };
    });
    const looked = (lines: readonly string[]) => lines.includes('looked s5');
    const log = await run(account, 's1', () => undefined, looked, agents.slice(1), false, swiftClock());
    expect(log.filter((line) => line === 'error')).toEqual(twelve.slice(1));
    expect(log.slice(log.indexOf('position lost'), log.indexOf('position lost') + 4)).toEqual([
      'position lost',
      'was away',
      'stored elsewhere',
      'looked s5',
    ]);
  });
});

describe.concurrent('a room whose gap cannot be read', () => {
  const gap = (url: URL, refusal: unknown) =>
    url.pathname.endsWith('/sync')
      ? {
          next_batch: 's2',
          rooms: {
            join: {
              [ROOM]: { timeline: { events: ['late'], limited: true, prev_batch: 'p' } },
              [ELSEWHERE]: { timeline: { events: ['other'] } },
              '!odd:house.test': { timeline: 'none' },
            },
          },
        }
      : refusal;

  it.each([
    ['refused', REFUSED, ['gap', `lost ${ROOM}`, 'stored late', 'stored other', 'saved s2']],
    [
      'broken',
      undefined,
      [
        'gap',
        'error',
        'was away',
        'gap',
        'error',
        'was away',
        'gap',
        `lost ${ROOM}`,
        'stored late',
        'stored other',
        'saved s2',
      ],
    ],
  ])('%s: the others are heard, and it ends', async (_what, refusal, expected) => {
    const { account } = await homeserver((url) => gap(url, refusal));
    expect(
      await run(
        account,
        's1',
        () => undefined,
        (lines) => lines.includes('saved s2'),
      ),
    ).toEqual(expected);
  });
});
