import { rehearsalLabel } from '../offline.ts';
import { withParticle } from '../particle.ts';
import { phrase, type Phrase } from '../say.ts';

/** What rehearsing agents say in a task. What stands in a plan is read by the owner too. */
const labelled = <P extends readonly unknown[]>(
  ko: (...values: P) => string,
  en: (...values: P) => string,
): Phrase<P> =>
  phrase(
    (...values: P) => `${rehearsalLabel.ko()} ${ko(...values)}`,
    (...values: P) => `${rehearsalLabel.en()} ${en(...values)}`,
  );

const LONGEST_TOPIC = 60;
/** A mission in one short line. */
export function briefly(mission: string): string {
  const line = mission
    .slice(0, 2_000)
    .replace(/\s+/gu, ' ')
    .replace(/[“”`*_<>@＠[\]]/gu, '')
    .trim();
  const letters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment);
  return letters.length <= LONGEST_TOPIC ? line : `${letters.slice(0, LONGEST_TOPIC).join('').trimEnd()}…`;
}

export const goals = {
  list: labelled(
    () => '파일 목록을 읽기만 해서 그대로 보여 드리기',
    () => 'Show the list of files as it is, reading only',
  ),
  repair: labelled(
    () => '오늘 날짜를 date.txt 파일에 적기',
    () => "Write today's date into the file date.txt",
  ),
  host: labelled<[folder: string]>(
    (folder) => `빌려주신 ${folder} 폴더에 기록 파일 하나 남기기`,
    (folder) => `Leave one note in the lent folder ${folder}`,
  ),
  page: labelled(
    () => '펫샵 예약 관리 화면을 index.html 파일 하나로 만들기',
    () => 'Make a reservation page for a pet shop, in the one file index.html',
  ),
  repaint: labelled(
    () => '앞서 만든 화면의 색만 바꾸기',
    () => 'Change the colour of the page that was made, and nothing else',
  ),
  other: labelled<[topic: string]>(
    (topic) => `“${topic}”: 메모 파일 하나로 흐름만 보여 드리기`,
    (topic) => `“${topic}”: show how it goes, with one note`,
  ),
};

export const checks = {
  ran: phrase(
    () => '계획의 모든 명령이 성공했다',
    () => 'every command of the plan has succeeded',
  ),
  shown: phrase(
    () => '보고서에 실제 명령 결과가 들어 있다',
    () => 'the report holds the real output of the commands',
  ),
};

export const titles = {
  repaint: phrase(
    () => '화면의 색 바꾸기',
    () => 'Change the colour of the page',
  ),
  listFolder: phrase<[folder: string]>(
    (folder) => `${folder} 폴더의 파일 보기`,
    (folder) => `List the folder ${folder}`,
  ),
  listWorkspace: phrase(
    () => '작업 폴더의 파일 보기',
    () => 'List the workspace',
  ),
  writeDate: phrase(
    () => '날짜를 date.txt에 적기',
    () => 'Write the date into date.txt',
  ),
  showDate: phrase(
    () => '적은 날짜 확인하기',
    () => 'Look at the date that was written',
  ),
  leaveNote: phrase<[folder: string]>(
    (folder) => `${folder} 폴더에 기록 남기기`,
    (folder) => `Leave a note in ${folder}`,
  ),
  checkNote: phrase(
    () => '남긴 기록 확인하기',
    () => 'Check the note',
  ),
  writePage: phrase(
    () => '예약 관리 화면 만들기',
    () => 'Write the reservation page',
  ),
  checkPage: phrase(
    () => '화면 파일 확인하기',
    () => 'Check the page',
  ),
  writeNote: phrase(
    () => '메모 파일 쓰기',
    () => 'Write the note',
  ),
  sumUp: phrase(
    () => '결과를 읽기 쉽게 정리하기',
    () => 'Sum up the result',
  ),
  guide: phrase(
    () => '사용 방법 쓰기',
    () => 'Write how to use it',
  ),
};

export const reasons = {
  see: phrase(
    () => '무엇이 있는지 눈으로 확인하려고',
    () => 'to see what is there',
  ),
  make: phrase(
    () => '부탁하신 파일을 만들려고',
    () => 'to make the file that was asked for',
  ),
  check: phrase(
    () => '제대로 되었는지 확인하려고',
    () => 'to see that it came out right',
  ),
};

export const instructions = {
  sumUp: phrase(
    () => '앞 단계의 결과를 휴대폰에서 읽기 쉽게 두세 문장으로 정리해 주세요.',
    () => 'Sum up what the step before brought, in two or three sentences for a phone.',
  ),
  guide: phrase(
    () => '만든 화면을 처음 쓰는 사람을 위해 사용 방법을 짧게 써 주세요.',
    () => 'Write briefly how somebody new uses the page.',
  ),
};

export const offlineNote = labelled<[topic: string]>(
  (topic) =>
    `요청: ${topic}\n\n- 목표를 정하고, 오늘 할 수 있는 것부터 합니다.\n- 결과는 파일 목록으로 확인합니다.\n- 연습이라 조사는 하지 않았습니다.\n`,
  (topic) =>
    `Mission: ${topic}\n\n- Settle the goal, start with what can be done today.\n- The list of files shows the outcome.\n- This is a rehearsal: nothing was looked up.\n`,
);
export const noteWithoutFolder = phrase(
  () => '\n쓰기용으로 빌려주신 폴더가 없어 작업 폴더에만 남깁니다.\n',
  () => '\nNo folder is lent for writing, so this stays in the workspace.\n',
);
export const hostNote = labelled<[topic: string]>(
  (topic) => `실행자가 남긴 기록입니다. 요청: ${topic}`,
  (topic) => `A note left by the executor. Mission: ${topic}`,
);

export const offlineObjection = labelled(
  () => '결과를 사람이 읽기 쉽게 정리하는 단계가 없습니다.',
  () => 'No step puts the result into words that people like to read.',
);

export const votes = {
  thorough: labelled(
    () => '위험이 낮고, 결과를 정리하는 단계까지 있는 안을 앞에 두었습니다.',
    () => 'Lowest risk first, then the plan that also sums up its result.',
  ),
  brief: labelled(
    () => '위험이 낮고 단계가 적은 안을 앞에 두었습니다.',
    () => 'Lowest risk first, then the plan with the fewest steps.',
  ),
  abstains: labelled(
    () => '제 역할로는 어느 안이 나은지 말하기 어려워 기권합니다.',
    () => 'From my part I cannot tell which is better: I abstain.',
  ),
};

export const work = {
  guide: labelled(
    () =>
      '**사용 방법**\n\n1. 날짜를 고르고 손님 이름, 반려동물, 시간을 적은 뒤 ‘예약 추가’를 누릅니다.\n2. 그날의 시간표에 예약이 바로 보입니다.\n3. 예약을 지우려면 그 줄의 ‘취소’를 누릅니다.',
    () =>
      '**How to use it**\n\n1. Pick a day, fill in name, pet and time, and press ‘예약 추가’ (add).\n2. The timetable of the day shows it at once.\n3. ‘취소’ (cancel) beside a reservation takes it away.',
  ),
  sum: labelled<[lines: number, first: string]>(
    (lines, first) => `앞 단계의 결과는 모두 ${lines}줄입니다. 첫 줄은 다음과 같습니다.\n\n${first}`,
    (lines, first) => `The step before brought ${lines} lines. The first of them:\n\n${first}`,
  ),
  nothing: labelled(
    () => '앞 단계에서 나온 글이 없어 정리할 것이 없습니다.',
    () => 'The steps before brought no words to sum up.',
  ),
};

export const verdicts = {
  holds: labelled(
    () => '모든 단계가 끝났고, 결과를 직접 읽어 확인했습니다.',
    () => 'Every step has ended well; I read the outputs.',
  ),
  sample: labelled(
    () =>
      '파일이 실제로 만들어졌고 직접 읽어 확인했습니다. 다만 미리 준비된 견본이라 자세한 주문은 들어 있지 않습니다.',
    () => 'The file was really made, and I read it. It is a sample known by heart: special wishes are not in it.',
  ),
  played: labelled(
    () => '위의 명령은 실제로 돌았지만 흐름을 보여 드린 것뿐입니다. 부탁하신 일은 하지 않았습니다.',
    () => 'The commands above really ran, but only to show how it goes. What was asked for was not done.',
  ),
  unseen: labelled(
    () =>
      '모든 단계가 끝났습니다. 연습용이라 다른 에이전트의 계획이 부탁하신 일에 맞는지는 판단하지 못합니다. 직접 봐 주세요.',
    () =>
      'Every step has ended well. As a stand-in I cannot judge whether another agent’s plan fulfils the task: please look yourself.',
  ),
  fails: labelled<[steps: string]>(
    (steps) => `아직 되지 않은 단계가 있습니다: ${steps}`,
    (steps) => `Not done: ${steps}`,
  ),
};

export const causes = {
  misspelt: labelled<[wrong: string, right: string]>(
    (wrong, right) =>
      `${withParticle(`‘${wrong}’`, '이라는', '라는')} 명령은 없습니다. ${withParticle(`‘${right}’`, '을', '를')} 잘못 적은 것이라 고쳤습니다.`,
    (wrong, right) => `There is no command ‘${wrong}’: it is ‘${right}’ misspelt, which I put right.`,
  ),
  unknown: labelled<[last: string]>(
    (last) => `이 명령만 고쳐서는 되지 않겠습니다. 마지막 출력: ${last}`,
    (last) => `Mending this command alone will not do. Its last words: ${last}`,
  ),
};

export const offlineReport = {
  lead: labelled<[goal: string]>(
    (goal) => `**${goal}**\n\n연습용 에이전트가 썼지만, 아래 결과는 실제로 실행해서 나온 것입니다.`,
    (goal) => `**${goal}**\n\nWritten by a rehearsing agent; the outputs below are real.`,
  ),
  sample: labelled<[goal: string]>(
    (goal) =>
      `**${goal}**\n\n미리 준비된 견본을 진짜 파일로 만들었습니다. 쓰실 수 있지만 자세한 주문은 들어 있지 않습니다.`,
    (goal) =>
      `**${goal}**\n\nA sample known by heart, really made as a file. It can be used; special wishes are not in it.`,
  ),
  played: labelled<[goal: string]>(
    (goal) =>
      `**${goal}**\n\n연습이라 흐름만 보여 드렸습니다. 부탁하신 일은 아직 하지 않았습니다. 아래는 실제로 돌려 본 명령과 나온 것입니다.`,
    (goal) =>
      `**${goal}**\n\nA rehearsal: it shows how such a task goes. What was asked for is not done yet. Below is what really ran.`,
  ),
  wanting: phrase(
    () => '진짜로 하려면',
    () => 'For the real thing',
  ),
  bindings: phrase(
    () => '열쇠를 넣은 진짜 에이전트 (서버에서 `npm start -- keys`)',
    () => 'real agents, with a key (`npm start -- keys` on the server)',
  ),
  result: phrase(
    () => '결과',
    () => 'Result',
  ),
  way: phrase(
    () => '한 일',
    () => 'What was done',
  ),
  checked: phrase(
    () => '확인',
    () => 'Verified',
  ),
  file: phrase<[path: string]>(
    (path) => `만든 파일: \`${path}\``,
    (path) => `File made: \`${path}\``,
  ),
  notRun: phrase(
    () => '실행되지 않음',
    () => 'not run',
  ),
};
