import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { previewAddress } from '../../bots/deliverables/preview-address.ts';
import { takeScreenshot } from '../../bots/deliverables/screenshot.ts';
import { siteOf } from '../../bots/deliverables/site.ts';
import { findChromium } from '../../bridge/config/chromium.ts';
import { previewMediaType } from '../../bridge/http/preview/preview-rules.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { Plan, PlanHash, StepId } from '../../bridge/protocol/plan.ts';
import type { CommandState } from '../../bots/tasks/state/task-state.ts';

const root = EventId.parse('$root');
const hash = PlanHash.parse('a'.repeat(64));
const write = (id: string, after: string[] = []) => ({
  kind: 'command' as const,
  title: id,
  command: {
    type: 'write_file' as const,
    id,
    path: 'x',
    content: 'x',
    reason: 'x',
    success: { fileExists: 'x' },
    after,
  },
});
const plan = { hash, plan: Plan.parse({ goal: 'g', steps: [write('one'), write('two', ['one'])] }), authors: [] };
const done = (step: string, ...paths: string[]): CommandState => ({
  state: 'done',
  attempt: 1,
  retries: 0,
  result: {
    plan: hash,
    step: StepId.parse(step),
    attempt: 1,
    state: 'done',
    artifacts: paths.map((path) => ({ path, url: `mxc://h/${step}${path.length}`, bytes: 3, mediaType: 'text/html' })),
  },
});
const site = (
  commands: Readonly<Record<string, CommandState>>,
  phase: 'done' | 'partial' | 'failed' | 'executing' = 'done',
) => siteOf({ phase, root, runs: 0, plan, commands, earlier: [] });

describe('what a task shows', () => {
  it.each([
    ['the one page', [['index.html'], []], 'index.html'],
    ['the index before others', [['about.html', 'index.html'], []], 'index.html'],
    ['what lies highest', [['deep/index.html'], ['shop.htm']], 'shop.htm'],
    ['an index before a page beside it', [['site/a.html'], ['site/index.html']], 'site/index.html'],
    ['a path written with a dot', [['./index.html'], []], 'index.html'],
  ] as const)('is %s', (_what, [one, two], front) => {
    expect(site({ one: done('one', ...one), two: done('two', ...two) })?.front.path).toBe(front);
  });

  it('is the file as it was last written', () => {
    expect(
      site({ one: done('one', 'index.html'), two: done('two', 'index.html') })?.files.map(({ url }) => url),
    ).toEqual(['mxc://h/two10']);
  });

  it('is nothing without a page, before the end, after a failure, or of a step that failed', () => {
    expect(site({ one: done('one', 'style.css') })).toBeNull();
    expect(site({ one: done('one', 'index.html') }, 'executing')).toBeNull();
    expect(site({ one: done('one', 'index.html') }, 'failed')).toBeNull();
    expect(site({ one: { ...done('one', 'index.html'), state: 'failed' } })).toBeNull();
    expect(site({ one: done('one', '../index.html', 'a//index.html', 'a/./b.html', 'a\\b.html') })).toBeNull();
    expect(siteOf({ phase: 'done', root, runs: 0, plan: null, commands: {}, earlier: [] })).toBeNull();
  });

  it('is behind the same link after a change, with the files that it did not touch', () => {
    const first = site({ one: done('one', 'index.html'), two: done('two', 'style.css') });
    const before = { round: 0, hash, plan: plan.plan, works: {} };
    const revision = {
      no: 2,
      of: 0,
      event: root,
      by: '@m:h' as never,
      words: 'x',
      sent: 1,
      parts: [root],
      small: true,
    };
    const changed = siteOf({
      phase: 'done',
      root,
      runs: 2,
      plan,
      commands: { one: done('one'), two: done('two', 'index.html') },
      earlier: [{ ...before, commands: { one: done('one', 'index.html'), two: done('two', 'style.css') } }],
      revision,
    });
    expect(changed?.id).toBe(first?.id);
    expect(changed?.version).not.toBe(first?.version);
    expect(changed?.files.map(({ path, url }) => [path, url])).toEqual([
      ['index.html', 'mxc://h/two10'],
      ['style.css', 'mxc://h/two9'],
    ]);
  });

  it('has a type by its name alone', () => {
    expect(previewMediaType('a/INDEX.HTML')).toBe('text/html; charset=utf-8');
    for (const name of ['html', 'a.exe', 'a.html.bin', 'a.pdf', 'a.xhtml', 'a.xml'])
      expect(previewMediaType(name)).toBe('application/octet-stream');
  });
});

describe('where it is shown', () => {
  const base = { CHAVION_PREVIEW_PORT: 5005, CHAVION_LISTEN: '127.0.0.1' as const };
  it.each([
    [base, 'http://127.0.0.1:5005', true],
    [{ ...base, CHAVION_PREVIEW_URL: 'https://pages.example.org' }, 'https://pages.example.org', false],
    [
      { ...base, CHAVION_LISTEN: '0.0.0.0' as const, CHAVION_PUBLIC_URL: 'http://192.168.0.7:8008' },
      'http://192.168.0.7:5005',
      false,
    ],
    [
      { ...base, CHAVION_LISTEN: '0.0.0.0' as const, CHAVION_PUBLIC_URL: 'https://chat.example.org' },
      'http://127.0.0.1:5005',
      true,
    ],
    [{ ...base, CHAVION_PUBLIC_URL: 'http://192.168.0.7:8008' }, 'http://127.0.0.1:5005', true],
    [{ ...base, CHAVION_PUBLIC_URL: 'https://chat.example.org' }, 'http://127.0.0.1:5005', true],
    [{ ...base, CHAVION_PREVIEW_URL: 'http://localhost:5005' }, 'http://localhost:5005', true],
  ])('%o', (settings, url, onlyHere) => {
    expect(previewAddress({ CHAVION_PREVIEW_URL: undefined, CHAVION_PUBLIC_URL: undefined, ...settings })).toEqual({
      base: url,
      onlyHere,
    });
  });
});

function lives(pid: string): boolean {
  try {
    return /^State:\s+[^Z]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a browser that takes pictures', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  /** In place of Chromium: a script that does as it says. */
  function browser(script: string): { readonly program: string; readonly folder: string } {
    const folder = mkdtempSync(join(tmpdir(), 'chavion-browser-'));
    folders.push(folder);
    const program = join(folder, 'chromium');
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    chmodSync(program, 0o755);
    return { program, folder };
  }
  const shoot = (chromium: string, seconds?: number) =>
    takeScreenshot({
      chromium,
      port: 1,
      path: '/p/x/',
      lang: 'ko',
      timeZone: 'Asia/Seoul',
      ...(seconds === undefined ? {} : { seconds }),
    });
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('chavion-shot-'));

  it('is ended when its time is up', async () => {
    expect(await shoot(browser('exec sleep 1000').program, 1)).toBeNull();
  });

  it('is ended with all that it began, and leaves nothing', async () => {
    // It says who its child is and is gone; the child would live on.
    const { program, folder } = browser('sleep 1000 & echo $! > "$(dirname "$0")/child"');
    const before = left();
    expect(await shoot(program)).toBeNull();
    const child = readFileSync(join(folder, 'child'), 'utf8').trim();
    await vi.waitUntil(() => !lives(child), { timeout: 10_000 });
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });

  it('clears away what one that was killed had left', async () => {
    const old = mkdtempSync(join(tmpdir(), 'chavion-shot-'));
    const fresh = mkdtempSync(join(tmpdir(), 'chavion-shot-'));
    folders.push(fresh);
    utimesSync(old, 1, 1);
    await shoot('/nowhere/chromium');
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
  });

  it('knows nothing of this process, and has a Korean font', async () => {
    const { program, folder } = browser(
      'env > "$(dirname "$0")/env"; cp "$FONTCONFIG_FILE" "$(dirname "$0")/fonts"; ls "$(dirname "$FONTCONFIG_FILE")/fonts" > "$(dirname "$0")/list"; echo "$@" > "$(dirname "$0")/args"',
    );
    process.env['OPENAI_API_KEY'] = 'sk-not-for-browsers';
    expect(await shoot(program)).toBeNull();
    delete process.env['OPENAI_API_KEY'];
    const names = readFileSync(join(folder, 'env'), 'utf8')
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(
      names.filter(
        (name) =>
          name !== '' &&
          ![
            'PATH',
            'HOME',
            'TMPDIR',
            'XDG_RUNTIME_DIR',
            'LANG',
            'TZ',
            'FONTCONFIG_FILE',
            'PWD',
            '_',
            'OLDPWD',
            'SHLVL',
          ].includes(name ?? ''),
      ),
    ).toEqual([]);
    expect(readFileSync(join(folder, 'list'), 'utf8')).toContain('NanumGothic');
    expect(readFileSync(join(folder, 'fonts'), 'utf8')).toContain('chavion-shot-');
    const args = readFileSync(join(folder, 'args'), 'utf8');
    expect(args).toContain('MAP * ~NOTFOUND');
    expect(args).not.toContain('no-sandbox');
  });

  it.each([
    ['nothing', 'exit 1'],
    [
      'something that is no picture',
      'for a in "$@"; do case $a in --screenshot=*) echo no > "${a#--screenshot=}";; esac; done',
    ],
  ])('that brings %s brings no picture', async (_what, script) => {
    expect(await shoot(browser(script).program)).toBeNull();
  });

  it('need not be there', async () => {
    expect(await shoot('/nowhere/chromium')).toBeNull();
    expect(findChromium('/nowhere')).toBeUndefined();
    const { program, folder } = browser('');
    expect(findChromium(`/nowhere:${folder}`)).toBe(program);
  });
});
