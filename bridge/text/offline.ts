import type { Lang } from '../protocol/ids.ts';
import type { Persona } from '../protocol/roster.ts';
import { phrase, type Phrase } from './say.ts';

/** What an agent without a key says. The same question to the same agent gives the same words. */
export interface RehearsalScene {
  readonly id: string;
  readonly persona?: Persona | undefined;
  readonly name: string;
  readonly role: string;
  readonly ownerTitle: string;
  /** The bare message that is answered. */
  readonly question: string;
  /** The language of that message. */
  readonly lang: Lang;
}

/** Stands at the beginning of everything that no model said. */
export const rehearsalLabel = phrase(
  () => '[연습]',
  () => '[rehearsal]',
);

/** Under what a stand-in has looked up or proposed. */
export const didIt = phrase<[proposed: boolean, done: boolean]>(
  (proposed, done) =>
    !done
      ? '해 보았지만 되지 않았습니다. 연습이라 더는 살피지 못합니다.'
      : proposed
        ? '명령으로 바꿔 올려 두었습니다. 그 글의 ✅를 누르시면 그대로 합니다.'
        : '서버에서 확인했습니다.',
  (proposed, done) =>
    !done
      ? 'I tried and it did not work. This is a rehearsal, so I look no further.'
      : proposed
        ? 'I put it up as a command. Tap ✅ on it to have it done.'
        : 'I looked on the server.',
);

export const whyLooked = phrase(
  () => '물어보신 것을 확인',
  () => 'to see what was asked',
);

export function rehearse({ id, persona, name, role, ownerTitle, question, lang }: RehearsalScene): string {
  const topic = inBrief(question);
  const lines = persona === undefined ? otherLines(name, role) : linesOf[persona];
  const line = isGreeting(question)
    ? lines.greeting[lang](ownerTitle, lang === 'ko' ? name : inLatin(name, id))
    : lines.answer[lang](ownerTitle, topic === '' ? nothingSaid[lang]() : topic);
  return `${rehearsalLabel[lang]()} ${line}${WANTS_SEARCH.test(question) ? `\n${noSearch[lang]()}` : ''}`;
}

const WANTS_SEARCH = /검색|인터넷에서|웹에서|(?:look up|search) .{0,40}(?:web|internet|online)/iu;
const noSearch = phrase(
  () => '인터넷 검색은 AI 회사의 키를 넣으신 뒤에 됩니다: npm start -- keys',
  () => "Searching the web takes a key of a provider's: npm start -- keys",
);

interface OfflineLines {
  readonly greeting: Phrase<[owner: string, name: string]>;
  readonly answer: Phrase<[owner: string, topic: string]>;
}

const linesOf: Readonly<Record<Persona, OfflineLines>> = {
  leader: {
    greeting: phrase(
      (owner, name) => `${owner}, 안녕하세요. ${name}입니다. 오늘 먼저 할 일을 말씀해 주시면 순서를 잡겠습니다.`,
      (owner, name) => `Hello, ${owner}. ${name} here. Tell me what matters today and I will put it in order.`,
    ),
    answer: phrase(
      (owner, topic) =>
        `${owner}, “${topic}” 받았습니다. 1) 목표 정하기 2) 오늘 할 수 있는 것부터 3) 결과 확인, 이 순서로 가겠습니다.`,
      (owner, topic) =>
        `${owner}, noted: “${topic}”. 1) settle the goal 2) start with what can be done today 3) check the result.`,
    ),
  },
  integrator: {
    greeting: phrase(
      (owner, name) => `안녕하세요, ${owner}. ${name}입니다. 모두의 생각을 모아 하나로 정리해 드리겠습니다.`,
      (owner, name) => `Good to see you, ${owner}. ${name} here. I will bring everyone's thoughts together.`,
    ),
    answer: phrase(
      (_owner, topic) =>
        `“${topic}”에 대해 나온 의견을 모아 한 장으로 정리하겠습니다. 서로 겹치는 것부터 합치겠습니다.`,
      (_owner, topic) => `On “${topic}”: I will merge what everyone says into one page, starting with what overlaps.`,
    ),
  },
  analyst: {
    greeting: phrase(
      (owner, name) => `${owner}, 반갑습니다. ${name}입니다. 따져 볼 일이 있으면 맡겨 주세요.`,
      (owner, name) => `Nice to meet you, ${owner}. ${name} here. Hand me whatever needs thinking through.`,
    ),
    answer: phrase(
      (_owner, topic) =>
        `“${topic}”의 원인과 구조부터 보겠습니다. 가장 먼저 확인할 것은 무엇이 잘못될 수 있는가입니다.`,
      (_owner, topic) => `On “${topic}”: I would look at causes and structure, and first at what could go wrong.`,
    ),
  },
  planner: {
    greeting: phrase(
      (owner, name) => `${owner}, 안녕하세요. ${name}입니다. 할 일이 정해지면 실행 계획을 짜겠습니다.`,
      (owner, name) => `Hello, ${owner}. ${name} here. Once it is clear what to do, I plan how it gets done.`,
    ),
    answer: phrase(
      (_owner, topic) => `“${topic}” 실행 계획: 준비물을 챙기고, 작은 단위로 실행하고, 단계마다 끝났는지 확인합니다.`,
      (_owner, topic) => `Plan for “${topic}”: gather what is needed, do it in small pieces, check each one off.`,
    ),
  },
  researcher: {
    greeting: phrase(
      (owner, name) => `안녕하세요, ${owner}. ${name}입니다. 궁금한 사실은 출처와 함께 찾아 드리겠습니다.`,
      (owner, name) => `Hi, ${owner}. ${name} here. I look up facts and bring the sources.`,
    ),
    answer: phrase(
      (_owner, topic) =>
        `“${topic}”에 대해 확인된 사실과 추측을 나눠서 조사하겠습니다. 지금은 연습이라 출처를 찾지 않았습니다.`,
      (_owner, topic) =>
        `On “${topic}”: I would separate facts from guesses. This is a rehearsal, so I looked nothing up.`,
    ),
  },
  writer: {
    greeting: phrase(
      (owner, name) => `${owner}, 안녕하세요! ${name}입니다. 전하고 싶은 말을 읽기 좋게 다듬어 드릴게요.`,
      (owner, name) =>
        `Hello there, ${owner}! ${name} here. I turn what you want to say into words people like to read.`,
    ),
    answer: phrase(
      (_owner, topic) => `“${topic}” 건은 누가 읽을지 먼저 정하고, 짧고 쉬운 말로 써 보겠습니다.`,
      (_owner, topic) => `“${topic}”: I would first ask who reads it, then write it short and plain.`,
    ),
  },
};

/** English words name an agent in Latin letters: by its id, where its name has none. */
const inLatin = (name: string, id: string): string =>
  /[a-z]/iu.test(name) ? name : `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`;

const otherLines = (name: string, role: string): OfflineLines => ({
  greeting: phrase(
    (owner) => `${owner}, 안녕하세요. ${name}입니다.`,
    (owner) => `Hello, ${owner}. ${name} here.`,
  ),
  answer: phrase(
    (owner, topic) => `${owner}, “${topic}” 잘 들었습니다. 제 역할은 ‘${role}’입니다. 그 눈으로 보겠습니다.`,
    (owner, topic) => `${owner}, I heard “${topic}”. My part: ${role}. I will look at it from there.`,
  ),
});

const nothingSaid = phrase(
  () => '내용 없는 메시지',
  () => 'a message without words',
);

const GREETING =
  /안녕|반가|하이(?![가-힣])|좋은\s*(?:아침|저녁|하루)|(?:^|[^\p{L}])(?:hello|hi|hey|good\s+(?:morning|evening|afternoon))(?![\p{L}])/iu;

/** Short, with a word of greeting and nothing asked. */
const isGreeting = (question: string): boolean =>
  question.trim().length <= 40 && GREETING.test(question) && !question.includes('?');

const LONGEST_TOPIC = 40;

function inBrief(question: string): string {
  // Without the @: who only quotes a call does not pass it on.
  const line = question
    .replace(/\s+/gu, ' ')
    .replace(/[“”`*_<>@＠[\]]/gu, '')
    .trim();
  const letters = Array.from(new Intl.Segmenter().segment(line.slice(0, LONGEST_TOPIC * 10)), ({ segment }) => segment);
  return letters.length <= LONGEST_TOPIC ? line : `${letters.slice(0, LONGEST_TOPIC).join('').trimEnd()}…`;
}
