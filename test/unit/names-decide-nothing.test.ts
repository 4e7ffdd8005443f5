import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { MODEL_KINDS } from '../../bridge/protocol/models.ts';
import { roomNames } from '../../bridge/text/room-names.ts';

/** The product's lines without their comments. */
const lines = globSync(['chavion.ts', 'bots/**/*.ts', 'bridge/**/*.ts', 'executor/**/*.ts', 'synapse/**/*.ts']).flatMap(
  (file) =>
    readFileSync(file, 'utf8')
      .replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
      .split('\n')
      .map((line, i) => ({ file, at: `${file}:${i + 1}`, text: line.replace(/(^|\s)\/\/.*$/, '') })),
);

/** Where the words of `found` stand in the product, but for the files of `known`. */
const wrong = (found: RegExp, known: RegExp): readonly string[] =>
  lines.filter(({ file, text }) => !known.test(file) && found.test(text)).map(({ at, text }) => `${at} ${text.trim()}`);

/** Who may know what a model's name means: the table of kinds, the registry, each adapter its own, and what it costs. */
const ADAPTERS =
  /^bots\/models\/(?:registry\.ts|providers\/)|^bridge\/protocol\/(?:models|default-roster|prices\/price-table)\.ts$/;

/** `outside` and `relay` are words of other things too: orders, messages. */
const KINDS = Object.keys(MODEL_KINDS).filter((kind) => kind !== 'outside' && kind !== 'relay');
const KIND_SAID = new RegExp(`['"\`](?:${KINDS.join('|')})(?:/[^'"\`\\s]*)?['"\`]`);
const NAME = String.raw`(?<!typeof )\b\w*(?:[mM]odel|[lL]abel|[fF]allback)`;
const NAME_COMPARED = new RegExp(
  [
    String.raw`${NAME}\)?\s*[!=]==?\s*['"\`]`,
    String.raw`['"\`]\s*[!=]==?\s*(?:[\w.?]+\.)?${NAME}\b`,
    String.raw`${NAME}\??\.(?:startsWith|endsWith|includes|match|search|indexOf|split|slice)\(`,
    String.raw`\.(?:test|exec)\((?:[\w?]+\.)*\w*(?:[mM]odel|[lL]abel|[fF]allback)\)`,
  ].join('|'),
);

describe('what a model can do is a field of its provider', () => {
  it('reads the whole tree', () => expect(lines.length).toBeGreaterThan(10_000));

  it('finds what it looks for', () => {
    const bad = [
      "config.model.startsWith('manus/')",
      '/^(?:echo|outside)$/.test(label)',
      "provider.label === 'relay'",
      "'rehearsal' === binding?.config.fallback",
      "!model.includes('/')",
      "binding?.config.model?.startsWith('echo')",
    ];
    expect(bad.filter((line) => !NAME_COMPARED.test(line))).toEqual([]);
    expect(
      ["head === 'compatible'", "case 'openai':", "new Set(['manus/'])"].filter((line) => !KIND_SAID.test(line)),
    ).toEqual([]);
    expect(
      ['asked.label !== label', 'model === config.model', 'provider.label'].filter((line) => NAME_COMPARED.test(line)),
    ).toEqual([]);
  });

  it('and is never guessed from a name or a label', () => {
    expect(wrong(NAME_COMPARED, ADAPTERS)).toEqual([]);
    expect(wrong(KIND_SAID, new RegExp(`${ADAPTERS.source}|^bridge/text/`))).toEqual([]);
  });
});

/** The default residents, whom a roster file replaces, and the rooms, which have one place for their names. */
const ROSTER = /^bridge\/protocol\/default-roster\.ts$/;
const ROOMS = /^bridge\/text\/room-names\.ts$/;
/** Where a word is a company's or its product's, not an agent's: what is asked there, and whose key it is. */
const PRODUCTS =
  /^bots\/models\/(?:registry\.ts|providers\/)|^bridge\/protocol\/(?:models|settings)\.ts$|^bridge\/launcher\/verbs\/key-check\.ts$|^bridge\/matrix\/secrets\/|^bridge\/text\/room\/(?:manus|models)\.ts$/;
/** A form of address like others, and a model that is spoken of. */
const COMMON = new Set(['팀장', 'GPT']);

const called = defaultRoster.agents
  .flatMap(({ id, name, callsigns }) => [id, name, ...callsigns])
  .filter((word) => !COMMON.has(word));
const korean = [...new Set(called.filter((word) => /[가-힣]/.test(word)))];
const latin = [...new Set(called.filter((word) => /^[a-z]+$/i.test(word)).map((word) => word.toLowerCase()))];
const KOREAN_NAME = new RegExp(korean.join('|'));
/** Alone in quotes, a field, or a word of a sentence; not a part of another word. */
const LATIN_NAME = new RegExp(`(?<![\\w/.-])(?:${latin.join('|')})(?![\\w/-]|\\.\\w)`, 'i');
const ROOM_NAME = new RegExp(
  Object.values(roomNames)
    .flatMap(({ ko, en }) => (en === en.toUpperCase() ? [ko, `\\b${en}\\b`] : [ko]))
    .join('|'),
);

describe("who lives here is the roster's to say", () => {
  it('finds what it looks for', () => {
    expect(korean).toEqual(expect.arrayContaining(defaultRoster.agents.map(({ name }) => name)));
    expect(latin).toEqual(expect.arrayContaining(defaultRoster.agents.map(({ id }) => id)));
    for (const { id, name } of defaultRoster.agents) {
      for (const line of [`name('${id}')`, `  ${id}: {`, `Send \`!model ${id} x\``, `"${id}"`])
        expect(LATIN_NAME.test(line)).toBe(true);
      expect(KOREAN_NAME.test(`감지(${name})`)).toBe(true);
    }
    expect(
      ["'anthropic/claude-sonnet-5-5'", 'claude-code', 'jarvisNote'].filter((line) => LATIN_NAME.test(line)),
    ).toEqual([]);
    expect(["const hqName = '본부';", 'written in HQ', '작업기록 방'].filter((line) => !ROOM_NAME.test(line))).toEqual(
      [],
    );
  });

  it('no agent is known to the code by its id or its name', () => {
    expect(wrong(KOREAN_NAME, new RegExp(`${ROSTER.source}|^bots/models/providers/`))).toEqual([]);
    expect(wrong(LATIN_NAME, new RegExp(`${ROSTER.source}|${PRODUCTS.source}`))).toEqual([]);
  });

  it('and no room by its name', () => {
    expect(wrong(ROOM_NAME, ROOMS)).toEqual([]);
  });
});
