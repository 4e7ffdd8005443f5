import { describe, expect, it } from 'vitest';
import { ALL_TOOLS, ToolSwitches, unlessOff } from '../../bots/hands/tool-switches.ts';
import { toolsCommand, toolsWish } from '../../bots/hands/tools-command.ts';
import { createResidents } from '../../bots/residents/residents.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import type { ExecutorOffer } from '../../bridge/queue/executor-offers.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { paperTool } from './hands-scene.ts';

const residents = createResidents(Roster.parse(defaultRoster), 'test');
const claude = AgentId.parse('claude');
const one = (name: string, more: object = {}) => ({
  server: 'notes',
  name,
  description: 'd',
  input: {},
  free: false,
  changed: false,
  ...more,
});
const OFFER = { tools: [one('add'), one('search', { free: true }), one('drop', { changed: true })] } as ExecutorOffer;

function scene(offer = OFFER) {
  const switches = new ToolSwitches(new PaperRedis().client());
  const { tools } = toolsCommand({ offers: { now: () => offer }, switches, residents });
  const ask = (words: string, at = 1, lang: 'ko' | 'en' = 'ko') =>
    tools({
      type: 'command',
      name: 'tools',
      room: RoomId.parse('!hq:test'),
      source: EventId.parse('$a'),
      by: UserId.parse('@master:test'),
      at,
      lang,
      words,
    } satisfies SwarmCommandJob);
  return { switches, ask };
}

describe('what stands behind !tools', () => {
  it.each([
    ['', { kind: 'show' }],
    ['클로드 끄기', { kind: 'switch', agents: ['claude'], group: ALL_TOOLS, to: 'off' }],
    ['notes 클로드 꺼', { kind: 'switch', agents: ['claude'], group: 'notes', to: 'off' }],
    ['notes 클로드 가브리엘 켜기', { kind: 'switch', agents: ['claude', 'gabriel'], group: 'notes', to: 'on' }],
    ['Claude off', { kind: 'switch', agents: ['claude'], group: ALL_TOOLS, to: 'off' }],
    ['끄기', { kind: 'bad' }],
    ['없는것 끄기', { kind: 'bad' }],
    ['클로드', { kind: 'bad' }],
    ['notes 끄기', { kind: 'bad' }],
  ])('%s', (words, wish) => expect(toolsWish(words, residents.agents, ['notes'])).toEqual(wish));
});

describe('!tools', () => {
  it('lists what there is, what asks, what has changed, and the way to more', async () => {
    const { ask } = scene();
    const told = await ask('');
    expect(told).toMatch(/\*\*notes\*\*: `add`, `search` \(묻지 않음\), `drop` ⚠️ 바뀜/);
    expect(told).toContain('npm start -- tools accept notes');
    expect(told).toContain('npm start -- tools add');
    expect(told).toContain('npm start -- mail');
    // A line of its own, and no part of the last item.
    expect(told).toContain('\n\n끄고 켜기');
    expect(await scene({}).ask('')).not.toContain('accept');
  });

  it('takes one server from an agent, and gives it back', async () => {
    const { ask, switches } = scene();
    expect(await ask('notes 클로드 끄기', 1)).toMatch(/클로드는 이제 `notes` 도구를 쓰지 않습니다/);
    expect(switches.isOn(claude, 'notes')).toBe(false);
    expect(switches.isOn(claude, 'other')).toBe(true);
    expect(switches.isOn(AgentId.parse('gabriel'), 'notes')).toBe(true);
    expect(await ask('')).toMatch(/꺼 둔 것: 클로드 `notes`/);
    await ask('notes 클로드 켜기', 2);
    expect(switches.isOn(claude, 'notes')).toBe(true);
    // An order that comes again after a later one.
    await ask('notes 클로드 끄기', 1);
    expect(switches.isOn(claude, 'notes')).toBe(true);
  });

  it('takes all of them, the house’s own too', async () => {
    const { ask, switches } = scene();
    const tool = unlessOff(paperTool(), switches);
    expect(tool.isOffered?.(claude)).toBe(true);
    await ask('클로드 끄기');
    expect(tool.isOffered?.(claude)).toBe(false);
    expect(switches.isOn(claude, ALL_TOOLS)).toBe(false);
    expect(switches.isOn(claude, 'notes')).toBe(false);
    expect(tool.isOffered?.(AgentId.parse('gabriel'))).toBe(true);
  });

  it('says what to write where it cannot tell', async () => {
    const { ask, switches } = scene();
    expect(await ask('뭐든지')).toMatch(/바뀐 것은 없습니다[^]*!도구 .+ 끄기/);
    expect(await ask('whatever', 1, 'en')).toMatch(/nothing was changed/);
    expect(switches.off()).toEqual([]);
  });
});
