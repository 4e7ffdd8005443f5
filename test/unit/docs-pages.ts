import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lexer, type Token, walkTokens } from 'marked';

/** The pages of the repository, read as Markdown. */

export const PROJECT = join(import.meta.dirname, '..', '..');

export interface Page {
  /** From the project's root, as it is written in links. */
  readonly path: string;
  readonly text: string;
  readonly tokens: readonly Token[];
}

export const pages: readonly Page[] = globSync('**/*.md', {
  cwd: PROJECT,
  exclude: ['node_modules', 'data', '**/node_modules', '.upgrade-*'],
})
  .map((file) => file.replaceAll('\\', '/'))
  .toSorted()
  .map((path) => {
    const text = readFileSync(join(PROJECT, path), 'utf8');
    const tokens: Token[] = [];
    void walkTokens(lexer(text), (token) => {
      tokens.push(token);
    });
    return { path, text, tokens };
  });

export const page = (path: string): Page => {
  const found = pages.find((one) => one.path === path);
  if (found === undefined) throw new Error(`${path} is not there`);
  return found;
};

/** A page of the owner's and its other language. */
export const pairs: readonly (readonly [ko: string, en: string])[] = [
  ['README.md', 'README.en.md'],
  ...[...new Set(pages.flatMap(({ path }) => /^docs\/(?:ko|en)\/(.+)$/u.exec(path)?.[1] ?? []))].map(
    (name) => [`docs/ko/${name}`, `docs/en/${name}`] as const,
  ),
];

const plain = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      'tokens' in token && token.tokens !== undefined && token.tokens.length > 0
        ? plain(token.tokens)
        : 'text' in token
          ? String(token.text)
          : '',
    )
    .join('');

/** As GitHub names them: letters, digits, hyphens; each blank a hyphen; a second one of the same name is `-1`. */
export function anchors({ tokens }: Page): readonly string[] {
  const seen = new Map<string, number>();
  return tokens.flatMap((token) => {
    if (token.type !== 'heading') return [];
    const name = plain(token.tokens ?? [])
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replaceAll(/\s/gu, '-');
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return [before === 0 ? name : `${name}-${before}`];
  });
}

/** Where its links and pictures lead. */
export const links = ({ tokens }: Page): readonly string[] =>
  tokens.flatMap((token) => {
    if (token.type === 'link' || token.type === 'image') return [String(token['href'])];
    return token.type === 'html'
      ? [...token.raw.matchAll(/(?:src|href)="([^"]+)"/gu)].map(([, href = '']) => href)
      : [];
  });

export const headings = ({ tokens }: Page): readonly number[] =>
  tokens.flatMap((token) => (token.type === 'heading' ? [Number(token['depth'])] : []));
export const tables = ({ tokens }: Page): readonly number[] =>
  tokens.flatMap((token) => (token.type === 'table' ? [(token['rows'] as readonly unknown[]).length] : []));

/** What a reader would type or look for: code in lines, and whole lines of blocks. */
export const typed = ({ tokens }: Page): readonly string[] =>
  tokens.flatMap((token) => {
    if (token.type === 'codespan') return [String(token['text'])];
    return token.type === 'code' && token['lang'] !== 'mermaid' ? String(token['text']).split('\n') : [];
  });

export const blocks = ({ tokens }: Page, lang: string): readonly string[] =>
  tokens.flatMap((token) => (token.type === 'code' && token['lang'] === lang ? [String(token['text'])] : []));
