import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { messageContent } from '../../bridge/matrix/content.ts';
import { exposes, nameFor, parseLend, tooMuch } from '../../bridge/launcher/verbs/lend.ts';
import { fenced } from '../../bridge/matrix/woven.ts';
import { inlineText, OutputText } from '../../executor/reports/output-text.ts';
import { Semaphore } from '../../executor/work/semaphore.ts';

const NEVER = new AbortController().signal;

describe('places to run', () => {
  /** Starts all at once and says how they ran: `+a` begins, `-a` ends. */
  async function ran(limit: number, jobs: Readonly<Record<string, readonly string[]>>): Promise<string[]> {
    const slots = new Semaphore(() => limit);
    const seen: string[] = [];
    await Promise.all(
      Object.entries(jobs).map(([name, locks]) =>
        slots.run(locks, NEVER, async () => {
          seen.push(`+${name}`);
          await sleep(5);
          seen.push(`-${name}`);
        }),
      ),
    );
    return seen;
  }
  const most = (seen: readonly string[]) => {
    let now = 0;
    return Math.max(...seen.map((one) => (now += one.startsWith('+') ? 1 : -1)));
  };

  it('are as many as there are, for those that write no folder', async () => {
    expect(most(await ran(3, { a: [], b: [], c: [], d: [], e: [] }))).toBe(3);
  });

  it.each([
    ['the same folder', '/srv/site', '/srv/site'],
    ['a folder and one within it', '/srv/site', '/srv/site/a'],
    ['one within and the folder', '/srv/site/a', '/srv/site'],
  ])('are one after another for %s', async (_, first, second) => {
    expect(await ran(4, { a: [first], b: [second] })).toEqual(['+a', '-a', '+b', '-b']);
  });

  it('are together for folders that only begin alike, and nobody waits who need not', async () => {
    expect(most(await ran(4, { a: ['/srv/site'], b: ['/srv/site2'] }))).toBe(2);
    expect((await ran(2, { a: ['/x'], b: ['/x'], c: [] })).slice(0, 2)).toEqual(['+a', '+c']);
  });

  it('are given up by whoever is stopped while waiting, and by whoever fails', async () => {
    const slots = new Semaphore(() => 1);
    const stop = new AbortController();
    const first = slots.run([], NEVER, () => sleep(20));
    const waiting = slots.run([], stop.signal, () => Promise.resolve('ran'));
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await first;
    await expect(slots.run([], NEVER, () => Promise.reject(new Error('broke')))).rejects.toThrow('broke');
    expect(await slots.run([], NEVER, () => Promise.resolve('free'))).toBe('free');
    expect(slots.running).toBe(0);
  });
});

describe('output', () => {
  const KEY = `sk-proj-${'a1B2c3D4e5'.repeat(5)}`;
  const of = (...chunks: (string | Uint8Array)[]) => {
    const output = new OutputText(['my-own-password']);
    for (const chunk of chunks) output.push('stdout', typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    return output;
  };

  // Work that grew with the square of the length would not end within the test's time by hours.
  it.each([
    ['one line', 'x', 'x'],
    ['unfinished titles', '\u001B]0;', '0;'],
    ['unfinished sequences', '\u001B[1', ''],
    ['lines written over', 'ab\r', ''],
    ['backticks', '`', '`'],
  ])('shows megabytes of %s in a moment', (_, unit, seen) => {
    const times = Math.floor((4 << 20) / unit.length);
    const output = of(unit.repeat(times));
    output.end();
    expect(output.whole().startsWith(seen)).toBe(true);
    expect(output.whole()).not.toContain('\u001B');
  });

  it('takes away what steers a terminal and leaves the words', () => {
    const output = of(
      '\u001B]8;;https://a.test\u001B\\here\u001B]8;;\u0007 \u001BP1q~\u009C\u009B31mred\u001B(B \u001B]0;open\nnext \u001Bc\u001B[?25lend',
    );
    output.end();
    expect(output.whole()).toBe('here red 0;open\nnext end');
  });

  it('hides a key wherever it was cut in two', () => {
    for (let cut = 1; cut < KEY.length; cut += 1) {
      const output = of(`key ${KEY.slice(0, cut)}`, `${KEY.slice(cut)} end\n`);
      output.end();
      expect(output.whole()).not.toContain(KEY.slice(-12));
    }
  });

  it('shows no beginning of a key while it grows', () => {
    const seen: string[] = [];
    const output = of('first line\n');
    for (const letter of `${KEY}\nnext\n`) {
      output.push('stdout', Buffer.from(letter));
      seen.push(output.tail(10, 1_000));
    }
    expect(seen.some((text) => text.includes(KEY.slice(0, 14)))).toBe(false);
    expect(seen.at(-1)).toContain('next');
  });

  it('hides the executor’s own secrets, of whatever form', () => {
    expect(of('env: my-own-password\n').whole()).not.toContain('my-own-password');
  });

  it('puts letters together that came in parts, on each stream for itself', () => {
    const bytes = Buffer.from('한글\n');
    const output = new OutputText([]);
    output.push('stdout', bytes.subarray(0, 2));
    output.push('stderr', Buffer.from('E'));
    output.push('stdout', bytes.subarray(2));
    output.end();
    expect(output.whole()).toBe('E한글');
  });

  it('has nothing left that steers a terminal', () => {
    const text = of(
      '\u001B[31mred\u001B[0m\u001B]0;title\u0007 \u202Eevil\u0008\u0000 10%\r 20%\r100%\r\nend\n',
    ).whole();
    // eslint-disable-next-line no-control-regex -- their absence is the point
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
    expect(text).toMatch(/^100%\nend$/m);
    expect(text).not.toContain('20%');
  });

  it('knows bytes that are no text', () => {
    expect(of(Uint8Array.from({ length: 300 }, (_, i) => i % 256)).binary).toBe(true);
    expect(of('한글과 글자\n').binary).toBe(false);
    expect(of('').binary).toBe(false);
  });

  it.each(['```', '````` and ``', 'a\n```\n<b>@room</b>\n```\n[x](https://evil)', '~~~'])(
    'stays within its block: %j',
    (text) => {
      const content = messageContent({ text: `head\n\n${fenced(text)}`, chavion: { v: 1, kind: 'notice' } });
      const html = String(content['formatted_body']);
      expect(html.match(/<pre>/g)).toHaveLength(1);
      expect(html.replace(/<pre><code>[^]*<\/code><\/pre>/, '')).not.toMatch(/room|evil|~~~|`/);
      expect(html).not.toMatch(/<b>|<a /);
      expect(content['m.mentions']).toEqual({});
    },
  );

  it('is one line of code in a title', () => {
    expect(inlineText('echo `x`\nrm')).toBe('echo `x` …');
  });
});

describe('lending', () => {
  it.each<[string[], object | null]>([
    [['--list'], { kind: 'list' }],
    [['--end', 'site'], { kind: 'end', name: 'site' }],
    [['--end', '/lent/site'], { kind: 'end', name: 'site' }],
    [['/srv/site', 'rw'], { kind: 'lend', path: '/srv/site', mode: 'rw' }],
    [[], null],
    [['/srv/site'], null],
    [['/srv/site', 'rwx'], null],
    [['/srv/site', 'rw', 'more'], null],
    [['--end'], null],
    [['--everything', 'rw'], null],
  ])('%j', (args, order) => {
    expect(parseLend(args)).toEqual(order);
  });

  it('never shows what must not be seen: the same, above or within', () => {
    const secret = ['/srv/house/data', '/proc'];
    expect(
      ['/', '/srv', '/srv/house', '/srv/house/data', '/srv/house/data/logs', '/proc', '/proc/1'].map((path) =>
        exposes(path, secret),
      ),
    ).not.toContain(false);
    expect(
      ['/srv/house/data2', '/srv/site', '/process', '/var/log'].map((path) => exposes(path, secret)),
    ).not.toContain(true);
  });

  it('never gives away what belongs to everybody, nor a whole home', () => {
    const homes = ['/home/kim', '/var/www', '/srv/people/lee'];
    const refused = [
      '/home',
      '/srv',
      '/opt',
      '/mnt',
      '/tmp',
      '/home/kim',
      '/home/kim/.ssh',
      '/home/kim/.config/x',
      '/srv/people',
      '/srv/people/lee',
      '/var/www',
    ];
    expect(refused.filter((path) => !tooMuch(path, homes))).toEqual([]);
    expect(
      [
        '/home/kim/site',
        '/home/kim/photos/.thumbnails',
        '/home/kimchi',
        '/srv/site',
        '/mnt/stick',
        '/var/www/html',
        '/tmp/x',
      ].filter((path) => tooMuch(path, homes)),
    ).toEqual([]);
  });

  it.each([
    ['/srv/My Site', [], 'my-site'],
    ['/srv/site', ['site'], 'site-2'],
    ['/srv/사진', [], 'folder'],
    ['/srv/..hidden_', [], 'hidden_'],
  ])('%s, beside %j: %s', (path, taken, name) => {
    expect(nameFor(path, new Set(taken))).toBe(name);
  });
});
