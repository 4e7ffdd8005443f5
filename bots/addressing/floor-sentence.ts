import type { Floor } from '../../bridge/protocol/turn.ts';
import { withoutCode, withoutQuotes } from './plain-text.ts';

/** Setting the floor is said briefly; a longer message that contains such words is about something else. */
const LONGEST = 140;

/** Said so often before or after an order that it does not change it. Korean is compared without spaces, as thumbs forget them. */
const LEAD =
  '자 야 이제 이제부터 이제부터는 지금부터 지금부터는 앞으로 앞으로는 앞으론 오늘부터 오늘부터는 오늘은 그럼 그러면 당분간 당분간은 잠깐 잠깐만 잠시 잠시만 제발 꼭 좋아 됐어 됐고 오케이 부탁인데 미안한데 근데 그리고 여기서 여기서는 이방에서 이방에서는 다시 너희 너희은 너희들 너희들은 얘들아 애들아 여러분'.split(
    ' ',
  );
const TRAIL =
  '제발 꼭 좀 알겠지 알았지 알겠어 알았어 명심해 명심해라 부탁해 부탁해요 부탁드려 부탁드려요 기억해 이제 오케이 얘들아 애들아 여러분 다들 모두'.split(
    ' ',
  );
const ENGLISH_LEAD = [
  'ok',
  'okay',
  'please',
  'now',
  'so',
  'well',
  'from now on',
  'for now',
  'alright',
  'guys',
  'hey',
  'everyone',
  'everybody',
  'all',
].map((word) => `${word} `);
const ENGLISH_TRAIL = [
  'please',
  'now',
  'again',
  'from now on',
  'for now',
  'ok',
  'okay',
  'thanks',
  'guys',
  'everyone',
  'everybody',
  'all',
  'until further notice',
].map((word) => ` ${word}`);

const WHO = '(?:에이전트|사람|애|얘|봇|ai|분|놈|친구|팀원|녀석)(?:들)?';
const TALK = '(?:말|대답|답|답변|발언|얘기|이야기|의견)';
const ALL = '(?:다들|모두들?|전부|전원|누구나|아무나|모든에이전트|에이전트들|너희들?|다같이|다)(?:이|가|은|는|도)?';
const NOBODY =
  '(?:아무도|누구도|한명도|그누구도|다들|모두들?|전부|전원|모든에이전트|에이전트들|너희들?)(?:은|는|이|가)?';
const POLITE = '(?:요|라|줘|줘라|주세요|세요|십시오|시오|아요|아줘|아라|아주세요|고있어)?';
const QUIET = `(?:(?:아무)?(?:${TALK})?(?:은|을|도)?(?:절대|좀|더이상)?(?:하지?마|하지말|말하지?마|말하지말|대답하지마|말걸지마|나서지마|끼어들지마|떠들지마)${POLITE}|${TALK}?(?:은|을)?하지않는다|(?:절대|좀)?(?:조용히좀?|가만히|입다물고)(?:해|있어|하고있어|하세요|있으세요|해라|하자|있자)${POLITE}|조용|입다물어|침묵|${TALK}금지)`;
const SPEAK = `${TALK}(?:을|만)?(?:해|하세요|해줘|해라|하자|하도록|하도록해|하기|해주세요|합니다|한다|하면돼|하면돼요|하면된다|해도돼|할것)요?`;
const MAY = `${TALK}(?:을)?(?:해도(?:돼|되|됨|된다|됩니다|좋아|괜찮아|상관없어)|할수있어|하셔도(?:돼|됩니다|되))(?:요|용)?`;

const CALLING = '(?:내가|내|제가|마스터가)?(?:직접)?(?:이름을?)?';
const UNCALLED = `${CALLING}(?:(?:호출|지명|언급)(?:을|이)?(?:하지않은|되지않은|받지않은|받지못한|못받은|안한|안된|안받은)|부르지않은|부르지도않은|안부른|안불린|불리지않은)`;
const CALLED = `${CALLING}(?:호출한|호출된|호출받은|부른|불린|지명한|지명된|지명받은|언급한)`;
const WHEN_CALLED = `${CALLING}(?:부를|호출할|지명할|불렀을|호출했을|호출될|언급할|불릴)(?:때|경우)에?`;

interface Rule {
  readonly order: RegExp;
  readonly lead: readonly string[];
  readonly trail: readonly string[];
}
const korean = (pattern: string): Rule => ({ order: new RegExp(`^(?:${pattern})$`, 'u'), lead: LEAD, trail: TRAIL });
const english = (pattern: string): Rule => ({
  order: new RegExp(`^(?:${pattern})$`, 'u'),
  lead: ENGLISH_LEAD,
  trail: ENGLISH_TRAIL,
});

/** Every place up to which `text` is made of `words`. By hand: in one expression with the order between them they can be read in too many ways. */
function leads(text: string, words: readonly string[]): readonly number[] {
  const places = [0];
  for (const place of places) {
    for (const word of words)
      if (text.startsWith(word, place) && !places.includes(place + word.length)) places.push(place + word.length);
  }
  return places;
}

/** Every place from which it is. */
function trails(text: string, words: readonly string[]): readonly number[] {
  const places = [text.length];
  for (const place of places) {
    for (const word of words)
      if (text.endsWith(word, place) && !places.includes(place - word.length)) places.push(place - word.length);
  }
  return places;
}

const orders = ({ order, lead, trail }: Rule, text: string): boolean => {
  const ends = trails(text, trail);
  return leads(text, lead).some((start) => ends.some((end) => start < end && order.test(text.slice(start, end))));
};

const EVERYONE = '(?:everyone|everybody|you all|all of you|you guys|all agents|anyone|anybody|you can all|you may all)';
const TALKS = '(?:speak|talk|answer|reply|respond)s?';
const I_CALL =
  "(?:when|if|unless|until) (?:i call|i name|i mention|i ask|i address|you are|you’re|you're|they are|it is)?(?: ?(?:on|for))?(?: ?(?:you|your name|them|called|named|mentioned|asked|addressed))?(?: by name)?";

const RULES: readonly (readonly [floor: Floor, patterns: readonly Rule[]])[] = [
  [
    'called',
    [
      korean(`${UNCALLED}${WHO}(?:은|는)?(?:다들|모두|절대|이제)?${QUIET}`),
      korean(`(?:${ALL})?${WHEN_CALLED}만(?:다들)?${SPEAK}`),
      korean(`(?:${ALL})?${WHEN_CALLED}(?:만빼고|말고|아니면|까지)(?:는)?(?:${NOBODY})?${QUIET}`),
      korean(`(?:${ALL})?${CALLING}(?:부르기|호출하기|지명하기)전(?:까지|에)(?:는)?(?:${NOBODY})?${QUIET}`),
      korean(`(?:${ALL})?${CALLING}(?:안부르면|부르지않으면|호출하지않으면|호출안하면)(?:${NOBODY})?${QUIET}`),
      korean(`${CALLED}${WHO}만(?:이)?${SPEAK}`),
      korean(`${CALLED}${WHO}(?:말고|빼고|외에|제외하고|아니면)(?:는)?(?:${NOBODY})?${QUIET}`),
      english(`only ${TALKS} ${I_CALL}`),
      english(`${TALKS} only ${I_CALL}`),
      english(`(?:do not|don't|don’t|nobody|no one|never) (?:${TALKS}|say anything) ${I_CALL}`),
      english(`(?:be|stay|keep) (?:quiet|silent) ${I_CALL}`),
      english(
        `only (?:those|the ones|the one|the agents?|agents?|who) (?:who(?:m)? )?(?:i call|i name|i mention|called|are called) (?:may |should |can |must )?${TALKS}`,
      ),
    ],
  ],
  [
    'closed',
    [
      korean(`(?:${NOBODY})(?:이제|지금부터|앞으로|잠깐만?|잠시만?|당분간|제발|좀)*${QUIET}`),
      korean(`(?:내가)?(?:다시)?(?:말하라고|얘기하라고|시작하라고)할때까지(?:는)?(?:${NOBODY})?${QUIET}`),
      english(`${EVERYONE} (?:please )?(?:be|stay|keep|go) (?:quiet|silent)`),
      english('(?:quiet|silence|shut up|be quiet|hush),? (?:everyone|everybody|all of you|guys|all)'),
      english(`${EVERYONE} (?:shut up|stop talking|hush)`),
      english(
        `(?:nobody|no one|no-one) (?:may |should |is allowed to |can )?(?:${TALKS}|say anything|says anything|say a word)`,
      ),
    ],
  ],
  [
    'open',
    [
      korean(`(?:${ALL}(?:이제|다시|자유롭게|마음껏|편하게)*)${MAY}`),
      korean(`(?:자유롭게|마음껏|편하게|맘껏)?${MAY}`),
      korean(`(?:${ALL})?(?:이제|다시)?(?:자유롭게|마음껏|맘껏|편하게)${SPEAK}`),
      korean(
        `${CALLING}(?:호출하지않아도|호출안해도|안불러도|부르지않아도|호출없이도?)(?:${ALL})?(?:자유롭게)?(?:${SPEAK}|${MAY})`,
      ),
      english(
        `${EVERYONE} (?:may|can|could|is allowed to|are allowed to|is free to|are free to)? ?(?:all )?${TALKS}(?: freely| again)`,
      ),
      english(`${EVERYONE} (?:may|can|is allowed to|are allowed to|is free to|are free to) (?:all )?${TALKS}`),
      english(`${TALKS} freely`),
    ],
  ],
];

/** The floor that a master's plain sentence sets; null for questions, quotations, reports and anything longer. */
export function floorSentence(body: string): Floor | null {
  if (body.length > LONGEST * 4) return null;
  const text = withoutQuotes(withoutCode(body)).toLowerCase().trim();
  if (text === '' || text.length > LONGEST) return null;
  let set: Floor | null = null;
  for (const sentence of text
    .replace(/(알겠지|알았지|알겠어|알았어|ok|okay)\s*\?+/gu, '$1')
    .split(/(?<=[?!.\n…;~ㄱ-ㅣ]|\p{Extended_Pictographic})/u)) {
    set = floorOf(sentence) ?? set;
  }
  return set;
}

/** A question mark is left standing, so that a question matches no rule. */
function floorOf(sentence: string): Floor | null {
  const spoken = sentence
    .replace(/[,!.…;~ㄱ-ㅣ]|\p{Extended_Pictographic}/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const said = /[가-힣]/u.test(spoken) ? spoken.replaceAll(' ', '') : spoken;
  return RULES.find(([, patterns]) => patterns.some((pattern) => orders(pattern, said)))?.[0] ?? null;
}
