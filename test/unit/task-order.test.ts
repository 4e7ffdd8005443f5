import { expect, test } from 'vitest';
import { MAX_MISSION, parseChoose, parseTask } from '../../bridge/protocol/orders/task-order.ts';

test.each([
  ['//chavion_task: 서버 파일 목록 조회', '서버 파일 목록 조회'],
  ['/chavion_task: 서버 파일 목록 조회', '서버 파일 목록 조회'],
  ['  // chavion_task :  list the files ', 'list the files'],
  ['／／chavion_task：서버 파일 목록 조회', '서버 파일 목록 조회'],
  ['//Chavion_Task:\n여러 줄\n임무', '여러 줄\n임무'],
  ['//chavion_task 콜론 없이', '콜론 없이'],
  ['!task 펫샵 예약 관리 화면을 만들어줘', '펫샵 예약 관리 화면을 만들어줘'],
  ['!임무: 펫샵', '펫샵'],
  ['！임무　전각 공백', '전각 공백'],
  ['!임무 정리해줘'.normalize('NFD'), '정리해줘'],
  ['!task 12 files to count', '12 files to count'],
  ['//chavion_task: 12', '12'],
])('%j orders a task', (body, mission) => {
  expect(parseTask(body)).toEqual({ kind: 'task', mission });
});

test.each([
  '!task 12',
  '!task #12',
  '!임무 12번',
  '!tasks',
  '!tasking x',
  '임무 시작하자',
  '//chavion_tasks: x',
  'x //chavion_task: y',
  '!임무목록',
  '/task x',
])('%j does not', (body) => {
  expect(parseTask(body)).toBeNull();
});

test('an order without words, or with too many, is one all the same', () => {
  expect(parseTask('//chavion_task:')).toEqual({ kind: 'bad', why: 'empty' });
  expect(parseTask('!임무')).toEqual({ kind: 'bad', why: 'empty' });
  expect(parseTask(`!task ${'가'.repeat(MAX_MISSION + 1)}`)).toEqual({ kind: 'bad', why: 'too-long' });
});

test.each([
  ['!choose B', null, 1],
  ['!선택 a안', null, 0],
  ['!선택 2번', null, 1],
  ['！선택　Ｃ', null, 2],
  ['!choose 12 B', 12, 1],
  ['!choose #12 b', 12, 1],
  ['!선택 12번 2', 12, 1],
  ['!선택 제안 A', null, 0],
])('%j chooses', (body, task, index) => {
  expect(parseChoose(body)).toEqual({ kind: 'choice', task, index });
});

test('what names no proposal chooses none', () => {
  for (const body of ['!choose', '!choose 0', '!choose 좋은 걸로', '!choose A B'])
    expect(parseChoose(body)).toEqual({ kind: 'bad' });
  for (const body of ['choose A', '!chooser A', '선택 A']) expect(parseChoose(body)).toBeNull();
});
