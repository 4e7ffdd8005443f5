import { describe, expect, it } from 'vitest';
import { addressesIn, addressesSaid, pageAddress } from '../../bots/hands/known-addresses.ts';

const names = (said: string, wanted: string): boolean => addressesSaid(said).has(pageAddress(wanted) ?? 'nothing');

describe('an address in a master’s words', () => {
  it.each([
    ['https://example.com/a?b=c 읽어줘', 'https://example.com/a?b=c'],
    ['HTTPS://Example.COM/a', 'https://example.com/a'],
    ['https://example.com', 'https://example.com/'],
    ['https://example.com:443/a', 'https://example.com/a'],
    ['https://example.com/a#section', 'https://example.com/a'],
    ['https://example.com/a', 'https://example.com/a#anything'],
    ['이거 봐줘: https://example.com/a.', 'https://example.com/a'],
    ['(https://example.com/a)', 'https://example.com/a'],
    ['<https://example.com/a>', 'https://example.com/a'],
    ['[기사](https://example.com/a)', 'https://example.com/a'],
    ['https://en.wikipedia.org/wiki/Seoul_(city)', 'https://en.wikipedia.org/wiki/Seoul_(city)'],
    ['https://en.wikipedia.org/wiki/Seoul_(city)를 요약해줘', 'https://en.wikipedia.org/wiki/Seoul_(city)'],
    ['https://example.com/a를 읽어줘', 'https://example.com/a'],
    ['https://example.com/a에서 뭐래', 'https://example.com/a'],
    ['https://ko.wikipedia.org/wiki/대한민국', 'https://ko.wikipedia.org/wiki/대한민국'],
    ['https://ko.wikipedia.org/wiki/대한민국을 요약해줘', 'https://ko.wikipedia.org/wiki/대한민국'],
    ['https://ko.wikipedia.org/wiki/대한민국', 'https://ko.wikipedia.org/wiki/%EB%8C%80%ED%95%9C%EB%AF%BC%EA%B5%AD'],
    ['"https://example.com/a"', 'https://example.com/a'],
    ['https://a.example.com/1,https://b.example.com/2', 'https://a.example.com/1,https://b.example.com/2'],
    ['example.com 읽어줘', 'https://example.com/'],
    ['example.com 읽어줘', 'http://example.com/'],
    ['example.com에 뭐 있어?', 'https://example.com/'],
    ['www.example.co.kr/news/1?x=2 좀', 'https://www.example.co.kr/news/1?x=2'],
    ['Example.com을 봐', 'https://example.com/'],
    ['이 사이트(example.com) 봐줘', 'https://example.com/'],
  ])('%s names %s', (said, wanted) => {
    expect(names(said, wanted)).toBe(true);
  });

  it.each([
    ['https://example.com/a', 'https://example.com/a?secret=1'],
    ['https://example.com/a?b=c', 'https://example.com/a?b=d'],
    ['https://example.com/a?b=c', 'https://example.com/a?b=c&d=e'],
    ['https://example.com/a?b=c&d=e', 'https://example.com/a?d=e&b=c'],
    ['https://example.com/a', 'https://example.com/a/'],
    ['https://example.com/a', 'https://example.com/A'],
    ['https://example.com/a', 'https://example.com/'],
    ['https://example.com/a?b=', 'https://example.com/a?b=+'],
    ['https://example.com/%41', 'https://example.com/A'],
    ['https://example.com/a', 'https://www.example.com/a'],
    ['https://example.com/a', 'https://x.example.com/a'],
    ['https://example.com/a', 'http://example.com/a'],
    ['http://example.com/a', 'https://example.com/a'],
    ['https://example.com/a', 'https://example.com.evil.com/a'],
    ['https://example.com/a', 'https://evil.com/https://example.com/a'],
    ['https://example.com/a', 'https://evil.com/?u=https://example.com/a'],
    ['https://evil.com/?u=https://example.com/a', 'https://example.com/a'],
    ['https://example.com/a', 'https://example.com@evil.com/a'],
    ['https://example.com/a', 'https://me:word@example.com/a'],
    ['https://example.com/a', 'https://example.com:8443/a'],
    ['https://exаmple.com/a', 'https://example.com/a'],
    ['example.com', 'https://example.com/a'],
    ['example.com', 'https://www.example.com/'],
    ['example.com', 'https://example.com/?q=1'],
    ['메일은 me@example.com 으로', 'https://example.com/'],
    ['first.last@example.com', 'https://first.last/'],
    ['me@mail.example.co.kr', 'https://example.co.kr/'],
    ['sub.example.com', 'https://example.com/'],
    ['example 사이트 봐줘', 'https://example.com/'],
    ['ftp://example.com/a', 'https://example.com/a'],
    ['file:///etc/passwd', 'file:///etc/passwd'],
    ['', 'https://example.com/'],
  ])('%s does not name %s', (said, wanted) => {
    expect(names(said, wanted)).toBe(false);
  });

  it('without a scheme is one only there: pages write words with dots everywhere', () => {
    expect([...addressesIn('example.com and https://a.example.com/')]).toEqual(['https://a.example.com/']);
  });

  it('is found on a page as its Markdown writes it', () => {
    const page =
      '# 제목\nhttps://news.example.com/1 (20 characters)\n\n[다음](https://news.example.com/2?p=%28a%29) 끝';
    expect([...addressesIn(page)]).toEqual(
      expect.arrayContaining(['https://news.example.com/1', 'https://news.example.com/2?p=%28a%29']),
    );
  });

  it('is looked for in bounded time, and of a page of links there is an end', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `https://e${n}.example.com/`).join(' ');
    expect(addressesIn(many).size).toBeLessThan(1_100);
    const began = performance.now();
    for (const hard of [
      'a.'.repeat(50_000),
      'a@'.repeat(50_000),
      `https://${')'.repeat(50_000)}`,
      'aa.bb'.repeat(20_000),
    ])
      addressesSaid(hard);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
