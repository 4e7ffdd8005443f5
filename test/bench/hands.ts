import { setTimeout as sleep } from 'node:timers/promises';
import { calls } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';
import { median, ms, table } from './figures.ts';

/** How long the stand-in thinks about each call: the least that people see of real models. Milliseconds. */
const THINKS_MS = 200;
const GOAL = 1.2;

/**
 * A turn with one command against the same turn without, from the master's send until the answer is at his client; the
 * floor is what it is made of: a command that a master types, and two calls of the model.
 */
export async function handsBench(quick = false): Promise<{ table: string; failures: string[] }> {
  const rounds = quick ? 3 : 20;
  await using scene = await Scene.open();
  const { master, hq, providers } = scene;
  const thinking = { after: () => sleep(THINKS_MS) };
  const answer = (text: string) => ({ pieces: [text], after: thinking.after() });
  const spent = { without: [] as number[], typed: [] as number[], with: [] as number[] };
  const timed = async (into: number[], ask: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await ask();
    into.push(performance.now() - began);
    // What follows an answer, reports and the like, is over before the next begins.
    await sleep(700);
  };
  // The first of each warms what is made once.
  for (let round = 0; round <= rounds; round += 1) {
    providers.play(() => answer('네.'), 'claude');
    await timed(spent.without, async () => master.answered(hq, await master.say(hq, '클로드, 어떻게 생각해?')));
    await timed(spent.typed, async () => {
      const order = await master.say(hq, '!실행 true');
      await master.until('its end', hq, () =>
        master.shown(hq).find(({ replyTo, who }) => who === 'executor' && replyTo === order),
      );
    });
    providers.play(
      (question) =>
        question.step === 0
          ? {
              ...calls({ name: 'run_command', input: { script: `true # ${round}`, why: '확인' } }),
              after: thinking.after(),
            }
          : answer('네.'),
      'claude',
    );
    await timed(spent.with, async () => master.answered(hq, await master.say(hq, '클로드, 이거 한 번 해줘')));
  }
  const warm = (all: readonly number[]): number => median(all.slice(1));
  const [without, typed, withTool] = [warm(spent.without), warm(spent.typed), warm(spent.with)];
  const floor = typed + 2 * THINKS_MS;
  const ratio = withTool / floor;
  const rows = [
    ['a turn without tools', ms(without)],
    ['a command that a master types', ms(typed)],
    [`that and two calls of the model (${THINKS_MS} ms each)`, ms(floor)],
    ['a turn with one command', ms(withTool)],
    ['of the floor', ratio.toFixed(2)],
  ];
  return {
    table: table([`median of ${rounds}`, ''], rows),
    failures: ratio > GOAL ? [`hands: a turn with a command takes ${ratio.toFixed(2)} of what it is made of`] : [],
  };
}
