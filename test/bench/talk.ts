import type { Entry } from '../../bridge/appservice/timeline.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';

/** A conversation that is the same in every run: the master says something, and six agents answer. */
export const MASTER_USER = UserId.parse('@master:bench');
const ROOM = RoomId.parse('!bench:bench');
export const SPEAKERS = ['gabriel', 'jarvis', 'claude', 'manus', 'perplexity', 'michael'] as const;
export const agentUser = (id: string): UserId => UserId.parse(`@agent_${id}:bench`);

const QUESTIONS = [
  '내일 부산까지 몇 시에 출발하면 좋을까?',
  '사료가 열 포대 남았는데 언제 다시 주문하지?',
  '타이어에서 소리가 나는데 왜 그럴까?',
  '이번 주 배차를 정리해 줘',
] as const;
const ANSWERS = [
  '새벽 네 시에 나서면 여섯 시 전에 대구를 지나고, 막히기 전에 부산에 닿습니다. 휴게소는 한 번이면 됩니다.',
  '하루에 한 포대가 나가니 열흘치입니다. 배송이 사흘 걸리므로 이번 주 금요일까지 주문하시면 넉넉합니다.',
  '한쪽에서만 난다면 공기압이나 편마모부터 보시고, 속도에 따라 달라지면 베어링을 의심해 볼 만합니다.',
] as const;

export function said(no: number, sender: UserId, body: string): Entry {
  const eventId = EventId.parse(`$m${no}`);
  const answer = sender === MASTER_USER ? {} : { chavion: { v: 1 as const, kind: 'answer' as const } };
  return {
    event: {
      kind: 'message',
      eventId,
      roomId: ROOM,
      sender,
      at: 1_700_000_000_000 + no * 10_000,
      msgtype: 'm.text',
      body,
      mentions: [],
      mentionsRoom: false,
      masked: false,
      ...answer,
    },
    body,
    growing: false,
  };
}

/** Question and answers, round after round. */
export const talk = (rounds: number): readonly Entry[] =>
  Array.from({ length: rounds }, (_, round) => [
    said(round * 7, MASTER_USER, `${QUESTIONS[round % QUESTIONS.length]} (${round})`),
    ...SPEAKERS.map((id, i) =>
      said(round * 7 + 1 + i, agentUser(id), `${ANSWERS[(round + i) % ANSWERS.length]} (${round}, ${id})`),
    ),
  ]).flat();
