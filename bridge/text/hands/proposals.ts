import { phrase } from '../say.ts';

/** What an agent's proposal of a command says, and what becomes of it. */

/** What each command would do, in the words of one who does not know it. The line itself stands beneath. */
export const proposes = phrase<[agent: string, what: string]>(
  (agent, what) => `${agent}: ${what}. 아래 그대로 하려면 ✅, 아니면 ❌를 눌러 주세요.`,
  (agent, what) => `${agent}: ${what}. Tap ✅ to do exactly this, ❌ to leave it.`,
);

type Words = Readonly<Record<'ko' | 'en', string>>;

/** Only what stands here can be proposed: nothing that gives rights, and nothing that runs by itself. */
export const PROPOSABLE: Readonly<Record<string, Words>> = {
  task: { ko: '모두에게 임무로 맡깁니다', en: 'gives it to everyone as a task' },
  schedule: { ko: '정해진 때에 하도록 예약합니다', en: 'schedules it for its time' },
  unschedule: { ko: '예약을 없앱니다', en: 'takes a schedule away' },
  'run-now': { ko: '예약한 일을 지금 한 번 합니다', en: 'runs a schedule once, now' },
  cycle: { ko: '알아서 살피고 일하는 순환을 바꿉니다', en: 'changes the cycle of work by itself' },
  budget: { ko: '예산을 정합니다', en: 'sets a budget' },
  freeze: { ko: '에이전트를 쉬게 합니다', en: 'lets agents rest' },
  thaw: { ko: '쉬던 에이전트를 다시 부릅니다', en: 'wakes agents up' },
  model: { ko: '에이전트의 모델을 바꿉니다', en: 'changes an agent’s model' },
  floor: { ko: '누가 말할지 정합니다', en: 'sets who may speak' },
  discuss: { ko: '에이전트끼리 토론하게 합니다', en: 'lets the agents discuss' },
  vote: { ko: '모두의 비밀 투표로 정하게 합니다', en: 'puts it to everybody’s secret vote' },
  cancel: { ko: '임무를 그만둡니다', en: 'ends a task' },
  retry: { ko: '임무를 다시 합니다', en: 'tries a task again' },
  status: { ko: '임무가 어디까지 왔는지 봅니다', en: 'shows how tasks stand' },
  tasks: { ko: '임무 목록을 봅니다', en: 'lists the tasks' },
  schedules: { ko: '예약 목록을 봅니다', en: 'lists the schedules' },
  agents: { ko: '에이전트 상태를 봅니다', en: 'shows the agents' },
  memory: { ko: '기억해 두거나, 기억하는 것을 봅니다', en: 'remembers it, or shows what is remembered' },
  forget: {
    ko: '기억하는 것이나 이 방의 요약을 지웁니다',
    en: 'forgets what is remembered, or the summary of this room',
  },
  help: { ko: '도움말을 봅니다', en: 'shows the help' },
};

export const proposalTooOld = phrase(
  () => '하루가 지난 제안이라 아무것도 하지 않았습니다. 아직 원하시면 다시 말씀해 주세요.',
  () => 'This was proposed more than a day ago, so nothing was done. Say it again if you still want it.',
);
