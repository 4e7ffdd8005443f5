import { Plan } from '../../bridge/protocol/plan.ts';
import type { ProviderRequest } from '../../bots/models/providers/provider.ts';
import type { AskKind } from '../../bots/tasks/state/ask.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import { agent, askOf, askOnce, depsOf, hashOf, saying, step, task, withProposals } from './task-models-scene.ts';

/** Providers charge a tenth for a beginning that they still know: the phases of a task begin alike. */
const MISSION = `다음 달 부산 노선 운행표를 만들어 줘. ${'월요일과 목요일에는 새벽에 출발하고, 금요일은 정비소에 들른다. '.repeat(12)}`;
const FILE = Array.from({ length: 260 }, (_, i) => `2026-12-${i % 30},트럭 ${i % 4}호,부산,${i * 7} km,비고 없음`).join(
  '\n',
);

const plan = (n: number) =>
  Plan.parse({
    goal: `운행표 만들기 ${n}`,
    steps: [
      ...['모으기', '나누기', '쓰기'].map((title, i) => ({
        kind: 'command',
        title: `${title} ${n}`,
        command: {
          type: 'shell',
          id: `step-${i}`,
          script: `awk -F, '{ sum[$2] += $4 } END { for (t in sum) print t, sum[t] }' 운행.csv > 표-${i}.txt`,
          reason: '표에 넣을 수를 얻으려고',
          after: i === 0 ? [] : [`step-${i - 1}`],
        },
      })),
      {
        kind: 'work',
        id: 'write',
        title: '설명',
        agent: 'claude',
        work: 'write',
        instruction: '세 문장으로 설명',
        after: ['step-2'],
      },
    ],
  });

/** A task of ordinary size, as it stands when each phase begins. */
const fresh = task(MISSION);
const triaged: TaskState = {
  ...fresh,
  triage: {
    goal: '운행표 한 장',
    checks: ['날짜마다 한 줄', '합계가 맞다'],
    by: agent('gabriel'),
    cannot: ['달력에 넣기'],
  },
};
const plans = [1, 2, 3, 4].map(plan);
const proposed = withProposals(triaged, ...plans);
const criticised: TaskState = {
  ...proposed,
  objections: plans.map((one) => ({
    of: hashOf(one),
    step: step('step-1'),
    text: '합계를 아무도 확인하지 않습니다.',
    by: agent('claude'),
  })),
};
const PHASES: readonly (readonly [AskKind, TaskState])[] = [
  ['triage', fresh],
  ['propose', triaged],
  ['critique', proposed],
  ['vote', criticised],
];

const files = () =>
  Promise.resolve([{ path: '운행.csv', mediaType: 'text/csv', bytes: FILE.length, text: FILE, why: '', left: false }]);

/** What one agent is asked in each phase; a minute passes between two. */
export async function askedInPhases(who = 'gabriel'): Promise<readonly ProviderRequest[]> {
  const requests: ProviderRequest[] = [];
  for (const [i, [kind, state]] of PHASES.entries()) {
    const model = saying('{}');
    await askOnce(
      state,
      { ...askOf(kind, who), until: 1_790_003_600_000 },
      depsOf(model.provider, { files, now: () => 1_790_000_000_000 + i * 60_000 }),
    );
    requests.push(...model.asked.slice(0, 1));
  }
  return requests;
}
