import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { envExample } from '../../bridge/config/env-example.ts';
import { rosterReference } from '../../bridge/config/roster-reference.ts';
import { loadConfiguration } from '../../bridge/config/load.ts';
import { ConfigRefusal } from '../../bridge/config/refusal.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentConfig } from '../../bridge/protocol/roster.ts';
import { ProviderSettings, Settings } from '../../bridge/protocol/settings.ts';

const project = join(import.meta.dirname, '..', '..');

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'chavion-settings-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

function refusal(environment: Record<string, string>, at = project): string {
  try {
    loadConfiguration(environment, at, 'en');
  } catch (error) {
    if (error instanceof ConfigRefusal) return error.in('en');
    throw error;
  }
  throw new Error('was taken as good');
}

describe('settings', () => {
  it('stand on their own without any being set', () => {
    const { settings, roster, unknown } = loadConfiguration({}, project);
    expect(settings).toMatchObject({
      CHAVION_DATA_DIR: 'data',
      CHAVION_SERVER_NAME: 'chavion.local',
      CHAVION_SYNAPSE_PORT: 8008,
      CHAVION_LANG: 'ko',
    });
    expect(roster.agents.map((agent) => agent.id)).toEqual(defaultRoster.agents.map((agent) => agent.id));
    expect(unknown).toEqual([]);
  });

  it('are refused with every fault at once, each at its place', () => {
    const said = refusal({
      CHAVION_SYNAPSE_PORT: '99999',
      CHAVION_REDIS_PORT: 'abc',
      CHAVION_TZ: 'Mars/Olympus',
      CHAVION_LANG: 'fr',
      OPENAI_BASE_URL: 'nonsense',
      CHAVION_ROSTER: 'no-such-file.json',
    });
    for (const place of [
      'CHAVION_SYNAPSE_PORT=99999',
      'CHAVION_REDIS_PORT=abc',
      'CHAVION_TZ=Mars/Olympus',
      'CHAVION_LANG=fr',
      'OPENAI_BASE_URL',
      'CHAVION_ROSTER=no-such-file.json',
    ]) {
      expect(said).toContain(`- ${place}`);
    }
    expect(said).toContain('6 settings are wrong');
  });

  it('never show what stands in a key or in the address of a provider', () => {
    expect(
      refusal({ ANTHROPIC_BASE_URL: 'user:hunter2-in-here', OPENAI_API_KEY: 'sk-secret', CHAVION_LANG: 'fr' }),
    ).not.toMatch(/hunter2|sk-secret/);
  });

  it('point at the wrong place in a roster', () => {
    const at = folder();
    const agents = defaultRoster.agents.map((agent, i) =>
      i === 2 ? { ...agent, id: 'Not An Id', model: 'nobody/x', callsigns: [] } : agent,
    );
    writeFileSync(join(at, 'roster.json'), JSON.stringify({ ...defaultRoster, agents }));
    const said = refusal({ CHAVION_ROSTER: 'roster.json' }, at);
    for (const place of ['agents[2].id', 'agents[2].model', 'agents[2].callsigns'])
      expect(said).toContain(`roster.json: ${place}`);
  });

  it('say that a roster is not JSON', () => {
    const at = folder();
    writeFileSync(join(at, 'roster.json'), '{ agents: ');
    expect(refusal({ CHAVION_ROSTER: 'roster.json' }, at)).toContain('is not JSON');
  });

  it('notice a name that is spelled wrong', () => {
    expect(loadConfiguration({ CHAVION_SYNAPSE_PROT: '1' }, project).unknown).toEqual([
      { name: 'CHAVION_SYNAPSE_PROT', nearest: 'CHAVION_SYNAPSE_PORT' },
    ]);
  });
});

describe('.env.example', () => {
  it('is what the schemas say', () => {
    expect(readFileSync(join(project, '.env.example'), 'utf8')).toBe(envExample());
  });

  it('names every setting, and none that takes effect', () => {
    for (const name of [...Object.keys(Settings.shape), ...Object.keys(ProviderSettings.shape)])
      expect(envExample()).toContain(`\n#${name}=`);
    expect(envExample()).not.toMatch(/^[A-Z]/m);
  });
});

describe('the reference of the roster', () => {
  it('is what the schema says', () => {
    expect(readFileSync(join(project, 'bridge', 'config', 'roster.md'), 'utf8')).toBe(rosterReference());
  });

  it('names every field of an agent', () => {
    for (const name of Object.keys(AgentConfig.shape))
      expect(rosterReference()).toContain(`\n| \`agents[].${name}\` |`);
  });
});
