import { afterAll, beforeAll, expect, it } from 'vitest';
import { Scene } from '../house/scene.ts';

const AGENTS = 25;
const ROUNDS = 6;
const ids = Array.from({ length: AGENTS }, (_, i) => `echo${i}`);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({
    keys: false,
    roster: {
      coordinator: { name: '조율자', callsigns: ['조율자'] },
      executor: { name: '실행자', callsigns: ['실행자'] },
      integrator: 'echo0',
      agents: ids.map((id, i) => ({
        id,
        name: `메아리${i}`,
        callsigns: [`메아리${i}`],
        role: '메아리',
        model: 'echo',
        prompt: 'You say back what you hear.',
      })),
    },
  });
});
afterAll(() => scene[Symbol.asyncDispose]());

it('twenty-five answers at once leave so few loose ends in a room that its next message ties up all but ten', async () => {
  const room = await scene.roomWith(...ids);
  for (let i = 0; i < ROUNDS; i += 1) {
    const answers = await scene.master.answered(room, await scene.master.say(room, `얘들아 ${i}`), AGENTS);
    expect(new Set(answers.map(({ who }) => who)).size).toBe(AGENTS);
  }
  const { count } = await scene.asAdmin(
    'GET',
    `/_synapse/admin/v1/rooms/${encodeURIComponent(room)}/forward_extremities`,
  );
  expect(count).toBeLessThanOrEqual(19);
});
