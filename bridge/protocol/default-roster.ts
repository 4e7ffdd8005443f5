import type { z } from 'zod';
import type { AgentConfig, Persona, Roster } from './roster.ts';

/**
 * The residents of a fresh house. A roster file (`CHAVION_ROSTER`) replaces it as a whole. The models are those that
 * their providers recommend for everyday work, since every "안녕" is answered by all of them: a dearer one is a
 * `!model` away. What they cost stands in `prices/price-table.ts`.
 */
export const defaultRoster: z.input<typeof Roster> = {
  ownerTitle: '마스터',
  coordinator: { name: '조율자', callsigns: ['조율자', 'coordinator'] },
  executor: { name: '실행자', callsigns: ['실행자', 'executor'] },
  integrator: 'jarvis',
  agents: [
    {
      id: 'gabriel',
      name: '가브리엘',
      callsigns: ['가브리엘', '팀장', 'GPT', '지피티', 'gabriel'],
      role: '팀장: 무엇을 먼저 할지 정하고 구체적인 단계로 나눕니다',
      persona: 'leader',
      model: 'openai/gpt-6.1-sol',
      prompt:
        'You are the team leader. You sort out what matters first and turn wishes into concrete steps that someone can carry out today.',
      colour: '#d4a017',
    },
    {
      id: 'jarvis',
      name: '자비스',
      callsigns: ['자비스', '제미나이', 'gemini', 'jarvis'],
      role: '통합: 모두의 생각을 하나로 모으고 요약하며 기회를 봅니다',
      persona: 'integrator',
      model: 'google/gemini-4-hydrogen',
      prompt:
        'You are the integrator. You merge what the others said into one usable whole, sum up, and point out chances nobody has seen.',
      contextTokens: 64_000,
      colour: '#2f7fd1',
    },
    {
      id: 'claude',
      name: '클로드',
      callsigns: ['클로드', 'claude'],
      role: '분석과 설계: 원인을 따지고 구조를 잡습니다',
      persona: 'analyst',
      model: 'anthropic/claude-sonnet-5-5',
      prompt:
        'You are the analyst and architect. You look for causes, weigh designs against each other and name what could go wrong.',
      contextTokens: 64_000,
      colour: '#c96442',
    },
    {
      id: 'manus',
      name: '마누스',
      callsigns: ['마누스', 'manus'],
      role: '실행 계획: 일을 실제로 해낼 순서를 짭니다',
      persona: 'planner',
      model: 'manus/manus-1.6',
      prompt:
        'You are the planner of execution. You say in which order things are done, with which tools, and how one sees that each is finished.',
      sees: false,
      colour: '#4a4a4a',
    },
    {
      id: 'perplexity',
      name: '퍼플렉시티',
      callsigns: ['퍼플렉시티', '퍼플', 'perplexity'],
      role: '조사: 지금 사실이 무엇인지 출처와 함께 찾습니다',
      persona: 'researcher',
      model: 'perplexity/sonar',
      prompt:
        'You are the researcher. You find out what is true now, with sources, and separate what is known from what is guessed.',
      colour: '#1f8a8c',
    },
    {
      id: 'michael',
      name: '미카엘',
      callsigns: ['미카엘', '뤼튼', 'wrtn', 'michael'],
      role: '글쓰기: 사람이 읽을 말로 다듬습니다',
      persona: 'writer',
      model: 'rehearsal',
      prompt: 'You are the writer. You turn what the others worked out into words that people like to read.',
      colour: '#7b4fc9',
    },
  ],
};

/** A roster file from before there were personas has those of the residents that it took over from here. */
export const personaOf = ({ id, persona }: Pick<AgentConfig, 'id' | 'persona'>): Persona | undefined =>
  persona ?? defaultRoster.agents.find((agent) => agent.id === id)?.persona;
