import { describe, expect, it } from 'vitest';
import { AgentId, UserId } from '../../bridge/protocol/ids.ts';
import { agentsNamed, budgetWish } from '../../bots/budget/budget-wish.ts';

const agent = (id: string, ...callsigns: string[]) => ({
  id: AgentId.parse(id),
  userId: UserId.parse(`@agent_${id}:test`),
  callsigns,
});
const agents = [
  agent('claude', '클로드'),
  agent('gabriel', '가브리엘', '팀장', 'GPT'),
  agent('perplexity', '퍼플렉시티', '퍼플'),
];
const wish = (words: string) => {
  const found = budgetWish(words, agents);
  if (found.kind === 'set') return `${found.scope} ${found.period} ${found.unit} ${found.amount}`;
  return found.kind === 'off' ? `${found.scope} off` : found.kind === 'bad' ? found.why : found.kind;
};

describe('what is said to !budget', () => {
  it.each([
    ['', 'show'],
    ['claude', 'show'],
    ['claude 2usd/day', 'claude day usd 2000000'],
    ['Claude 2 USD per day', 'claude day usd 2000000'],
    ['claude $1.50 a day', 'claude day usd 1500000'],
    ['claude daily $0.25', 'claude day usd 250000'],
    ['all 30usd/month', '* month usd 30000000'],
    ['everyone 1,000 dollars per month', '* month usd 1000000000'],
    ['gpt 100ktok/day', 'gabriel day tokens 100000'],
    ['gpt 1.5m tokens a month', 'gabriel month tokens 1500000'],
    ['gpt 500 tokens/day', 'gabriel day tokens 500'],
    ['claude off', 'claude off'],
    ['all none', '* off'],
    ['클로드 하루 2달러', 'claude day usd 2000000'],
    ['클로드 하루에 2.5달러까지', 'claude day usd 2500000'],
    ['클로드는 하루 2달러', 'claude day usd 2000000'],
    ['클로드 2달러/일', 'claude day usd 2000000'],
    ['클로드 매일 3불', 'claude day usd 3000000'],
    ['전체 한달 30달러', '* month usd 30000000'],
    ['전체 한 달에 30달러씩', '* month usd 30000000'],
    ['모두 매월 20달러', '* month usd 20000000'],
    ['팀장 하루 10만토큰', 'gabriel day tokens 100000'],
    ['팀장 하루 10만 토큰', 'gabriel day tokens 100000'],
    ['퍼플 한달 1천만 토큰', 'perplexity month tokens 10000000'],
    ['퍼플렉시티 한달 백만 토큰', 'shape'],
    ['클로드 끔', 'claude off'],
    ['전체 해제', '* off'],
    ['전체 한달 3만원', 'won'],
    ['클로드 하루 5,000원', 'won'],
    ['claude 3000 won a day', 'won'],
    ['frank 2usd/day', 'nobody'],
    ['2usd/day', 'shape'],
    ['claude 2usd', 'shape'],
    ['claude 2/day', 'shape'],
    ['claude -2usd/day', 'shape'],
    ['claude lots of money', 'shape'],
    ['claude 0usd/day', 'size'],
    ['claude 99999999999usd/day', 'size'],
  ])('%s -> %s', (words, expected) => {
    expect(wish(words)).toBe(expected);
  });

  it('names several, in both tongues', () => {
    expect(agentsNamed('claude, 팀장', agents)).toEqual(['claude', 'gabriel']);
    expect(agentsNamed('frank', agents)).toEqual([]);
    expect(agentsNamed('', agents)).toEqual([]);
  });
});
