import { withParticle } from '../particle.ts';
import { phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

/** What is said of the agents' models: `!model`, the relay of those whose words a person carries, and the memory of a room. */

/** Why something is not a model. */
export type ModelFault = 'shape' | 'provider' | 'endpoint';

export interface ModelFacts {
  /** How the agent is called. */
  readonly name: string;
  readonly model: string;
  readonly state: ModelState;
}

/** How it stands with an agent's model. */
export type ModelState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'keyless' }
  | { readonly kind: 'rehearses' }
  | { readonly kind: 'by-hand' }
  /** Its key is missing: nothing else answers for it, or another model does. */
  | { readonly kind: 'no-key'; readonly instead: string | null };

function stateKo(state: ModelState): string {
  switch (state.kind) {
    case 'no-key':
      return `${state.instead === null ? '아직 키가 없어 쉬거나 연습합니다.' : `아직 키가 없어 대신 \`${state.instead}\`로 답합니다.`} 키는 컴퓨터에서 \`npm start -- keys\`로 넣어 주세요.`;
    case 'by-hand':
      return `이름을 부르면 웹 대화창에 붙여 넣을 글을 ${roomNames.ops.ko} 방에 올립니다. 받은 답을 그 글에 답장해 주시면 됩니다.`;
    case 'rehearses':
      return '연습 모드라 키가 필요 없습니다.';
    case 'keyless':
      return '키가 필요 없습니다.';
    case 'ready':
      return '키가 있어 바로 답할 수 있습니다.';
  }
}
function stateEn(state: ModelState): string {
  switch (state.kind) {
    case 'no-key':
      return `${state.instead === null ? 'There is no key yet, so it rests or rehearses.' : `There is no key yet; \`${state.instead}\` answers instead.`} Enter keys on the computer with \`npm start -- keys\`.`;
    case 'by-hand':
      return `Call it by name, and what to paste into its web chat appears in the ${roomNames.ops.en} room; reply to that with the answer.`;
    case 'rehearses':
      return 'It rehearses, which takes no key.';
    case 'keyless':
      return 'It takes no key.';
    case 'ready':
      return 'Its key is there; it can answer at once.';
  }
}

export const modelShown = phrase<[facts: ModelFacts]>(
  (facts) =>
    `**${facts.name}**: \`${facts.model}\`. ${stateKo(facts.state)} 바꾸기: \`!모델 ${facts.name} 회사/모델\`, 되돌리기: \`!모델 ${facts.name} 기본\``,
  (facts) =>
    `**${facts.name}**: \`${facts.model}\`. ${stateEn(facts.state)} Change it: \`!model ${facts.name} provider/model\`; back: \`!model ${facts.name} default\``,
);

export const modelSet = phrase<[facts: ModelFacts]>(
  (facts) =>
    `${withParticle(`**${facts.name}**`, '은', '는')} 이제 \`${facts.model}\`입니다. ${stateKo(facts.state)} 되돌리려면 \`!모델 ${facts.name} 기본\``,
  (facts) =>
    `**${facts.name}** is now \`${facts.model}\`. ${stateEn(facts.state)} To go back: \`!model ${facts.name} default\``,
);

/** One tiny call has shown that it does not answer. */
export const modelRefused = phrase<
  [facts: { readonly name: string; readonly model: string; readonly why: string; readonly stays: string }]
>(
  ({ name, model, why, stays }) =>
    `\`${model}\`: 짧게 불러 보니 답하지 않습니다 (${why}). 바뀐 것은 없고 ${withParticle(`**${name}**`, '은', '는')} 그대로 \`${stays}\`입니다. 쓸 수 있는 모델 보기: \`!모델 ${name}\``,
  ({ name, model, why, stays }) =>
    `\`${model}\` did not answer one short call (${why}). Nothing was changed: **${name}** stays \`${stays}\`. What the key offers: \`!model ${name}\``,
);

/** \`price\`: of a million tokens in and out. */
export interface OfferedModels {
  /** The provider has said so; otherwise it is what the price table knows. */
  readonly listed: boolean;
  readonly priced: readonly { readonly model: string; readonly price: string | null }[];
  readonly others: readonly string[];
  readonly more: number;
}

const offered = ({ priced, others, more }: OfferedModels, rest: string): string =>
  [
    ...priced.map(({ model, price }) => `- \`${model}\`${price === null ? '' : ` ${price}`}`),
    ...(others.length === 0
      ? []
      : [`- ${others.map((model) => `\`${model.replaceAll('`', '')}\``).join(', ')}${more > 0 ? ` ${rest}` : ''}`]),
  ].join('\n');

export const modelOffers = phrase<[offers: OfferedModels]>(
  (offers) =>
    `${offers.listed ? '이 키로 쓸 수 있는 모델' : '아는 모델'} (백만 토큰에 입력 / 출력):\n\n${offered(offers, `외 ${offers.more}개`)}`,
  (offers) =>
    `${offers.listed ? 'What this key offers' : 'Models known here'} (a million tokens in / out):\n\n${offered(offers, `and ${offers.more} more`)}`,
);

/** Behind a failure of a model that a master has chosen. */
export const modelWayBack = phrase<[name: string]>(
  (name) => `처음 모델로 되돌리려면 \`!모델 ${name} 기본\``,
  (name) => `To go back to its first model: \`!model ${name} default\``,
);

export const modelReset = phrase<[facts: ModelFacts]>(
  (facts) =>
    `${withParticle(`**${facts.name}**`, '은', '는')} 처음 정해진 \`${facts.model}\`입니다. ${stateKo(facts.state)}`,
  (facts) => `**${facts.name}** is back to \`${facts.model}\`. ${stateEn(facts.state)}`,
);

const faultKo: Record<ModelFault, string> = {
  shape: '모델은 `openai/gpt-6.1-sol`처럼 회사/모델로 적거나 `relay`, `rehearsal`로 적습니다.',
  provider: '아는 회사는 openai, anthropic, google, perplexity, manus, compatible입니다.',
  endpoint: 'compatible 모델은 명단 파일에 주소(endpoint)가 있어야 합니다.',
};
const faultEn: Record<ModelFault, string> = {
  shape: 'A model is written provider/model, such as `openai/gpt-6.1-sol`, or `relay` or `rehearsal`.',
  provider: 'The known providers are openai, anthropic, google, perplexity, manus and compatible.',
  endpoint: 'A compatible model needs an address (endpoint) in the roster file.',
};

export const notModel = phrase<[name: string, word: string, why: ModelFault]>(
  (name, word, why) =>
    `\`${word.replaceAll('`', '')}\`: 쓸 수 없는 모델입니다. ${faultKo[why]} ${withParticle(name, '은', '는')} 그대로입니다.`,
  (name, word, why) => `\`${word.replaceAll('`', '')}\` cannot be used. ${faultEn[why]} ${name} is as it was.`,
);

export const nobodyCalled = phrase<[word: string, names: readonly string[]]>(
  (word, names) =>
    `\`${word.replaceAll('`', '')}\`: 그런 에이전트는 없습니다. ${names.join(', ')} 중에서 골라 주세요. 바뀐 것은 없습니다.`,
  (word, names) =>
    `There is no agent called \`${word.replaceAll('`', '')}\`. There are ${names.join(', ')}. Nothing was changed.`,
);

/** Everybody meant, and nobody there but those who wait to be called by name. */
export const wantsName = phrase<[names: readonly string[]]>(
  (names) => `${names.join(', ')}: 이름을 불러야 대답합니다. 메시지는 남아 있습니다.`,
  (names) => `${names.join(', ')}: answers only when called by name. Your message stays.`,
);

/** In the room where it was asked, until the answer is there. */
export const carrying = phrase(
  () => `${roomNames.ops.ko} 방에 붙여 넣을 글을 올렸습니다. 받은 답을 그 글에 답장해 주시면 여기에 전하겠습니다.`,
  () => `What to paste is in the ${roomNames.ops.en} room. Reply to it with the answer and it appears here.`,
);

/** In ops; `block` is what to paste, as a code block. */
export const pasteThis = phrase<[name: string, minutes: number, block: string]>(
  (name, minutes, block) =>
    `📋 **${name}**의 웹 대화창에 아래 글을 붙여 넣고, 받은 답을 **이 메시지에 답장**으로 달아 주세요. ${waitKo(minutes)} 기다립니다.\n\n${block}`,
  (name, minutes, block) =>
    `📋 Paste this into **${name}**'s web chat, then **reply to this message** with the answer. I wait ${waitEn(minutes)}.\n\n${block}`,
);

export const stillWaiting = phrase<[name: string, minutes: number]>(
  (name, minutes) =>
    `⏰ ${name}의 답을 아직 기다립니다. 앞으로 ${waitKo(minutes)} 안에 위의 글에 답장해 주세요. 그만두려면 물어본 방에서 \`!그만\``,
  (name, minutes) =>
    `⏰ Still waiting for ${name}. Reply to the message above within ${waitEn(minutes)}. To give up: \`!stop\` in the room where you asked.`,
);

const waitKo = (minutes: number): string =>
  minutes < 60 ? `${Math.max(1, Math.round(minutes))}분` : `${Math.round(minutes / 60)}시간`;
const waitEn = (minutes: number): string =>
  minutes < 60 ? `${Math.max(1, Math.round(minutes))} min` : `${Math.round(minutes / 60)} h`;

export const noLongerWaiting = phrase<[name: string]>(
  (name) =>
    `${name}의 그 질문은 이미 끝나 전하지 못했습니다. 글은 남아 있습니다. 물어볼 방에서 ${withParticle(`\`${name}\``, '을', '를')} 다시 불러 주세요.`,
  (name) =>
    `That question to ${name} is over, so nothing was passed on. Your words stay here. Call \`${name}\` again where you want the answer.`,
);

export const answerInWords = phrase(
  () => '답을 글로 적어 그 메시지에 답장해 주세요. 아직 기다리고 있습니다.',
  () => 'Please reply with the answer as text. I am still waiting.',
);

export const forgotten = phrase(
  () => '앞선 이야기 요약을 지웠고, 이제부터 새로 기억합니다. 방에 있는 글은 그대로입니다.',
  () => 'The summary is cleared, and memory begins anew from here. What stands in the room stays.',
);
