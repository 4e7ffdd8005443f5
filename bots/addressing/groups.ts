import type { Callable } from './callable.ts';
import type { NameForm } from './name-forms.ts';
import { isAnd } from './korean-words.ts';
import type { Sentence, Token } from './sentences.ts';

/** Names in a row: "가브리엘이랑 클로드", "Claude, Gemini and GPT". The last one's form speaks for all. */
export interface Group {
  readonly names: readonly Callable[];
  readonly form: NameForm;
  readonly explicit: boolean;
  /** Tokens `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
  /** Where the last name begins and how many names stand before it, if only a space or a comma joins it to them. */
  readonly looseAt: number | null;
}

/** What a name is in a sentence. `delegated` counts only where nobody else is called. */
export interface NameCall {
  readonly who: Callable;
  readonly as: 'called' | 'delegated' | 'excepted' | 'hushed';
  readonly at: number;
}

type NameToken = Extract<Token, { kind: 'name' }>;
const JOINING_FORMS: ReadonlySet<NameForm> = new Set<NameForm>(['bare', 'and']);

export function groupsOf(sentence: Sentence): readonly Group[] {
  const { tokens } = sentence;
  const groups: Group[] = [];
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at];
    if (token?.kind !== 'name') {
      at += 1;
      continue;
    }
    const from = at;
    const names: Callable[] = [token.who];
    let last: NameToken = token;
    let explicit = token.explicit;
    let looseAt: number | null = null;
    at += 1;
    for (let joint = jointAfter(tokens, at, last); joint !== null; joint = jointAfter(tokens, at, last)) {
      names.push(joint.name.who);
      explicit ||= joint.name.explicit;
      if (joint.loose) looseAt = names.length - 1;
      else if (looseAt === names.length - 1) looseAt = null;
      last = joint.name;
      at = joint.to;
    }
    groups.push({ names, form: last.form, explicit, from, to: at, looseAt });
  }
  return groups;
}

function jointAfter(
  tokens: readonly Token[],
  at: number,
  last: NameToken,
): { name: NameToken; to: number; loose: boolean } | null {
  const sameTopic = last.form === 'topic' || last.form === 'vocative';
  if (!JOINING_FORMS.has(last.form) && !sameTopic) return null;
  let to = at;
  let tight = last.form === 'and';
  for (let token = tokens[to]; token !== undefined && to - at < 3; token = tokens[to]) {
    if (token.kind === 'name') {
      if (sameTopic && token.form !== last.form) return null;
      return { name: token, to: to + 1, loose: !tight };
    }
    if (token.kind === 'word' && isAnd(token.text)) tight = true;
    else if (token.kind !== 'pause' || /[:–—-]/u.test(token.text)) return null;
    else if (/[&+/·]/u.test(token.text)) tight = true;
    to += 1;
  }
  return null;
}
