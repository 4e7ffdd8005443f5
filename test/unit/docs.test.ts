import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { rehearse } from '../../bridge/text/offline.ts';
import { Terminal } from '../../bridge/launcher/instance/terminal.ts';
import { welcome } from '../../bridge/launcher/welcome.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { UserId } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { Settings } from '../../bridge/protocol/settings.ts';
import { anchors, blocks, headings, links, type Page, page, pages, pairs, PROJECT, tables } from './docs-pages.ts';
import { digestOf, phoneSvg, PICTURE, sourceOf } from './phone-picture.ts';

const roster = Roster.parse(defaultRoster);
const named = pages.map(({ path }) => path);
const inPages = (wrong: (one: Page) => readonly string[]): readonly string[] =>
  pages.flatMap((one) => wrong(one).map((what) => `${one.path}: ${what}`));

describe('links', () => {
  const isDead = (path: string, href: string): boolean => {
    if (/^[a-z]+:/u.test(href)) return !URL.canParse(href);
    const [to = '', anchor] = decodeURI(href).split('#');
    const target = to === '' ? path : normalize(join(dirname(path), to));
    if (!existsSync(join(PROJECT, target))) return true;
    return anchor !== undefined && !anchors(page(target)).includes(anchor);
  };

  it('lead somewhere, headings included', () => {
    expect(pages.flatMap((one) => links(one)).length).toBeGreaterThan(150);
    expect(inPages((one) => links(one).filter((href) => isDead(one.path, href)))).toEqual([]);
  });

  it('lead to every page from the README', () => {
    const reached = new Set<string>();
    const walk = (path: string): void => {
      if (reached.has(path) || !path.endsWith('.md')) return;
      reached.add(path);
      for (const href of links(page(path)))
        if (!/^(?:[a-z]+:|#)/u.test(href)) walk(normalize(join(dirname(path), href.split('#')[0] ?? '')));
    };
    walk('README.md');
    expect(named.filter((path) => !reached.has(path) && !path.startsWith('test/'))).toEqual([]);
  });
});

describe('pages in two languages', () => {
  it('are all there', () => {
    expect(pairs.length).toBeGreaterThan(10);
    expect(pairs.flat().filter((path) => !named.includes(path))).toEqual([]);
  });

  it.each(pairs)('%s and %s have the same headings, tables and commands', (ko, en) => {
    const [korean, english] = [page(ko), page(en)];
    expect(headings(english)).toEqual(headings(korean));
    expect(tables(english)).toEqual(tables(korean));
    // What stands in quotes and behind # is for people.
    const bare = (text: string) => text.replaceAll(/"[^"]*"/gu, '""').replaceAll(/ +#.*|<[^>\n]+>/gu, '');
    expect(blocks(english, 'sh').map(bare)).toEqual(blocks(korean, 'sh').map(bare));
  });

  it.each(pairs)('%s is Korean, %s is not', (ko, en) => {
    const share = (path: string) => {
      const words = page(path).text.replaceAll(/```[\s\S]*?```|`[^`]*`/gu, '');
      return (words.match(/\p{Script=Hangul}/gu)?.length ?? 0) / (words.match(/\p{L}/gu)?.length ?? 1);
    };
    expect(share(ko)).toBeGreaterThan(0.4);
    expect(share(en)).toBeLessThan(0.1);
  });
});

describe('paths of the tree', () => {
  const PATH = /(?<![\w/.-])(?:bots|bridge|executor|synapse|test|docs)\/[\w./-]*[\w/]/gu;

  it('are there', () => {
    expect(
      inPages(({ path, text }) =>
        (text.match(PATH) ?? []).filter(
          (one) => !existsSync(join(PROJECT, one)) && !existsSync(join(PROJECT, dirname(path), one)),
        ),
      ),
    ).toEqual([]);
  });

  it('are named in the architecture and the glossary alone', () => {
    // The roster's reference is made by a program, which it names.
    const may = ['docs/architecture.md', 'docs/glossary.md', 'bridge/config/roster.md'];
    expect(
      inPages(({ path, text }) =>
        may.includes(path) ? [] : (text.match(/(?:bots|bridge|executor|synapse)\/[\w./-]+\.ts\b/gu) ?? []),
      ),
    ).toEqual([]);
  });
});

it('settings that are named exist', () => {
  const example = readFileSync(join(PROJECT, '.env.example'), 'utf8');
  expect(
    inPages(({ text }) =>
      (text.match(/\bCHAVION_[A-Z_]*[A-Z]\b/gu) ?? []).filter((name) => !example.includes(`#${name}=`)),
    ),
  ).toEqual([]);
});

describe('the README', () => {
  it.each([
    ['README.md', 140],
    ['README.en.md', 140],
    ['CONTRIBUTING.md', 80],
  ] as const)('%s is read in one sitting', (path, most) => {
    expect(page(path).text.split('\n').length).toBeLessThanOrEqual(most);
  });

  it.each([
    ['ko', 'README.md', '얘들아 안녕'],
    ['en', 'README.en.md', 'hello everyone'],
  ] as const)('shows what npm start and npm run chat say (%s)', async (lang, path, question) => {
    const out = Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream;
    const master = { userId: UserId.parse('@master:chavion.local'), password: '····-····-····-····' };
    await welcome({
      terminal: new Terminal(lang, out),
      settings: Settings.parse({}),
      master,
      rehearsal: true,
      separated: true,
    });
    const said = String(out.read())
      .split('\n')
      .map((line) => line.trimEnd());
    const shown = page(path).text.split('\n');
    expect(said.filter((line) => !shown.includes(line))).toEqual([]);
    const answers = roster.agents.map(({ id, name, role, persona }) =>
      rehearse({ id, name, role, persona, ownerTitle: roster.ownerTitle, question, lang }),
    );
    expect(answers.filter((answer) => !shown.some((line) => line.endsWith(answer)))).toEqual([]);
  });
});

describe('decisions', () => {
  const files = named.filter((path) => /^docs\/decisions\/\d{4}-/u.test(path));

  it('are numbered one by one, each with what and why', () => {
    expect(files.map((path) => Number(path.slice(15, 19)))).toEqual(files.map((_, i) => i + 1));
    for (const path of files) {
      expect(page(path).text).toMatch(
        new RegExp(`^# ${path.slice(15, 19)}\\. .+\n\n## What\n\n.+\n\n## Why\n\n.+\n(?:\n## Rejected\n\n.+\n)?$`, 'u'),
      );
    }
  });

  it('stand in their index, once', () => {
    expect(links(page('docs/decisions/README.md')).toSorted()).toEqual(files.map((path) => path.slice(15)));
  });
});

it('the picture shows what the house writes now; `sh .node/run test/unit/draw-phone.ts` draws it anew', () => {
  const png = readFileSync(PICTURE);
  expect(png.length).toBeLessThan(150 * 1024);
  expect(sourceOf(png)).toBe(digestOf(phoneSvg()));
});

it('the CHANGELOG tells of the version that this is', () => {
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string };
  expect(page('CHANGELOG.md').text).toContain(`\n## ${version} · `);
});
