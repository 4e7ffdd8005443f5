/**
 * What hangs on a Korean name and what it makes of it.
 * `vocative` 클로드야 · `topic` 클로드는, 도, 만 · `from` 마누스부터 · `subject` 클로드가 · `to` 클로드한테 · `object` 클로드를 ·
 * `and` 클로드랑 · `except` 클로드빼고 · `about` 클로드의, 클로드처럼: whole words too, but never a call.
 */
export type NameForm =
  | 'bare'
  | 'vocative'
  | 'topic'
  | 'from'
  | 'subject'
  | 'to'
  | 'object'
  | 'and'
  | 'except'
  | 'about';

const HONORIFIC = '(?:님|씨|쌤|선생님?|팀장님?|대리님?|박사님?|형님?|누나|오빠|군|양)?';

const FORMS: readonly (readonly [form: NameForm, tail: RegExp])[] = (
  [
    ['bare', ''],
    ['vocative', '(?:아|야|여|이여)[아야]*|님아'],
    ['topic', '이?(?:은|는|도|만|까지|라도|조차|만이라도)(?:은|는|도|요|여)?'],
    ['from', '이?부터(?:는|라도|요)?'],
    ['subject', '(?:이|가|이가|께서)'],
    ['to', '이?(?:한테|에게|께|보고|더러|한테다)(?:는|도|만|요)?|에겐|한텐'],
    ['object', '이?(?:을|를)'],
    ['and', '이?(?:와|과|랑|하고|하구|나)'],
    ['except', '이?(?:은|는|만)?(?:빼고|빼구|빼놓고|말고|말구|제외하고|제외|외에)(?:는|요)?'],
    [
      'about',
      '이?(?:의|처럼|같이|보다|대로|에서|에|네|라고|라는|란|든|든지|면|인데|입니다|예요|에요|이야|고|지|로|으로|만큼|답게|한테서|에게서|라면|랑은)',
    ],
  ] as const
).map(([form, tail]) => [form, new RegExp(`^${HONORIFIC}(?:${tail})$`, 'u')] as const);

/** Longer than any tail above; what is longer is part of another word. */
export const LONGEST_TAIL = 12;

/** Form of a name with `tail` written on to it; null where name and tail are another word (마누스크립트). */
export function formOf(tail: string): NameForm | null {
  return FORMS.find(([, pattern]) => pattern.test(tail))?.[0] ?? null;
}

/** Words that a thumb forgets to put a space before: 클로드말해봐, 클로드너는. */
const GLUED = /^(?:너|넌|니가|네가|의견|말해|발표해|대답해|답해|설명해|정리해|요약해|알려|어때|안녕|나와)/u;
export const isGluedSpeech = (tail: string): boolean => GLUED.test(tail);
