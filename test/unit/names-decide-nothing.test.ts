import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../../bridge/protocol/model-kinds.ts';

/** The product's lines without their comments. */
const lines = globSync(['chavion.ts', 'bots/**/*.ts', 'bridge/**/*.ts', 'executor/**/*.ts', 'synapse/**/*.ts']).flatMap((file) =>
  readFileSync(file, 'utf8')
    .replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .split('\n')
    .map((line, i) => ({ file, at: `${file}:${i + 1}`, text: line.replace(/(^|\s)\/\/.*$/, '') })),
);

/** Where the words of `found` stand in the product, but for the files of `known`. */
const wrong = (found: RegExp, known: RegExp): readonly string[] => lines.filter(({ file, text }) => !known.test(file) && found.test(text)).map(({ at, text }) => `${at} ${text.trim()}`);

/** Who may know what a model's name means: the table of kinds, the registry, each adapter its own. */
const ADAPTERS = /^bots\/models\/(?:registry\.ts|providers\/)|^bridge\/protocol\/(?:model-kinds|default-roster)\.ts$/;

/** `outside` and `relay` are words of other things too: orders, messages. */
const KINDS = Object.keys(MODEL_KINDS).filter((kind) => kind !== 'outside' && kind !== 'relay');
const KIND_SAID = new RegExp(`['"\`](?:${KINDS.join('|')})(?:/[^'"\`\\s]*)?['"\`]`);
const NAME = String.raw`\b\w*(?:[mM]odel|[lL]abel|[fF]allback)`;
const NAME_COMPARED = new RegExp(
  [String.raw`${NAME}\)?\s*[!=]==?\s*['"\`]`, String.raw`['"\`]\s*[!=]==?\s*(?:[\w.?]+\.)?${NAME}\b`, String.raw`${NAME}\??\.(?:startsWith|endsWith|includes|match|search|indexOf|split|slice)\(`, String.raw`\.(?:test|exec)\((?:[\w?]+\.)*\w*(?:[mM]odel|[lL]abel|[fF]allback)\)`].join('|'),
);

describe('what a model can do is a field of its provider', () => {
  it('reads the whole tree', () => expect(lines.length).toBeGreaterThan(10_000));

  it('finds what it looks for', () => {
    const bad = ["config.model.startsWith('manus/')", '/^(?:echo|outside)$/.test(label)', "provider.label === 'relay'", "'rehearsal' === binding?.config.fallback", "!model.includes('/')", "binding?.config.model?.startsWith('echo')"];
    expect(bad.filter((line) => !NAME_COMPARED.test(line))).toEqual([]);
    expect(["head === 'compatible'", "case 'openai':", "new Set(['manus/'])"].filter((line) => !KIND_SAID.test(line))).toEqual([]);
    expect(['asked.label !== label', 'model === config.model', 'provider.label'].filter((line) => NAME_COMPARED.test(line))).toEqual([]);
  });

  it('and is never guessed from a name or a label', () => {
    expect(wrong(NAME_COMPARED, ADAPTERS)).toEqual([]);
    expect(wrong(KIND_SAID, ADAPTERS)).toEqual([]);
  });
});
