import { phrase } from '../say.ts';

const KINDS: Readonly<Record<string, readonly [ko: string, en: string]>> = {
  turns: ['대답이나 명령', 'an answer or a command'],
  tasks: ['임무의 한 단계', 'a step of a task'],
  websites: ['만든 페이지 보여 주기', 'the showing of a page'],
  task: ['임무', 'a task'],
  schedule: ['예약', 'a schedule'],
};

/** Something stored by another version, or broken, cannot be read: everything else goes on. `why`: the field at fault. */
export const putAsideLine = phrase<[what: string, why: string]>(
  (what, why) =>
    `📦 저장된 기록 하나를 읽을 수 없어 따로 치워 두었습니다: ${KINDS[what]?.[0] ?? what} (\`${why.replaceAll('`', '')}\`). 다른 일은 그대로 합니다. 필요한 일이었다면 다시 보내 주세요.`,
  (what, why) =>
    `📦 Something stored could not be read and was put aside: ${KINDS[what]?.[1] ?? what} (\`${why.replaceAll('`', '')}\`). Everything else goes on. If it was needed, please send it again.`,
);
