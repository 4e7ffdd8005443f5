import { phrase } from '../say.ts';

/** The one message that tells of a plan's commands, and grows with them. */

export const runHead = phrase<[done: number, all: number, over: boolean]>(
  (done, all, over) => `🛠️ **명령 실행** · ${all}개 중 ${done}개 끝${over ? '' : ' (멈추려면 🛑)'}`,
  (done, all, over) => `🛠️ **The commands** · ${done} of ${all} done${over ? '' : ' (🛑 to stop)'}`,
);
export const runGoes = phrase(
  () => '실행 중',
  () => 'running',
);
export const outputInFile = phrase(
  () => '전체 출력은 파일에 있습니다',
  () => 'the whole output is in a file',
);
export const moreSteps = phrase<[count: number]>(
  (count) => `외 ${count}개`,
  (count) => `and ${count} more`,
);
