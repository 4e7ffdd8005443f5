import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAMILIES, type AbuseCase, type HostServices } from './case.ts';
import { ABUSE_CASES } from './cases/all.ts';
import { hostState } from './host-state.ts';
import { MODES, SandboxHouse, openHostServices } from './house.ts';

describe('the list of abuse cases', () => {
  it('has at least sixty, several of each family, each with a name of its own', () => {
    expect(ABUSE_CASES.length).toBeGreaterThanOrEqual(60);
    expect(new Set(ABUSE_CASES.map(({ name }) => name)).size).toBe(ABUSE_CASES.length);
    expect(FAMILIES.filter((family) => ABUSE_CASES.filter((each) => each.family === family).length < 3)).toEqual([]);
  });
});

const unable = ABUSE_CASES.flatMap((each) => {
  const why = each.cannotRun?.();
  return why === undefined ? [] : [`${each.name}: ${why}`];
});
if (unable.length > 0) process.stderr.write(`security cases not run on this machine:\n  ${unable.join('\n  ')}\n`);

describe.each(MODES)('the sandbox, %s', (mode) => {
  let house: SandboxHouse;
  let host: HostServices & AsyncDisposable;
  let before: string[];

  beforeAll(async () => {
    before = hostState();
    host = await openHostServices();
    house = await SandboxHouse.open(mode, { canaries: true });
  }, 60_000);
  afterAll(async () => {
    await house?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });

  const able = ABUSE_CASES.filter((each) => each.cannotRun?.() === undefined);
  // An ordinary account has no cgroups: what they hold is tried again without them, the rest in the long run only.
  const again =
    process.env.CHAVION_SOAK === '1' || mode === MODES[0]
      ? FAMILIES
      : (['exhaustion', 'daemons', 'privileges'] as const);
  describe.concurrent.each(again)('%s', (family) => {
    it.each(able.filter((each) => each.family === family))('$name', { timeout: 60_000 }, async (each) => {
      expect(await harmOf(each, house, host)).toBeUndefined();
    });
  });

  it('leaves the host as it was', () => {
    expect(hostState()).toEqual(before);
    expect(host.heard()).toBe(0);
  });
});

async function harmOf(each: AbuseCase, house: SandboxHouse, host: HostServices): Promise<string | undefined> {
  const scene = house.scene(host);
  each.prepare?.(scene);
  const outcome = await house.run(scene, each.command(scene), each);
  const harm = await each.harm(scene, outcome);
  if (harm !== undefined) return harm;
  const attempted =
    typeof each.attempted === 'string'
      ? (outcome.stdout + outcome.stderr).includes(each.attempted)
      : each.attempted(outcome);
  return attempted ? undefined : `the attack was not made: ${JSON.stringify(outcome).slice(0, 1500)}`;
}
