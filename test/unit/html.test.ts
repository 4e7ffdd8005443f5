import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { plainHtml, renderMarkdown } from '../../bridge/matrix/html.ts';

/** Client-server API, m.room.message: the tags and attributes that a client should show. */
const SPEC: Record<string, readonly string[]> = {
  ...Object.fromEntries(
    'del h1 h2 h3 h4 h5 h6 blockquote p ul sup sub li b i u strong em s hr br div table thead tbody tr th td caption pre details summary'
      .split(' ')
      .map((tag) => [tag, []]),
  ),
  a: ['target', 'href'],
  ol: ['start'],
  code: ['class'],
};

/** What a parser, not a pattern, finds wrong with some HTML. */
function faultsOf(html: string): readonly string[] {
  const faults: string[] = [];
  let depth = 0;
  const parser = new Parser({
    onopentag(name, attributes) {
      depth += 1;
      if (depth > 100) faults.push('deeper than 100');
      const allowed = SPEC[name];
      if (allowed === undefined) faults.push(`<${name}>`);
      for (const [key, value] of Object.entries(attributes)) {
        if (!allowed?.includes(key)) faults.push(`${name} ${key}`);
        if (key === 'href' && !/^(?:https?:\/\/|mailto:)/.test(value)) faults.push(`href ${value}`);
        if (key === 'href' && value.includes('matrix.to')) faults.push(`pill ${value}`);
        if (key === 'class' && !/^language-\S+$/.test(value)) faults.push(`class ${value}`);
      }
    },
    onclosetag() {
      depth -= 1;
    },
    oncomment: (data) => faults.push(`comment ${data}`),
    onprocessinginstruction: (name) => faults.push(name),
  });
  parser.end(html);
  return faults;
}

function textOf(html: string): string {
  let text = '';
  const parser = new Parser({
    ontext: (piece) => {
      text += piece;
    },
  });
  parser.end(html);
  return text;
}

describe('what models write', () => {
  it.each([
    ['안녕하세요', '안녕하세요'],
    ['한 줄\n두 줄', '한 줄<br />두 줄'],
    ['하나\n\n둘', '<p>하나</p>\n<p>둘</p>'],
    ['**중요**합니다', '<strong>중요</strong>합니다'],
    ["**'중요'**를", "<strong>'중요'</strong>를"],
    ['**“이것”**은 **`저것`**을', '<strong>“이것”</strong>은 <strong><code>저것</code></strong>을'],
    ['값은**(중요)**를', '값은<strong>(중요)</strong>를'],
    ['**(가)**나 **(다)**라', '<strong>(가)</strong>나 <strong>(다)</strong>라'],
    ['2 ** 3 ** 4, a**(b)**c', '2 ** 3 ** 4, a**(b)**c'],
    ['~~취소~~ *기울임* ***둘 다***', '<del>취소</del> <em>기울임</em> <em><strong>둘 다</strong></em>'],
    ['- [x] 함\n- [ ] 안 함', '<ul>\n<li>☑ 함</li>\n<li>☐ 안 함</li>\n</ul>'],
    ['3. 셋\n4. 넷', '<ol start="3">\n<li>셋</li>\n<li>넷</li>\n</ol>'],
    ['- a\n  - b', '<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>'],
    ['```js\na < b && "c"\n```', '<pre><code class="language-js">a &lt; b &amp;&amp; "c"\n</code></pre>'],
    ['```c++\nx\n```', '<pre><code class="language-c++">x\n</code></pre>'],
    ['<https://a.example/?b=1&c=2>', '<a href="https://a.example/?b=1&amp;c=2">https://a.example/?b=1&amp;c=2</a>'],
    ['[글](https://a.example/%22x "제목")', '<a href="https://a.example/%22x">글</a>'],
    ['![그림](https://a.example/b.png)', '<a href="https://a.example/b.png">그림</a>'],
    ['a@b.example', '<a href="mailto:a@b.example">a@b.example</a>'],
  ])('%s', (markdown, html) => {
    expect(renderMarkdown(markdown)).toBe(html);
    expect(faultsOf(html)).toEqual([]);
  });

  it('keeps a whole answer within the specification', () => {
    const markdown =
      '# 제목\n\n> 인용 **굵게**\n\n1. 하나\n   - 안쪽\n     ```python\n     print("x")\n     ```\n2. 둘\n\n| 가 | 나 |\n|:--|--:|\n| `1` | **2** |\n\n---\n끝 ~~x~~';
    const html = renderMarkdown(markdown);
    expect(faultsOf(html)).toEqual([]);
    for (const tag of [
      '<h1>',
      '<blockquote>',
      '<ol>',
      '<ul>',
      '<pre><code class="language-python">',
      '<table>',
      '<th>가</th>',
      '<td><strong>2</strong></td>',
      '<hr />',
      '<del>',
    ]) {
      expect(html).toContain(tag);
    }
  });
});

describe('a line of bare words', () => {
  it.each([
    '네, 마스터.',
    '✅ 됐습니다 · 0.1초 · 12 MB',
    'Done! 3.5 % of it, or so?',
    'é',
    '⏱️ 3 분 …',
    'a. b 1. c',
    'www.a.example',
    'x WWW.a.example',
    'a  b',
    'a b ',
    '1. a',
    '2026',
    'a&amp;b',
    'a@b.example',
    'http://a.example',
    'a_b_c',
    'a *b* c',
    '`a`',
    '\\!',
    '- a',
    '# a',
    ' a',
    'Hello',
  ])('%j is the same alone and before other things', (line) => {
    const [alone, before] = [renderMarkdown(line), renderMarkdown(`${line}\n\n*x*`)];
    expect([`<p>${alone}</p>\n<p><em>x</em></p>`, `${alone}\n<p><em>x</em></p>`]).toContain(before);
  });
});

describe('links to messages', () => {
  const event = 'https://matrix.to/#/!room%3Ahouse/%24event?via=house';
  it.each([event, 'https://matrix.to/#/!room:house/$event'])('keeps %s', (link) => {
    expect(renderMarkdown(`[계획](${link})`)).toContain(`href="${link}"`);
  });
  it.each([
    'https://matrix.to/#/!room:house',
    'https://matrix.to/#/@master:x/$event',
    'https://matrix.to/#/%40master:x',
    'https://matrix.to/#/!r:x/$e/@master:x',
    'https://matrix.to./#/!r:x/$e',
    `${event}&via=x/@master:x`,
  ])('but not %s', (link) => {
    expect(renderMarkdown(`[계획](${link})`)).not.toContain('href');
  });
});

describe('hostile markdown', () => {
  it.each([
    '<script>alert(1)</script>',
    'a <script src=//evil.example></script> b',
    '<style>*{display:none}</style>',
    '<iframe src="https://evil.example"></iframe>',
    '<img src=x onerror=alert(1)>',
    '<b onclick="alert(1)">x</b>',
    '<mx-reply>거짓 인용</mx-reply>',
    '<a href="https://matrix.to/#/@master:x">마스터</a>',
    '<!-- 숨은 말 --> <?php x ?> <!DOCTYPE x>',
    '<svg><animate onbegin=alert(1)></svg>',
    '<span data-mx-spoiler>x</span><font color=red>y</font>',
    '<div\nonclick=alert(1)>\n\n- x\n</div>',
  ])('shows %j as text', (markdown) => {
    const html = renderMarkdown(markdown);
    expect(faultsOf(html)).toEqual([]);
    const words = markdown.match(/[\p{L}\d]+/gu) ?? [];
    for (const word of words) expect(textOf(html)).toContain(word);
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\tscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '[x](//evil.example/x)',
    '[x](/relative)',
    '[x](http:)',
    '![x](javascript:alert(1))',
    '![x](mxc://a/b)',
    '<javascript:alert(1)>',
    '[x]: javascript:alert(1)\n\n[x]',
    '[x](https://a.example/"onmouseover="alert(1))',
    '[x](https://a.example "a\\" onmouseover=\\"alert(1)")',
    '```"><script>alert(1)</script>\nx\n```',
    '```a" onclick="alert(1)\nx\n```',
    '[마스터](https://matrix.to/#/@master:x)',
    '[x](https://MATRIX.to/#/@master:x)',
    '[x](https://matrix.to./#/@master:x)',
    '[x](https://matrix.to:443/#/@master:x)',
    '[x](https://a@matrix.to/#/@master:x)',
    '[x](https:\\\\matrix.to/#/@master:x)',
    '[x](https://matrix%2Eto/#/@master:x)',
    '[x](matrix:u/master:x)',
    'https://matrix.to/#/@master:x',
    '@room @master:x',
  ])('makes nothing of %j that runs or rings', (markdown) => {
    expect(faultsOf(renderMarkdown(markdown))).toEqual([]);
  });

  const bombs: Record<string, string> = {
    quotes: '>'.repeat(60_000),
    'quotes with spaces': '> '.repeat(30_000),
    'quotes and lists': '> - '.repeat(15_000),
    brackets: '['.repeat(60_000),
    'closed brackets': '['.repeat(30_000) + ']'.repeat(30_000),
    'open links': '[a](<b'.repeat(10_000),
    asterisks: '*'.repeat(60_000),
    emphasis: '__a_'.repeat(15_000),
    'many emphases': '**a *b _c __d '.repeat(4_000),
    backticks: Array.from({ length: 330 }, (_, i) => '`'.repeat(i)).join('a'),
    lists: '- '.repeat(30_000),
    'numbered lists': '1. '.repeat(20_000),
    'indented lists': Array.from({ length: 340 }, (_, i) => `${' '.repeat(i)}- a`).join('\n'),
    table: `${'|a'.repeat(300)}\n${'|-'.repeat(300)}\n${`${'|'.repeat(300)}\n`.repeat(180)}`,
    tags: '<b>'.repeat(20_000),
    comments: '<!--'.repeat(15_000),
    definitions: '[a]: '.repeat(12_000),
    blanks: `${' '.repeat(60_000)}a`,
    addresses: 'a.b@c-'.repeat(10_000),
    'a book': '가나다 **라** `마`\n\n'.repeat(100_000),
  };
  it.each(Object.entries(bombs))('comes back from %s, shallow and sound', (_, markdown) => {
    const html = renderMarkdown(markdown);
    expect(html.length).toBeGreaterThan(0);
    expect(faultsOf(html)).toEqual([]);
  });

  it('shows what it does not parse as plain text', () => {
    for (const markdown of [
      `${'>'.repeat(5_000)} <b>\n끝`,
      `${'> '.repeat(40)}<b>\n끝`,
      '**가** '.repeat(2_000).trim(),
      '- '.repeat(40).trim(),
      `${'!'.repeat(2_001)} **가**`,
    ]) {
      expect(renderMarkdown(markdown)).toBe(plainHtml(markdown));
    }
  });
});

describe('Korean beside marks', () => {
  it.each([
    ['1~3시, 5~7만원', '1~3시, 5~7만원'],
    ['~~취소~~ 1~2개', '<del>취소</del> 1~2개'],
    ['a~b~c ~d~', 'a~b~c ~d~'],
    ['https://example.org/help에서 봐', '<a href="https://example.org/help">https://example.org/help</a>에서 봐'],
    ['（https://example.org/a）', '（<a href="https://example.org/a">https://example.org/a</a>）'],
    ['https://example.org/b。끝', '<a href="https://example.org/b">https://example.org/b</a>。끝'],
    ['“https://example.org/b”라고', '“<a href="https://example.org/b">https://example.org/b</a>”라고'],
    ['www.example.org입니다', '<a href="http://www.example.org">www.example.org</a>입니다'],
    ['https://example.org/a,그리고', '<a href="https://example.org/a">https://example.org/a</a>,그리고'],
    ['[지도](https://example.org/한글)', '<a href="https://example.org/한글">지도</a>'],
  ])('%s', (markdown, html) => expect(renderMarkdown(markdown)).toBe(html));
});
