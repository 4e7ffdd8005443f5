import { expect, it } from 'vitest';
import { calls, inSteps } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';

/**
 * Turns with a command, in each of which a part is killed: twenty to a house, since the launcher waits longer with
 * every death of a part. In the soak three hundred.
 */
const DEATHS = 20;
const HOUSES = process.env['CHAVION_SOAK'] === '1' ? 15 : 1;
const PARTS = ['swarm', 'executor', 'redis', 'synapse'] as const;

const runs = (script: string) => calls({ name: 'run_command', input: { script, why: '확인' } });

it.concurrent.each(Array.from({ length: HOUSES }, (_, house) => house))(
  'whatever is killed in the middle, a command runs once and the answer comes once (house %i)',
  async () => {
    await using scene = await Scene.open();
    const { master, hq, providers, house } = scene;
    const answers = () =>
      fetch(`${house.ready.homeserver}/_matrix/client/versions`).then(
        ({ ok }) => ok,
        () => false,
      );
    /** Claude's words since the question. */
    const saidSince = (question: string) => {
      const shown = master.shown(hq);
      return shown.slice(shown.findIndex(({ id }) => id === question) + 1).filter(({ who }) => who === 'claude');
    };
    const questions: string[] = [];
    for (let turn = 0; turn < DEATHS; turn += 1) {
      const part = PARTS[turn % PARTS.length] ?? 'swarm';
      providers.play(inSteps(runs(`echo turn${turn} >> count; sleep 1`), `${turn}번째를 했습니다.`), 'claude');
      const question = await master.say(hq, `클로드, ${turn}번째 일을 해줘`);
      questions.push(question);
      await master.until('the tool at work', hq, () => saidSince(question).find(({ body }) => body.includes('🔧')));
      await house.reborn(part, await house.kill(part));
      await scene.until(() => answers());
      const [answer] = await master.answered(hq, question);
      expect(answer?.body).toContain(`${turn}번째를 했습니다.`);
      // Of what was begun when the executor died, nobody knows the end: it is not run again.
      const came = providers.asked('claude').at(-1)?.results[0]?.text;
      expect(came).toMatch(part === 'executor' ? /nobody saw its end|exit code 0/ : /exit code 0/);
    }
    await scene.settled();
    for (const question of questions) expect(master.answers(hq, question)).toHaveLength(1);
    providers.play(inSteps(runs('sort count | uniq -d; wc -l < count'), '세었습니다.'), 'claude');
    await master.answered(hq, await master.say(hq, '클로드, 세어 줘'));
    const counted = providers.asked('claude').at(-1)?.results[0]?.text ?? '';
    expect(counted).not.toMatch(/\| turn/);
    expect(Number(/\| (\d+)/.exec(counted)?.[1])).toBeGreaterThanOrEqual(DEATHS - Math.ceil(DEATHS / PARTS.length));
  },
  900_000,
);
