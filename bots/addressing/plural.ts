/**
 * Words that call all. `vocative` can be nothing but a call (얘들아); `group` is a call where a name would be one
 * (다들, everyone); `quantity` may as well mean things (모두 정리해줘); `turns` is one after a name that begins (마누스부터 차례대로).
 */
export type PluralForm = 'vocative' | 'group' | 'quantity' | 'turns';

const VOCATIVE =
  /^(?:얘드라|얘두라|(?:얘|애)들(?:아|아아+)|여러분들?(?:아|께)?|다들아|에이전트들아|친구들아|너희들아)$/u;
const GROUP =
  /^(?:다들|모두들|전원|다같이|얘들|에이전트들|너희들?|니들|팀원들|나머지(?:들)?|모두(?=[가는도]|한테|에게|님)|전체(?=[가는도]|한테|에게))(?:님)?(?:이|가|은|는|도|요|께|한테|에게|부터)?$/u;
const QUANTITY = /^(?:모두|전부|전체|모든|다)$/u;
const ENGLISH = /^(?:everyone|everybody|guys|folks|y['’]all|yall)$/u;
const ENGLISH_QUANTITY = /^(?:all|team)$/u;

export function pluralForm(word: string): PluralForm | null {
  if (word.length > 12) return null;
  if (VOCATIVE.test(word)) return 'vocative';
  if (GROUP.test(word) || ENGLISH.test(word) || /^(?:everyone|everybody)(?:은|는|아|야|도)$/u.test(word))
    return 'group';
  if (/^(?:차례대로|차례로|순서대로|돌아가면서|한명씩|한사람씩)$/u.test(word)) return 'turns';
  return QUANTITY.test(word) || ENGLISH_QUANTITY.test(word) ? 'quantity' : null;
}
