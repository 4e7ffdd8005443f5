import { phrase } from '../say.ts';

/** The title of the only step of a plan that was made for a model that could not make one. */
export const inWords = phrase(
  () => '글로만 답하기 (명령을 쓰는 계획은 내지 못했습니다)',
  () => 'Answer in words only (no plan with commands came)',
);
