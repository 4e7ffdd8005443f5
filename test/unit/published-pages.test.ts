import { describe, expect, it } from 'vitest';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import { pageName, type PublishedPage, turnedTo, withVersion } from '../../bridge/stores/published-pages.ts';

describe('the name of a published page', () => {
  it.each([
    ['펫샵', '펫샵'],
    ['펫샵 예약 관리', '펫샵-예약-관리'],
    [' Pet Shop! ', 'pet-shop'],
    ['펫샵'.normalize('NFD'), '펫샵'],
    ['../../etc/passwd', 'etc-passwd'],
    ['a?b#c%2f', 'a-b-c-2f'],
    ['가'.repeat(40), '가'.repeat(40)],
    ['가'.repeat(41), null],
    ['', null],
    ['🐾', null],
    ['\u202e\u200b', null],
  ])('%j is %j', (words, name) => {
    expect(pageName(words)).toBe(name);
  });
});

describe('versions', () => {
  const preview = (title: string) => ({
    lang: 'ko' as const,
    title,
    front: 'index.html',
    files: [{ path: 'index.html', url: 'mxc://h/a', bytes: 1 }],
  });
  const version = (site: string) => ({ site, at: 0, preview: preview(site) });
  const page: PublishedPage = {
    v: 1,
    name: 'x',
    root: EventId.parse('$root'),
    room: RoomId.parse('!room:h'),
    lang: 'ko',
    versions: [version('0')],
    current: 0,
    dropped: 0,
    causes: [],
  };
  const numbered = ({ current, dropped }: PublishedPage) => dropped + current + 1;

  it('are shown newest first, keep ten, and keep their numbers', () => {
    let now = page;
    for (let i = 1; i < 14; i += 1) now = withVersion(now, version(String(i)), EventId.parse(`$e${i}`));
    expect(now.versions.map(({ site }) => site)).toEqual(Array.from({ length: 10 }, (_, i) => String(i + 4)));
    expect(numbered(now)).toBe(14);
  });

  it('the same one again is only shown', () => {
    const two = withVersion(page, version('1'), EventId.parse('$e1'));
    const again = withVersion(two, version('0'), EventId.parse('$e2'));
    expect([again.versions.length, numbered(again)]).toEqual([2, 1]);
  });

  it('remember by what they were changed, so that hearing it again changes nothing', () => {
    const two = withVersion(page, version('1'), EventId.parse('$e1'));
    const back = turnedTo(two, 0, EventId.parse('$tap'));
    expect(back.causes).toEqual([
      { event: '$e1', current: 1 },
      { event: '$tap', current: 0 },
    ]);
  });
});
