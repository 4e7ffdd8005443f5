import { describe, expect, it } from 'vitest';
import { defaultRoster, personaOf } from '../../bridge/protocol/default-roster.ts';
import { PERSONAS, Roster } from '../../bridge/protocol/roster.ts';
import { rehearse } from '../../bridge/text/offline.ts';
import { cycleOn, digest, roundMission } from '../../bridge/text/room/schedule.ts';
import { roundNames } from '../../bots/schedule/round.ts';
import { avatarSvg } from '../../synapse/avatar.ts';
import { ghosts } from '../../synapse/residents.ts';

const house = Roster.parse(defaultRoster);
const rosterOf = (agents: readonly object[], integrator: string) =>
  Roster.parse({ ...defaultRoster, integrator, agents });
const plain = (id: string, more: object = {}) => ({
  id,
  name: id,
  callsigns: [id],
  role: 'r',
  prompt: 'p',
  model: 'rehearsal',
  ...more,
});
const words = (roster: Roster, lang: 'ko' | 'en') =>
  roster.agents.map((agent) =>
    rehearse({ ...agent, persona: personaOf(agent), ownerTitle: '마스터', question: '안녕', lang }),
  );
const faces = (roster: Roster) => ghosts(roster, 'x').map(avatarSvg);

describe('a persona', () => {
  it('is one for each of the default residents', () => {
    expect(new Set(house.agents.map(({ persona }) => persona))).toEqual(new Set(PERSONAS));
    expect(new Set(faces(house)).size).toBe(house.agents.length + 1);
  });

  it('need not stand in a roster file that took the residents over', () => {
    const before = Roster.parse({
      ...defaultRoster,
      agents: defaultRoster.agents.map((agent) => ({ ...agent, persona: undefined })),
    });
    expect(before.agents.every(({ persona }) => persona === undefined)).toBe(true);
    expect(roundNames(before)).toEqual(roundNames(house));
    expect([words(before, 'ko'), words(before, 'en')]).toEqual([words(house, 'ko'), words(house, 'en')]);
    expect(faces(before)).toEqual(faces(house));
  });

  it('says who does what in a round, whatever the agent is called, and whoever sums up does what nobody is for', () => {
    const roster = rosterOf(
      [plain('sumi', { name: '수미', persona: 'analyst' }), plain('duri', { name: '두리' })],
      'duri',
    );
    expect(roundNames(roster)).toEqual({
      sense: '두리',
      analyse: '수미',
      plan: '두리',
      carryOut: '두리',
      executor: '실행자',
      owner: '마스터',
    });
  });

  it('names executor and owner in a round as the roster does', () => {
    const roster = Roster.parse({
      ...defaultRoster,
      ownerTitle: '사장님',
      executor: { name: '손발', callsigns: ['손발'] },
    });
    const said = [
      cycleOn.ko('7시', roundNames(roster)),
      digest.ko([], 2, roster.ownerTitle),
      roundMission.ko(roundNames(roster), '…'),
      roundMission.en(roundNames(roster), '…'),
    ];
    expect(said[0]).toContain('실행(가브리엘, 손발) → 보고');
    expect(said[1]).toContain('사장님을 기다리는 차례: 2개');
    expect(said[2]).toContain('사장님이 정할 일');
    expect(said[3]).toContain('what 사장님 has to decide');
    expect(said.join('\n')).not.toMatch(/실행자|마스터|the (?:executor|master)/u);
  });

  it("speaks under the agent's own name", () => {
    const [said] = words(rosterOf([plain('sumi', { name: '수미', persona: 'leader' })], 'sumi'), 'ko');
    expect(said).toContain('수미입니다');
    expect(words(house, 'en').map((line) => /(\w+) here\./.exec(line)?.[1])).toEqual([
      'Gabriel',
      'Jarvis',
      'Claude',
      'Manus',
      'Perplexity',
      'Michael',
    ]);
  });

  it("is no agent's by its id alone", () => {
    const [, drawn] = faces(rosterOf([plain('leader', { colour: '#000000' })], 'leader'));
    const [, leader] = faces(rosterOf([plain('x', { colour: '#000000', persona: 'leader' })], 'x'));
    expect(drawn).not.toBe(leader);
  });
});
