import { withParticle } from '../particle.ts';
import { phrase } from '../say.ts';

/** By what a plan is told from the others, in a poll. No Markdown: clients show it as it stands. */
export const planDiffers = {
  changes: phrase<[names: string]>(
    (names) => `서버 폴더 ${withParticle(names, '을', '를')} 바꿈`,
    (names) => `changes the server folder ${names}`,
  ),
  reads: phrase<[names: string]>(
    (names) => `서버 폴더 ${withParticle(names, '을', '를')} 읽음`,
    (names) => `reads the server folder ${names}`,
  ),
  mail: phrase<[to: string]>(
    (to) => `메일 보냄: ${to}`,
    (to) => `sends mail to ${to}`,
  ),
  hosts: phrase<[hosts: string]>(
    (hosts) => `인터넷 접속: ${hosts}`,
    (hosts) => `connects to ${hosts}`,
  ),
  tools: phrase<[names: string]>(
    (names) => `바깥 도구: ${names}`,
    (names) => `uses ${names}`,
  ),
  files: phrase<[paths: string]>(
    (paths) => `결과 파일: ${paths}`,
    (paths) => `brings ${paths}`,
  ),
  works: phrase<[count: number]>(
    (count) => (count === 0 ? '에이전트가 할 일 없음' : `에이전트가 할 일 ${count}개`),
    (count) => (count === 0 ? 'nothing for agents' : `${count} for agents`),
  ),
  commands: phrase<[count: number]>(
    (count) => (count === 0 ? '명령 없음' : `명령 ${count}개`),
    (count) => (count === 0 ? 'no commands' : `${count} ${count === 1 ? 'command' : 'commands'}`),
  ),
  step: phrase<[title: string]>(
    (title) => `"${title}" 단계가 있음`,
    (title) => `has the step "${title}"`,
  ),
};
