import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { House, houseEnvironment } from '../house/house.ts';
import { PROVIDER_KEY, Providers } from '../house/providers.ts';

let folder: string;
let providers: Providers;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chavion-models-'));
  providers = await Providers.start();
});
afterAll(async () => {
  await providers[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => providers.reset());

async function doctor(
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; lines: readonly string[]; output: string }> {
  const house = new House(folder, await houseEnvironment(folder), true);
  const [code] = await once(
    house.launch(['doctor', '--providers'], { ...providers.env, CHAVION_REHEARSAL: 'auto', ...env }),
    'close',
  );
  return {
    code: Number(code),
    output: house.output,
    lines: house.output
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^[✓✗·]/.test(line))
      .toSorted(),
  };
}

describe('doctor --providers', () => {
  it('makes one tiny call to each, and says who answers in what time and who cannot be called', async () => {
    const { code, lines, output } = await doctor();
    expect(lines).toEqual([
      expect.stringMatching(/^· 마누스 \(manus\/.+\): 키가 없습니다\. 넣기: npm start -- keys$/),
      expect.stringMatching(/^· 미카엘 \(rehearsal\): 부를 AI가 없습니다$/),
      expect.stringMatching(/^✓ 가브리엘 \(openai\/.+\): \d+\.\d초 만에 답했습니다$/),
      expect.stringMatching(/^✓ 자비스 \(google\//),
      expect.stringMatching(/^✓ 클로드 \(anthropic\//),
      expect.stringMatching(/^✓ 퍼플렉시티 \(perplexity\//),
    ]);
    expect(code).toBe(0);
    expect(providers.questions.map(({ agent }) => agent).toSorted()).toEqual([
      'claude',
      'gabriel',
      'jarvis',
      'perplexity',
    ]);
    for (const { body } of providers.questions) expect(body.length).toBeLessThan(1_000);
    expect(output).not.toContain(PROVIDER_KEY);
    expect(statSync(join(folder, 'data'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('names what is wrong with who does not answer, a second model too, and is 1 then', async () => {
    providers.play(() => ({ status: 401, body: '{"error":{"type":"authentication_error","message":"no"}}' }), 'claude');
    const roster = join(folder, 'roster.json');
    writeFileSync(
      roster,
      JSON.stringify({
        ...defaultRoster,
        agents: defaultRoster.agents.map((agent) =>
          agent.id === 'claude' ? { ...agent, fallback: 'openai/gpt-6-astra' } : agent,
        ),
      }),
    );
    const { code, lines, output } = await doctor({ CHAVION_ROSTER: roster, CHAVION_LANG: 'en' });
    expect(code).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^✗ 클로드 \(anthropic\/.+\): key refused \(\d+\.\d s\)$/));
    expect(lines).toContainEqual(expect.stringMatching(/^✓ 클로드 \(openai\/gpt-6-astra\): answered/));
    expect(output).toContain('4 answered, 1 did not');
  });

  it('refuses wrong settings like every start', async () => {
    const { code, output } = await doctor({ CHAVION_TZ: 'Nowhere' });
    expect(code).toBe(1);
    expect(output).toContain('CHAVION_TZ=Nowhere');
    expect(providers.questions).toEqual([]);
  });
});
