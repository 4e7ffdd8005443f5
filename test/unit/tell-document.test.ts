import { describe, expect, it } from 'vitest';
import { tellDocument } from '../../bots/memory/library/tell-document.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';

const document = {
  event: EventId.parse('$contract'),
  room: RoomId.parse('!memory:test'),
  at: 1,
  by: UserId.parse('@owner:test'),
  file: 'mxc://test/contract',
  name: '계약서 *최종*\n[x](http://evil).pdf',
};

async function told(word: string | null, times = 1) {
  const sent: unknown[][] = [];
  const send = (...given: unknown[]) => {
    sent.push(given);
    return Promise.resolve(EventId.parse('$sent'));
  };
  const tell = tellDocument({ coordinator: { send }, roomLang: () => Promise.resolve('ko') });
  for (let time = 0; time < times; time += 1) await tell(document, word);
  return sent;
}

describe('what is said of a document', () => {
  it('is a sign where it can be asked about, by the same transaction whenever it is said again', async () => {
    const [first, second] = await told(null, 2);
    expect(first).toEqual(second);
    expect(first).toMatchObject([
      '!memory:test',
      'm.reaction',
      { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$contract', key: '📚' } },
      '$contract.shelved',
    ]);
  });

  it.each([
    ['encrypted', '비밀번호가 걸려 있습니다.'],
    ['scanned', '글자 없이 사진으로만 된 문서(스캔)입니다.'],
    ['full', '자료실이 꽉 찼습니다. 안 보시는 문서를 지워 주세요.'],
    ['some-new-word', '읽지 못했습니다.'],
  ])('is one line why not: %s', async (word, why) => {
    const [[room, type, content] = []] = await told(word);
    expect([room, type]).toEqual(['!memory:test', 'm.room.message']);
    const { body, formatted_body: html = '' } = content as { body: string; formatted_body?: string };
    expect(body.split('\n')).toHaveLength(1);
    expect(body).toContain(why);
    expect(html).not.toMatch(/<(?:a|em)\b/);
  });
});
