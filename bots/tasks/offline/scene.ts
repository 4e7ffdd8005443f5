import type { TaskState } from '../state/task-state.ts';
import type { AskFacts } from '../prompts/facts.ts';

/** Which of the missions that a rehearsal knows this one is. */
export type Scene =
  | { readonly kind: 'list'; readonly folders: readonly string[] }
  | { readonly kind: 'repair' }
  | { readonly kind: 'host'; readonly folder: string }
  | { readonly kind: 'page' }
  /** The page that it made before, in another colour. */
  | { readonly kind: 'repaint'; readonly colour: Colour }
  | { readonly kind: 'other'; /** It asked to write where nothing is lent for writing. */ readonly noFolder: boolean };

const PAGE = /펫\s*샵|애견|반려|pet\s*shop/iu;
const RESERVATION = /예약|reserv|booking/iu;
const REPAIR = /실패하는\s*명령|failing\s+command|command\s+that\s+fails/iu;
const FOLDER = /폴더|folder|디렉터리|directory/iu;
const LEAVE = /남겨|남기|적어|써\s?줘|쓰기|저장|write|leave|note|save/iu;
const LIST = /목록|조회|list|show/iu;
const FILES = /파일|폴더|files?|folders?/iu;

/** Of the page's head and of its buttons. */
export interface Colour {
  readonly main: string;
  readonly deep: string;
}

const COLOURS: readonly (readonly [RegExp, Colour])[] = [
  [/파란|파랗|파랑|블루|\bblue/iu, { main: '#2f6fde', deep: '#1f55b5' }],
  [/초록|녹색|그린|\bgreen/iu, { main: '#2f8f5b', deep: '#1f6e43' }],
  [/빨간|빨갛|빨강|레드|\bred\b/iu, { main: '#d33c32', deep: '#ad2a22' }],
  [/보라|\bpurple/iu, { main: '#7a4fd0', deep: '#5d37aa' }],
];
/** More words are more than a colour. */
const PLAIN_COLOUR = 40;

/** The mission that a task is at: its own, or the change that is wanted of it. */
export function sceneNow(
  { mission, revision }: Pick<TaskState, 'mission' | 'revision'>,
  lent: AskFacts['lent'],
): Scene {
  if (revision === undefined) return sceneOf(mission, lent);
  const colour = COLOURS.find(([said]) => said.test(revision.words))?.[1];
  const plain = revision.words.trim().length <= PLAIN_COLOUR;
  return colour !== undefined && plain && sceneOf(mission, lent).kind === 'page'
    ? { kind: 'repaint', colour }
    : sceneOf(revision.words, lent);
}

/** What people call a folder and what it may be lent as. */
const ALIASES: readonly (readonly [RegExp, RegExp])[] = [
  [/사이트|홈페이지|website/iu, /site|web|www|home/],
  [/사진|photo|picture/iu, /photo|pic|image/],
  [/문서|document/iu, /doc/],
];

export function sceneOf(mission: string, lent: AskFacts['lent']): Scene {
  const words = mission.slice(0, 4_000).toLowerCase();
  const meant = ({ name }: { readonly name: string }) =>
    words.includes(name) || ALIASES.some(([said, named]) => said.test(words) && named.test(name));
  if (PAGE.test(words) && RESERVATION.test(words)) return { kind: 'page' };
  if (REPAIR.test(words)) return { kind: 'repair' };
  if (FOLDER.test(words) && LEAVE.test(words)) {
    const writable = lent.filter(({ mode }) => mode === 'rw');
    const folder = writable.find(meant) ?? writable[0];
    return folder === undefined ? { kind: 'other', noFolder: true } : { kind: 'host', folder: folder.name };
  }
  if (LIST.test(words) && FILES.test(words)) {
    const named = lent.filter(meant);
    return { kind: 'list', folders: (named.length > 0 ? named : lent).slice(0, 3).map(({ name }) => name) };
  }
  return { kind: 'other', noFolder: false };
}

/** More than looking: whoever wants this of the files has not got it with their list. */
const MORE_THAN_LISTING =
  /분석|정리|만들|비교|번역|요약|삭제|지워|지우|옮|작성|고쳐|고치|바꿔|바꾸|수정|계산|합계|내려받|압축|백업|찾아서|\b(?:analy[sz]e|summari[sz]e|translate|delete|remove|move|rename|edit|fix|compare|sort|compress|back ?up|convert)/iu;
const NOTE = /메모|기록|노트|\bnotes?\b/iu;
const DATE = /날짜|시각|\bdates?\b/iu;
/** More words are wishes of their own, which a page known by heart does not fulfil. */
const PLAIN_PAGE = 60;

/**
 * Whether carrying the scene out does what was asked for. `sample`: a thing known by heart stands for it; `played`: it
 * only shows how such a mission goes.
 */
export function worthOf(scene: Scene, mission: string): 'real' | 'sample' | 'played' {
  switch (scene.kind) {
    case 'list':
      return MORE_THAN_LISTING.test(mission) ? 'played' : 'real';
    case 'repair':
      return DATE.test(mission) ? 'real' : 'played';
    case 'host':
      return NOTE.test(mission) ? 'real' : 'played';
    case 'page':
      return mission.trim().length <= PLAIN_PAGE ? 'sample' : 'played';
    case 'repaint':
      return 'sample';
    case 'other':
      return 'played';
  }
}
