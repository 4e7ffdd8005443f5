import { phrase } from '../say.ts';
import { withParticle } from '../particle.ts';
import { roomNames } from '../room-names.ts';

/** What is said of the rooms that the launcher furnishes, and their names. */
export const furnishingText = {
  roomsMoved: phrase(
    () => '방이 새 판으로 옮겨졌습니다. 에이전트들과 실행자도 따라갔습니다.',
    () => 'A room was upgraded. The agents and the executor have followed.',
  ),
  roomsLost: phrase(
    () =>
      `${withParticle(roomNames.hq.ko, '이나', '나')} ${roomNames.ops.ko} 방이 지워져 새로 만들었습니다. 그 방에서 한 이야기는 되찾을 수 없습니다(백업에는 있습니다: npm start -- restore). 임무와 예약의 글도 그 방에 있었다면 함께 사라졌습니다.`,
    () =>
      `${roomNames.hq.en} or the ${roomNames.ops.en} room was deleted, so a new one was made. What was said in the old one is gone (a backup still has it: npm start -- restore), and so are the messages of tasks and schedules that stood there.`,
  ),
  keptOutside: (users: readonly string[]) =>
    phrase(
      () => `방에 들이지 못한 계정: ${users.join(', ')}. 닫혔거나 차단된 계정입니다. Ketesa나 Element에서 풀어 주세요.`,
      () => `Not let into the rooms: ${users.join(', ')}. They are closed or banned; open them in Ketesa or Element.`,
    ),
  house: {
    ko: {
      admin: '관리',
      hq: roomNames.hq.ko,
      ops: roomNames.ops.ko,
      memory: roomNames.memory.ko,
      spaceTopic: 'Chavion의 방들이 모인 곳',
      hqTopic: '여기에 쓰면 모든 에이전트가 듣고 답합니다. 이름을 부르면 그 에이전트만 답합니다.',
      opsTopic: '맡긴 일이 어떻게 진행되고 끝났는지 여기에 남습니다.',
      memoryTopic: '여기에 적은 말은 에이전트들이 늘 기억합니다. 고치면 바뀌고, 지우면 잊습니다.',
    },
    en: {
      admin: 'Admin',
      hq: roomNames.hq.ko,
      ops: roomNames.ops.ko,
      memory: roomNames.memory.ko,
      spaceTopic: 'The rooms of Chavion',
      hqTopic: 'Write here and every agent hears and answers. Call one by name and only that one speaks.',
      opsTopic: 'The record of what was done with the work you gave.',
      memoryTopic:
        'What is written here the agents always remember. Edit it and it changes, delete it and it is forgotten.',
    },
  },
};
