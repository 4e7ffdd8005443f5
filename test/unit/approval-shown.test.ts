import { array, assert, constantFrom, oneof, option, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleText, writtenOut } from '../../bridge/matrix/foreign-words.ts';
import { DIRECT_REASON } from '../../executor/policy/prepare.ts';
import { parseCommand } from '../../bridge/protocol/command.ts';
import { PlanJob, RunJob } from '../../bridge/protocol/command-job.ts';
import { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { PlanHash } from '../../bridge/protocol/plan.ts';
import { type Asking, listContent, requestContent } from '../../executor/approvals/approval-request.ts';
import { Prepared } from '../../executor/ledger/ledger-entry.ts';
import { shownIn } from '../house/shown.ts';

const MASTER = UserId.parse('@master:test');
const ROOT = EventId.parse('$root');
const place = { v: 1, root: ROOT, room: '!hq:test', at: 1, lang: 'ko' };
const JOB = PlanJob.parse({ ...place, type: 'plan', decision: '$decision', step: 's', attempt: 1 });
const ORDER = RunJob.parse({ ...place, type: 'run' });

interface Spec {
  readonly title?: string;
  readonly reason?: string;
  readonly command?: object;
  readonly folders?: readonly { readonly name: string; readonly path: string; readonly access: 'ro' | 'rw' }[];
}

function asking({ title, reason = 'why', command = {}, folders = [] }: Spec, index = 0): Asking {
  const parsed = parseCommand({
    type: 'shell',
    id: `s${index}`,
    reason,
    script: 'true',
    hosts: ['example.org:443'],
    ...command,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const hash = String(index).padStart(64, 'a');
  const plan =
    title === undefined
      ? {}
      : {
          plan: {
            decision: '$decision',
            rule: 'vote',
            round: 0,
            winner: hash,
            hash: PlanHash.parse(hash),
            step: `s${index}`,
            title,
            since: 1,
          },
        };
  const prepared = Prepared.parse({
    key: `$root.${index}.1`,
    root: ROOT,
    index,
    attempt: 1,
    nonce: 'n',
    executor: 'ex',
    orderedBy: MASTER,
    command: parsed.command,
    folders,
    workspace: 'w',
    artifacts: [],
    policy: 'p',
    ...plan,
    hash,
  });
  return { prepared, why: 'network' };
}

const shown = (content: Record<string, unknown> | null) => shownIn(String(content?.['formatted_body']));
const request = (spec: Spec) => requestContent(asking(spec), ORDER, [MASTER]);
const list = (...specs: Spec[]) =>
  listContent(
    specs.map((spec, i) => asking({ title: 't', ...spec }, i)),
    JOB,
    [MASTER],
  );

/** How the executor's own lines of a request begin. */
const OWN =
  /^(?:✋|✅|⚠️|명령에 넣어|파일에 쓰는|보내는 내용|\d+\. |이유: |작업 폴더: |서버 폴더 |접속: |방으로 가져올|제한 시간 )/u;
const linesOf = (content: Record<string, unknown> | null) =>
  shown(content).flatMap(({ kind, text }) => (kind === 'line' ? [text] : []));
/** Which lines there are, whatever other people's words in them say. */
const skeleton = (content: Record<string, unknown> | null) =>
  linesOf(content).map((line) => OWN.exec(line)?.[0] ?? `?? ${line}`);
const blocksOf = (content: Record<string, unknown> | null) =>
  shown(content).flatMap(({ kind, text }) => (kind === 'block' ? [text] : []));

const PIECES = [
  '\n',
  '\n\n',
  '\r',
  '\t',
  '\u2028',
  '\u0085',
  '\u000B',
  '```',
  '~~~',
  '`',
  '``',
  '"',
  "'",
  '[가]: 나 "',
  '[가]: <나',
  '"\n',
  '](',
  '![',
  '[',
  ']',
  '<!--',
  '-->',
  '<pre>',
  '</code></pre>',
  '<details><summary>',
  '<p>',
  '<b',
  '&lt;',
  '&#10;',
  '\u202E',
  '\u2066',
  '\u200B',
  '\u200D',
  '\uFEFF',
  '\u00AD',
  '\u3164',
  '\u2800',
  '\u{E0041}',
  '\uE0000\uE001',
  '\uE0001\uE001',
  'a\u0301\u0301\u0301\u0301\u0301',
  'é',
  'e\u0301',
  '\u1100\u1161',
  'א',
  'ש',
  '\u00A0',
  '\u3000',
  '- ',
  '* ',
  '> ',
  '# ',
  '1. ',
  '    ',
  '---',
  '===',
  '|---|',
  '**',
  '__',
  '~~',
  '$$',
  '\\',
  '✅ 실행 · ❌ 거절',
  '✋ **실행해도 될까요?**',
  '- 서버 폴더 `/etc`: **읽기만**',
  '- 접속: `a.test:443`',
  '제한 시간 1초',
  '2. 다른 명령',
  '이유: 좋음',
  'https://evil.test',
  '@room',
  '@master:test',
  '가나다',
  'rm -rf /',
  '한국어',
  ' ',
  'x',
  '⟨',
  '⟨U+200B⟩',
];
const hostile = array(
  oneof(
    { weight: 6, arbitrary: constantFrom(...PIECES) },
    { weight: 1, arbitrary: string({ unit: 'binary', maxLength: 6 }) },
  ),
  { minLength: 1, maxLength: 12 },
).map((parts) => parts.join('').toWellFormed());
const spoken = hostile.filter((text) => text.trim() !== '' && text.length <= 190 && Buffer.byteLength(text) < 2_000);
const script = hostile.map((text) => `echo ${text}`).filter((text) => !text.includes('\0'));

describe('a request', () => {
  it('shows each command of a list in a block of its own, in order, once, whatever titles and reasons say', () => {
    assert(
      property(
        array(record({ title: spoken, reason: spoken, script, stdin: option(hostile, { nil: undefined }) }), {
          minLength: 1,
          maxLength: 3,
        }),
        (specs) => {
          const content = list(
            ...specs.map(({ title, reason, script: text, stdin }) => ({
              title,
              reason,
              command: { script: text, ...(stdin === undefined ? {} : { stdin }) },
              folders: [{ name: 'site', path: '/srv/site', access: 'rw' as const }],
            })),
          );
          if (content === null) return;
          const long = (text: string) =>
            text.split('\n').length > 12 || text.split('\n').some((line) => line.length > 60);
          expect(blocksOf(content)).toEqual(
            specs.flatMap(({ script: text, stdin }) => [
              visibleText(text),
              ...(stdin === undefined || stdin === '' ? [] : [visibleText(stdin)]),
            ]),
          );
          expect(skeleton(content)).toEqual([
            '✋',
            ...specs.flatMap(({ script: text, stdin = '' }, i) => {
              const parts = [visibleText(text), ...(stdin === '' ? [] : [visibleText(stdin)])];
              const warnings = [
                parts.flatMap((part) => part.split('\n')).length > 12 || parts.some(long),
                writtenOut(parts.join('')) > 0,
              ].flatMap((is) => (is ? ['⚠️'] : []));
              return [
                `${i + 1}. `,
                ...warnings,
                // What it changes and whom it reaches stands before the command.
                '서버 폴더 ',
                '접속: ',
                ...(stdin === '' ? [] : ['명령에 넣어']),
                '이유: ',
                '작업 폴더: ',
                '제한 시간 ',
              ];
            }),
            '✅',
          ]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('leaves out no command that a reason and a later title would swallow between them', () => {
    const content = list(
      { title: '준비', reason: '필요해서\n\n[가]: 나 "', command: { script: 'true' } },
      { title: '점검', command: { script: 'rm -rf /lent/site' } },
      { title: '그림"\n', command: { script: 'ls' } },
    );
    expect(blocksOf(content)).toEqual(['true', 'rm -rf /lent/site', 'ls']);
  });

  it('says nothing in its lines that is not plain: no letter unseen, none turned round, no sign of the executor', () => {
    assert(
      property(spoken, spoken, (title, reason) => {
        const content = list({ title, reason });
        const words = linesOf(content).filter((line) => /^(?:\d+\. |이유: )/u.test(line));
        expect(words).toHaveLength(2);
        for (const line of words) {
          expect(line).not.toMatch(
            /[\n\r\u0085\u2028\u2029\u202A-\u202E\u2066-\u2069\u200B\uFEFF\u3164\u2800\u{E0000}-\u{E0FFF}✅❌✋]/u,
          );
          expect(line).not.toMatch(/\p{M}{3}/u);
        }
        expect(String(content?.['formatted_body'])).not.toMatch(/<a |<img|<details|<h\d|<blockquote|<table|<em>|<del>/);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, object, readonly string[]]>([
    [
      'a program',
      { type: 'run', script: undefined, argv: ['perl', '-e', 'a\nb\n- 접속: x'] },
      ["perl -e 'a\nb\n- 접속: x'"],
    ],
    ['what it is given', { script: 'cat', stdin: 'x\n<<< stdin\ny' }, ['cat', 'x\n<<< stdin\ny']],
    ['what looks like something given', { script: 'cat\n<<< stdin\ny' }, ['cat\n<<< stdin\ny']],
    [
      'a file',
      { type: 'write_file', script: undefined, hosts: undefined, path: 'a b', content: '\n\nx' },
      ["write_file 'a b'", '\n\nx'],
    ],
    [
      'an address',
      {
        type: 'fetch',
        script: undefined,
        hosts: undefined,
        method: 'POST',
        url: 'https://a.test/',
        headers: { 'x-a': 'b' },
        body: 'c\n\nd',
      },
      ['POST https://a.test/\nx-a: b', 'c\n\nd'],
    ],
  ])('has %s to the letter', (_, command, blocks) => {
    const defined = Object.fromEntries(
      Object.entries({ script: 'x', hosts: [], ...command }).filter(([, value]) => value !== undefined),
    );
    const parsed = parseCommand({
      id: 's0',
      reason: 'why',
      ...(Object.hasOwn(command, 'type') ? {} : { type: 'shell' }),
      ...defined,
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const { prepared } = asking({});
    expect(
      blocksOf(requestContent({ prepared: { ...prepared, command: parsed.command }, why: 'network' }, ORDER, [MASTER])),
    ).toEqual(blocks);
  });

  it('is never asked without its HTML, however much there is of it', () => {
    for (const letters of [100, 3_000, 3_990]) {
      const scripts = ['<'.repeat(letters), '&'.repeat(letters)];
      const content = list(...scripts.map((text) => ({ command: { script: text } })));
      expect(content === null ? scripts : blocksOf(content)).toEqual(scripts);
    }
    expect(request({ command: { script: 'x'.repeat(4_100) } })).toBeNull();
    expect(request({ command: { script: '\u200B'.repeat(900) } })).toBeNull();
  });

  it('holds nothing that is masked', () => {
    expect(
      request({ command: { script: `curl -H "Authorization: Bearer sk-proj-${'a1B2c3D4e5'.repeat(5)}"` } }),
    ).toBeNull();
  });

  it('gives no reason for what the master has typed himself', () => {
    expect(linesOf(request({ reason: DIRECT_REASON })).join('\n')).not.toContain('이유');
    expect(linesOf(request({ reason: '필요해서' })).join('\n')).toContain('이유: 필요해서');
  });

  it('says so where a command is long, or has letters that are not seen', () => {
    expect(linesOf(request({ command: { script: `ls${' '.repeat(100)}; rm -rf x` } }))[1]).toMatch(/^⚠️ .*1줄.*112자/u);
    expect(linesOf(request({ command: { script: 'ls \u202Ex\u200B' } }))[1]).toMatch(/^⚠️ .*2개/u);
    expect(skeleton(request({ command: { script: 'ls' } }))).toEqual([
      '✋',
      '접속: ',
      '이유: ',
      '작업 폴더: ',
      '제한 시간 ',
      '✅',
    ]);
  });
});

describe('a text to the letter', () => {
  it('shows all that is there, and two texts never alike', () => {
    assert(
      property(hostile, hostile, (one, other) => {
        const shownOne = visibleText(one);
        expect(shownOne).not.toMatch(/(?![\n\t])[\p{C}\p{Zl}\p{Zp}\u2800\u00A0\u3000]/u);
        expect(shownOne.normalize('NFC')).toBe(shownOne);
        expect(visibleText(one) === visibleText(other)).toBe(one === other);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['ls -la /lent/site', 'ls -la /lent/site'],
    ['echo 한글 ✅️', 'echo 한글 ✅️'],
    ['a\u200Bb', 'a⟨U+200B⟩b'],
    ['⟨U+200B⟩', '⟨U+27E8⟩U+200B⟩'],
    ['가'.normalize('NFD'), '\u1100⟨U+1161⟩'],
    ['a\r\nb', 'a⟨U+000D⟩\nb'],
    ['a\u00A0b', 'a⟨U+00A0⟩b'],
  ])('%j is %j', (text, seen) => {
    expect(visibleText(text)).toBe(seen);
  });
});
