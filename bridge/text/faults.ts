import type { FaultCode, Tries } from '../protocol/fault.ts';
import { withParticle } from './particle.ts';
import { phrase, type Phrase } from './say.ts';

/** What a failure message may weave in. */
export interface FaultFacts {
  /** As people read it: `openai/gpt-5.2`. */
  readonly model: string;
  /** How the agent is called; asking again begins with it. */
  readonly agent: string;
  /** How long the provider asks us to wait, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** How often it was asked. */
  readonly tries?: Tries | undefined;
  /** Of an agent in blackout: until when, and how to end it before; of a limit of the house also why. */
  readonly rest?: string | undefined;
}

const waitKo = (ms: number | undefined): string =>
  ms === undefined ? '잠시 뒤' : ms < 90_000 ? `${Math.ceil(ms / 1000)}초 뒤` : `${Math.ceil(ms / 60_000)}분 뒤`;
const waitEn = (ms: number | undefined): string =>
  ms === undefined ? 'in a while' : ms < 90_000 ? `in ${Math.ceil(ms / 1000)} s` : `in ${Math.ceil(ms / 60_000)} min`;

const lastedKo = (ms: number): string =>
  ms < 90_000 ? `${Math.max(1, Math.round(ms / 1000))}초` : `${Math.round(ms / 60_000)}분`;
const lastedEn = (ms: number): string =>
  ms < 90_000 ? `${Math.max(1, Math.round(ms / 1000))} s` : `${Math.round(ms / 60_000)} min`;
/** Nothing where it was asked once: "several times" would be a lie. */
const triedKo = (tries: Tries | undefined): string =>
  tries === undefined || tries.count < 2 ? '' : `${lastedKo(tries.ms)} 동안 ${tries.count}번 해 봤지만 `;
const triedEn = (tries: Tries | undefined): string =>
  tries === undefined || tries.count < 2 ? '' : `, ${tries.count} tries in ${lastedEn(tries.ms)}`;

/** Stands where the answer will be, while a provider is asked again and again. */
export const keepsTrying = phrase<[model: string, seconds: number]>(
  (model, seconds) =>
    `⏳ ${withParticle(model, '이', '가')} 지금 받지 못해서 다시 걸어 보고 있어요. 앞으로 ${seconds}초까지 해 봅니다.`,
  (model, seconds) => `⏳ ${model} cannot take this now; I keep trying for another ${seconds} s.`,
);

/** One line from the agent that could not answer: what happened, what was kept, what to do. */
export const faultPhrase: Readonly<Record<FaultCode, Phrase<[FaultFacts]>>> = {
  'provider.key': phrase(
    ({ model }) =>
      `${model}에서 제 키를 받아 주지 않았어요. 질문은 그대로 있습니다. 컴퓨터에서 \`npm start -- keys\`로 키를 다시 넣어 주세요.`,
    ({ model }) =>
      `${model} refused my key. Your question is kept. Enter the key again on the computer with \`npm start -- keys\`.`,
  ),
  'provider.payment': phrase(
    ({ model, agent }) =>
      `${model} 계정에 잔액이 없어 답하지 못했어요. 질문은 그대로 있습니다. 그 회사 홈페이지에서 충전한 뒤 ${withParticle(`\`!해동 ${agent}\``, '이라고', '라고')} 보내 주세요.`,
    ({ model, agent }) =>
      `The ${model} account has no credit left. Your question is kept. Top it up on the provider's site, then send \`!thaw ${agent}\`.`,
  ),
  'provider.forbidden': phrase(
    ({ model }) =>
      `제 키로는 이 모델(${model})을 쓸 수 없다고 합니다. 질문은 그대로 있습니다. 키의 권한을 확인하거나 다른 모델로 바꿔 주세요.`,
    ({ model }) =>
      `My key may not use ${model}. Your question is kept. Check what the key is allowed to do, or give me another model.`,
  ),
  'provider.model': phrase(
    ({ model }) =>
      `이름이 ${model}인 모델을 찾지 못했어요. 질문은 그대로 있습니다. 설정에서 모델 이름을 확인해 주세요.`,
    ({ model }) => `There is no model called ${model}. Your question is kept. Check the model's name in the roster.`,
  ),
  'provider.request': phrase(
    ({ model }) =>
      `${model} 쪽에서 이 질문을 받지 못한다고 합니다. 질문은 그대로 있습니다. 첨부를 빼거나 말을 바꿔 다시 물어봐 주세요.`,
    ({ model }) =>
      `${model} could not take this request. Your question is kept. Ask again without the attachment or in other words.`,
  ),
  'provider.context': phrase(
    ({ model }) =>
      `대화가 ${model}에 담기엔 너무 길어졌어요. 글은 방에 모두 남아 있습니다. 새 스레드에서 짧게 다시 물어봐 주세요.`,
    ({ model }) =>
      `The conversation has grown too long for ${model}. Everything stays in the room. Ask me again, briefly, in a new thread.`,
  ),
  'provider.window': phrase(
    ({ model }) =>
      `${withParticle(model, '을', '를')} 띄운 서버의 컨텍스트가 이 대화보다 작아요. 질문은 그대로 있습니다. 서버를 더 크게(llama.cpp는 \`-c\`) 켜거나 로스터의 \`contextTokens\`를 줄여 주세요.`,
    ({ model }) =>
      `The server of ${model} was started with less context than this takes. Your question is kept. Raise it (llama.cpp: \`-c\`) or lower \`contextTokens\` in the roster.`,
  ),
  'provider.rate': phrase(
    ({ model, retryAfterMs, tries, rest }) =>
      `${model}에 요청이 몰려서 ${triedKo(tries)}거절됐어요. 질문은 그대로 있습니다. ${rest ?? `${waitKo(retryAfterMs)} 다시 불러 주세요.`}`,
    ({ model, retryAfterMs, tries, rest }) =>
      `${model} is limiting requests and refused${triedEn(tries)}. Your question is kept. ${rest ?? `Call me again ${waitEn(retryAfterMs)}.`}`,
  ),
  'provider.quota': phrase(
    ({ model, rest }) =>
      `${model} 사용 한도를 다 썼어요. 질문은 그대로 있습니다. ${rest ?? '한도를 늘리거나 한도가 다시 찬 뒤 불러 주세요.'}`,
    ({ model, rest }) =>
      `The quota for ${model} is used up. Your question is kept. ${rest ?? 'Raise the limit, or call me when it has been renewed.'}`,
  ),
  'provider.overloaded': phrase(
    ({ model, retryAfterMs, tries }) =>
      `${model} 쪽 서버가 고장이거나 붐벼서 ${triedKo(tries)}실패했어요. 질문은 그대로 있습니다. ${waitKo(retryAfterMs)} 다시 불러 주세요.`,
    ({ model, retryAfterMs, tries }) =>
      `The servers of ${model} are failing or full${triedEn(tries)}. Your question is kept. Call me again ${waitEn(retryAfterMs)}.`,
  ),
  'provider.unreachable': phrase(
    ({ model, tries }) =>
      `${triedKo(tries)}${model}에 연결하지 못했어요. 질문은 그대로 있습니다. 인터넷 연결을, 직접 띄운 서버라면 켜져 있는지 확인하고 다시 불러 주세요.`,
    ({ model, tries }) =>
      `I could not reach ${model}${triedEn(tries)}. Your question is kept. Check the connection, or that your own server is running, then call me again.`,
  ),
  'provider.timeout': phrase(
    ({ model, tries }) =>
      `${triedKo(tries)}${model} 쪽에서 너무 오래 답이 없어 기다리기를 멈췄어요. 질문은 그대로 있습니다. 잠시 뒤 다시 불러 주세요.`,
    ({ model, tries }) =>
      `${model} took too long${triedEn(tries)}, so I stopped waiting. Your question is kept. Call me again in a while.`,
  ),
  'provider.interrupted': phrase(
    ({ model, tries }) =>
      `${model}의 답이 오다가 ${(tries?.count ?? 1) < 2 ? '' : `${tries?.count}번 `}끊겼어요. 질문은 그대로 있습니다. 다시 불러 주시면 처음부터 답하겠습니다.`,
    ({ model, tries }) =>
      `The answer from ${model} broke off${triedEn(tries)}. Your question is kept. Call me again and I start over.`,
  ),
  'provider.empty': phrase(
    ({ model }) => `${model}에서 빈 답이 왔어요. 질문은 그대로 있습니다. 조금 바꿔서 다시 물어봐 주세요.`,
    ({ model }) => `${model} sent an empty answer. Your question is kept. Ask again in slightly other words.`,
  ),
  'provider.thinking': phrase(
    ({ model, tries }) =>
      `${withParticle(model, '이', '가')} ${(tries?.count ?? 1) < 2 ? '' : '자리를 늘려 다시 물어도 '}생각만 하다가 길이를 다 썼어요. 질문은 그대로 있습니다. 나눠서 묻거나 로스터의 \`maxOutputTokens\`를 늘려 주세요.`,
    ({ model, tries }) =>
      `${model} used up all its room on thinking${(tries?.count ?? 1) < 2 ? '' : ', with more room too'}. Your question is kept. Ask in smaller parts, or raise \`maxOutputTokens\` in the roster.`,
  ),
  'provider.filtered': phrase(
    ({ model }) =>
      `${model}의 안전 규칙에 걸려 답이 막혔어요. 질문은 그대로 있습니다. 말을 바꾸거나 다른 에이전트에게 물어봐 주세요.`,
    ({ model }) =>
      `The safety rules of ${model} blocked this answer. Your question is kept. Put it differently or ask another agent.`,
  ),
  'provider.malformed': phrase(
    ({ model }) =>
      `${model}에서 알아볼 수 없는 답이 왔어요. 질문은 그대로 있습니다. 다시 불러 보고, 또 그러면 주소 설정을 확인해 주세요.`,
    ({ model }) =>
      `${model} sent something that I cannot read. Your question is kept. Call me again; if it persists, check the address in the settings.`,
  ),
  'provider.absent': phrase(
    ({ model }) =>
      `정해진 시간 안에 ${model}의 답이 오지 않아 자리를 비운 것으로 했어요. 질문은 그대로 있습니다. 답이 준비되면 다시 불러 주세요.`,
    ({ model }) =>
      `No answer came from ${model} in time, so I count as absent. Your question is kept. Call me again when it is ready.`,
  ),
  'provider.failed': phrase(
    ({ model }) =>
      `${model} 쪽에서 하던 일이 실패했다고 합니다. 질문은 그대로 있습니다. 일을 작게 나눠서 다시 시켜 주세요.`,
    ({ model }) => `The work at ${model} failed. Your question is kept. Give it to me again in smaller pieces.`,
  ),
  'provider.gibberish': phrase(
    ({ model }) =>
      `${model}에서 두 번 다 쓸 수 없는 말만 왔어요(되풀이, 모르는 글자, 지시문). 보여 드리지 않았고, 질문은 그대로 있습니다. 다른 에이전트에게 묻거나 \`!모델\`로 더 나은 모델을 골라 주세요.`,
    ({ model }) =>
      `Both times ${model} sent nothing usable (a loop, a strange script, its instructions). Your question is kept. Ask another agent, or choose a better model: \`!model\`.`,
  ),
  'provider.vanished': phrase(
    ({ model }) =>
      `${model}에 맡긴 일이 그쪽에서 사라졌어요. 질문은 그대로 있습니다. 그쪽 홈페이지에서 지우신 게 아니라면 처음부터 다시 시켜 주세요.`,
    ({ model }) =>
      `The work given to ${model} is not there any more. Your question is kept. If you did not delete it there, give it to me again from the start.`,
  ),
  'purse.blackout': phrase(
    ({ rest }) => `지금은 블랙아웃입니다. ${rest ?? ''} 질문은 방에 그대로 있습니다.`,
    ({ rest }) => `I am in blackout. ${rest ?? ''} Your question stays in the room.`,
  ),
  'purse.frozen': phrase(
    () => '전체가 동결되어 답하지 않습니다. 질문은 방에 그대로 있습니다. 풀려면 `!해동`',
    () => 'Everything is frozen, so I do not answer. Your question stays in the room. To go on: `!thaw`',
  ),
  'turn.failed': phrase(
    ({ agent }) =>
      `제 쪽에서 문제가 생겨 답하지 못했어요. 질문은 그대로 있습니다. \`${agent}\` 하고 다시 불러 보고, 또 그러면 \`npm start -- doctor\`를 돌려 주세요.`,
    ({ agent }) =>
      `Something went wrong on my side. Your question is kept. Call \`${agent}\` again; if it persists, run \`npm start -- doctor\`.`,
  ),
};

/** In a word or two, for the state of an agent in `!agents`. */
export const faultBrief: Readonly<Record<FaultCode, Phrase>> = {
  'provider.key': brief('키 거절', 'key refused'),
  'provider.payment': brief('잔액 없음', 'no credit'),
  'provider.forbidden': brief('권한 없음', 'not allowed'),
  'provider.model': brief('모델 이름 틀림', 'unknown model'),
  'provider.request': brief('질문 거절', 'request refused'),
  'provider.context': brief('대화가 너무 김', 'too long'),
  'provider.window': brief('서버 컨텍스트 작음', 'server context too small'),
  'provider.rate': brief('요청 몰림', 'rate limited'),
  'provider.quota': brief('한도 다 씀', 'quota used up'),
  'provider.overloaded': brief('서버 고장', 'server failing'),
  'provider.unreachable': brief('연결 안 됨', 'unreachable'),
  'provider.timeout': brief('응답 없음', 'timed out'),
  'provider.interrupted': brief('답이 끊김', 'broken off'),
  'provider.empty': brief('빈 답', 'empty answer'),
  'provider.thinking': brief('생각만 하다 끝남', 'thought only'),
  'provider.filtered': brief('안전 규칙', 'filtered'),
  'provider.malformed': brief('알 수 없는 답', 'unreadable answer'),
  'provider.gibberish': brief('알아들을 수 없는 말', 'gibberish'),
  'provider.absent': brief('자리 비움', 'absent'),
  'provider.failed': brief('일 실패', 'work failed'),
  'provider.vanished': brief('맡긴 일 사라짐', 'work vanished'),
  'purse.blackout': brief('블랙아웃', 'blackout'),
  'purse.frozen': brief('동결', 'frozen'),
  'turn.failed': brief('내부 문제', 'internal fault'),
};

/** How the last answer failed, behind the state. */
export const lastFault = phrase<[code: FaultCode]>(
  (code) => `지난번 실패: ${faultBrief[code].ko()}`,
  (code) => `last failed: ${faultBrief[code].en()}`,
);

function brief(ko: string, en: string): Phrase {
  return phrase(
    () => ko,
    () => en,
  );
}
