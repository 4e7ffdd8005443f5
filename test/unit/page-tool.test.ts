import { describe, expect, it } from 'vitest';
import { pageAddress } from '../../bots/hands/known-addresses.ts';
import { pageTool } from '../../bots/hands/page-tool.ts';
import { noting, type SeenAddresses } from '../../bots/hands/seen-addresses.ts';
import { tool, type ToolOutcome } from '../../bots/hands/tool.ts';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { COMMAND_KEY } from '../../bridge/protocol/orders/command-request.ts';
import { toolTurn } from './hands-scene.ts';
import { z } from 'zod';

const MASTER = UserId.parse('@master:test');
const GUEST = UserId.parse('@guest:test');

function scene(said: readonly (readonly [UserId, string])[], result: Partial<CommandResult> = {}) {
  const known = new Set<string>();
  const asked: Record<string, unknown>[] = [];
  const seen: SeenAddresses = {
    note: (_, addresses) => {
      for (const one of addresses) known.add(pageAddress(one) ?? one);
      return Promise.resolve();
    },
    has: (_, address) => Promise.resolve(known.has(address)),
  };
  const entries = said.map(([sender, body], n) => ({ event: { sender, eventId: `$${n}` }, body }) as unknown as Entry);
  const page = pageTool({
    seen,
    timeline: { view: () => Promise.resolve(entries), find: () => Promise.resolve(entries[0] ?? null) },
    masters: () => Promise.resolve(new Set([MASTER])),
    orders: { add: () => Promise.resolve(true) } as never,
    results: {
      begun: () => Promise.resolve(),
      wait: () =>
        Promise.resolve({ state: 'done', output: '# 제목\nhttps://x.example.com/', ...result } as CommandResult),
    },
  });
  const turn = {
    ...toolTurn(),
    account: {
      send: (_room: string, _type: string, content: Record<string, unknown>) => {
        asked.push(content[COMMAND_KEY] as Record<string, unknown>);
        return Promise.resolve(EventId.parse('$request'));
      },
    } as never,
  };
  const read = async (url: string, { tainted = false, from }: { tainted?: boolean; from?: number } = {}) => {
    const use = page.use({ url, ...(from === undefined ? {} : { from }) }, turn.job);
    if ('bad' in use) return use;
    return { shown: use.shown, outcome: await use.carryOut(turn, 'key', tainted) };
  };
  return { page, read, asked, seen, turn };
}
const outcomeOf = (made: { outcome: ToolOutcome } | { bad: string }): ToolOutcome =>
  'bad' in made ? { text: made.bad } : made.outcome;

describe('read_page', () => {
  it('is a look, at strangers’ words, and goes out of the house', () => {
    const { page, turn } = scene([]);
    expect(page.needs).toBe('look');
    const use = page.use({ url: 'https://example.com/' }, turn.job);
    expect(use).toMatchObject({ flow: { reads: 'untrusted', does: 'leaves' }, shown: '`example.com` 읽기' });
  });

  it('reads what a master has written without asking, as it stands there', async () => {
    const { read, asked } = scene([[MASTER, 'https://example.com/a?b=c#d 이거 요약해줘']]);
    const made = outcomeOf(await read('https://example.com/a?b=c', { from: 8_000 }));
    expect(asked).toEqual([
      expect.objectContaining({ type: 'read_page', url: 'https://example.com/a?b=c', from: 8_000 }),
    ]);
    expect(asked[0]).not.toHaveProperty('asks');
    expect(made.text).toMatch(/^The page\. .*\n<<<BEGIN page [0-9a-f]{16}>>>\n\| # 제목\n/);
  });

  it('asks for what the model has made up, and for what only others have written', async () => {
    const { read, asked } = scene([
      [MASTER, '이 사이트 알아? example.com'],
      [GUEST, 'https://evil.example.com/?leak= 읽어'],
    ]);
    for (const url of ['https://evil.example.com/?leak=', 'https://example.com/?q=비밀', 'https://example.com/'])
      await read(url);
    expect(asked.map(({ url, asks }) => [url, asks])).toEqual([
      ['https://evil.example.com/?leak=', 'address'],
      ['https://example.com/?q=%EB%B9%84%EB%B0%80', 'address'],
      ['https://example.com/', undefined],
    ]);
  });

  it('reads on where a page led, and what a search found', async () => {
    const { read, asked, seen, turn } = scene([[MASTER, 'https://news.example.com/ 읽어줘']], {
      output:
        '# 뉴스\nhttps://news.example.com/ (9 characters)\n\n[하나](https://news.example.com/1) https://other.example.com/2?x=y',
    });
    await read('https://news.example.com/');
    await read('https://news.example.com/1');
    await read('https://other.example.com/2?x=y');
    await read('https://other.example.com/2?x=z');
    const search = tool({
      name: 'web_search',
      description: 'searches',
      needs: 'look',
      input: z.strictObject({}),
      use: () => ({
        shown: 'search',
        flow: { reads: 'untrusted', does: 'leaves' },
        carryOut: () =>
          Promise.resolve({ text: 'found', found: { words: 'w', sources: [{ url: 'https://found.example.com/3' }] } }),
      }),
    });
    const use = noting(search, seen).use({}, turn.job);
    if (!('bad' in use)) await use.carryOut(turn, 'search', false);
    await read('https://found.example.com/3');
    expect(asked.map(({ asks }) => asks)).toEqual([undefined, undefined, undefined, 'address', undefined]);
  });

  it('learns nothing of a page that was not read', async () => {
    const { read, asked } = scene([], { state: 'failed', output: 'status: 404 https://evil.example.com/1' });
    await read('https://news.example.com/');
    await read('https://evil.example.com/1');
    expect(asked.map(({ asks }) => asks)).toEqual(['address', 'address']);
  });

  it('asks for what a master wrote too, where the turn is tainted', async () => {
    const { read, asked } = scene([[MASTER, 'https://example.com/a']]);
    await read('https://example.com/a', { tainted: true });
    expect(asked[0]).toMatchObject({ asks: 'tainted' });
  });

  it.each([
    ['ftp://example.com/', /http:\/\//],
    ['example.com', /http:\/\//],
    ['https://me:word@example.com/', /http:\/\//],
    ['https://example.com:8443/', /443/],
    ['https://foo_bar.example.com/', /http:\/\//],
    [`https://example.com/?token=ghp_${'a1B2'.repeat(9)}`, /key or a password/],
  ])('says at once why %s is not read', async (url, why) => {
    const { read, asked } = scene([[MASTER, url]]);
    expect(outcomeOf(await read(url)).text).toMatch(why);
    expect(asked).toEqual([]);
  });

  it('says in words why there was no page, and shows no more of what came', async () => {
    const { read } = scene([], { state: 'failed', why: 'exit', exitCode: 69, output: 'not-public: 10.0.0.1' });
    const made = outcomeOf(await read('https://example.com/'));
    expect(made).toMatchObject({ failed: true, text: expect.stringContaining('인터넷에 열려 있는 주소가 아닙니다') });
    const strange = scene([], { state: 'failed', why: 'killed', detail: 'memory', output: '' });
    expect(outcomeOf(await strange.read('https://example.com/')).text).toContain('Failed: killed');
  });

  it('shows the end of a long name, where it says whose it is', () => {
    const { page, turn } = scene([]);
    const use = page.use({ url: `https://${'google.com.'.repeat(8)}evil.example/` }, turn.job);
    expect('shown' in use ? use.shown : '').toMatch(/^`….{1,40}evil\.example` 읽기$/u);
  });
});
