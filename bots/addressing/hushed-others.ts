/** "다들 조용히 하고": everybody is told to be silent, which calls nobody; whoever is named beside it may speak. */
const ALL =
  '(?:(?:얘들아|애들아|여러분|자|야)[,!~]? ?)?(?:(?:다들|모두들?|전부|전원|너희(?:들)?|다|나머지(?:들)?|(?:다른|딴) ?(?:에이전트|애|얘|사람|분|놈|봇)(?:들)?)(?:은|는|이|가)? ?)';
const HUSH =
  '(?:좀 |이제 |잠깐만? |잠시만? |제발 )?(?:(?:말|대답|답|발언)(?:은|을)? ?하지 ?(?:말고|마세요|마라|마)|말하지 ?(?:말고|마세요|마)|조용(?:히)? ?(?:좀 )?(?:하고(?: ?있어|있고)?|해(?: ?(?:줘|주세요))?|하세요|해라|있어|있고|하자)|조용|(?:입|입을) ?(?:좀 )?다물(?:고|어|어라)|가만히 ?(?:좀 )?(?:있고|있어(?: ?줘)?|있으세요)|빠지고|빠져(?: ?(?:있어|줘))?|쉬고|쉬어|나서지 ?(?:말고|마)|끼어들지 ?(?:말고|마))';
const IN_KOREAN = new RegExp(`(?<![가-힣])(?:${ALL}|(?:얘들아|애들아|여러분)[,!~]? ?)${HUSH}(?![가-힣])[,.!~]*`, 'u');
const IN_ENGLISH =
  /(?<![a-z])(?:everyone|everybody|all of you|you all|you guys|the rest|the others|others|everyone else|everybody else)(?: please)?(?: be| stay| keep| go)? (?:else )?(?:quiet|silent|still|shut up|hush)(?![a-z])[,.!]*(?: and| but)?/u;

/** What is left when that is taken out; null where nobody is told to be silent. Small letters. */
export function besideTheHush(text: string): string | null {
  const spaced = text.replace(/[^\S\n]+/gu, ' ');
  for (const pattern of [IN_KOREAN, IN_ENGLISH]) {
    const found = pattern.exec(spaced);
    // A mark in its place: what stands on either side are two clauses. A question is none.
    if (found !== null && !spaced.slice(found.index + found[0].length).startsWith('?'))
      return `${finished(spaced.slice(0, found.index))}\n${spaced.slice(found.index + found[0].length)}`.replace(
        /\bonly (\S{1,40}) (?:speaks?|answers?|talks?|reply|replies|may|should|can)\b/u,
        'let $1 answer',
      );
  }
  return null;
}

/** "클로드만 대답하고": what went on stands alone now. */
const finished = (before: string): string => before.replace(/하(?:고|되)[,\s]*$/u, '해');
