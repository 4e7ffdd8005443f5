import { type Command, hostsOfCommand, lentTo } from '../../../bridge/protocol/command.ts';
import { stepId } from '../../../bridge/protocol/plan.ts';
import { type Need, needsOf } from '../state/mission-needs.ts';
import type { TaskOutcome, TaskState } from '../state/task-state.ts';
import type { TaskRules } from '../state/transitions.ts';

/** What a mission was promised, against what is there. Pure: code looks, whatever models say. */

const NAME = String.raw`[\p{L}\p{N}][\p{L}\p{N}_-]{0,80}\.(?:html?|md|txt|csv|tsv|xlsx?|docx?|pdf|pptx?|png|jpe?g|gif|svg|webp|mp4|mp3|json|xml|ya?ml|zip|py|js|ts|css|sql|sh|hwpx?|ics)`;
const NAMES = new RegExp(NAME, 'giu');
/** After a name that is to be made; a name that is read stands otherwise. */
const MADE_AFTER =
  /^[`"'”’)]{0,3}(?:으로|로|을|를|에|이라는|라는|란|인)?\s?(?:이름의\s?|이름으로\s?)?(?:파일[을를로에]?|문서[를로]?)?(?:으로)?\s?(?:하나\s?)?(?:저장|만들|작성|생성|써|쓰|적어|적고|남겨|남기|기록|내보내|출력|정리)/u;
const MADE_BEFORE = /\b(?:write|save|create|make|generate|produce|export|put|store|output)\b[^.!?\n]{0,40}$/iu;
const READ_BEFORE = /\b(?:of|from|in|with|using|on)\s+(?:the\s+|file\s+|my\s+)*[`"']?$/iu;

/** The files that the mission wants made, by their names; those that it only names are not among them. */
export function filesWanted(mission: string): readonly string[] {
  const text = mission.slice(0, 4_000).normalize('NFC');
  const wanted = [...text.matchAll(NAMES)].flatMap(({ 0: name, index }) => {
    const [before, after] = [
      text.slice(Math.max(0, index - 60), index),
      text.slice(index + name.length, index + name.length + 40),
    ];
    return MADE_AFTER.test(after) || (MADE_BEFORE.test(before) && !READ_BEFORE.test(before))
      ? [name.toLowerCase()]
      : [];
  });
  return [...new Set(wanted)];
}

const nameOf = (path: string): string =>
  path
    .slice(path.lastIndexOf('/') + 1)
    .normalize('NFC')
    .toLowerCase();

type Wanted = Pick<TaskState, 'mission' | 'revision'>;

/** What is to be done now: the mission, or the change that a master has asked for since. */
export const wantedNow = ({ mission, revision }: Wanted): string => revision?.words ?? mission;

type CarriedOut = Pick<TaskState, 'plan' | 'commands' | 'earlier' | 'firstRound'>;

/** Commands that have done what they were to do. */
const doneOf = (plans: readonly Pick<TaskState['earlier'][number], 'plan' | 'commands'>[]) =>
  plans.flatMap((one) =>
    one.plan.steps.flatMap((step) => {
      const now = step.kind === 'command' ? one.commands[stepId(step)] : undefined;
      return step.kind === 'command' && now?.state === 'done' ? [{ step, artifacts: now.result?.artifacts ?? [] }] : [];
    }),
  );

/** Whether a round was for what is wanted now: a change asks for what was not there before. */
const isForNow =
  ({ revision, firstRound }: Pick<CarriedOut & Wanted, 'revision' | 'firstRound'>) =>
  ({ round }: { readonly round: number }): boolean =>
    revision === undefined || round >= (revision.since ?? firstRound);

/** Under any plan for what is wanted now: what they left is still there. */
const done = (state: CarriedOut & Wanted) =>
  doneOf([
    ...state.earlier.filter(isForNow(state)),
    ...(state.plan === null ? [] : [{ plan: state.plan.plan, commands: state.commands }]),
  ]);

/** A file that the task had before the change under way. Two plans are remembered: what the mission wanted counts as made. */
export function stoodBefore(state: CarriedOut & Wanted, name: string): boolean {
  const { revision, earlier, mission } = state;
  if (revision === undefined || earlier.length === 0) return false;
  const isNow = isForNow(state);
  return (
    filesWanted(mission).includes(name) ||
    doneOf(earlier.filter((one) => !isNow(one))).some(
      ({ step, artifacts }) => artifacts.some(({ path }) => nameOf(path) === name) || leaves(step.command, name),
    )
  );
}

/** Promised by the mission or by the plan that was carried out, and not there, or empty. */
export function missingFiles(state: CarriedOut & Wanted): readonly string[] {
  const all = done(state);
  const handed = all.flatMap(({ artifacts }) => artifacts.filter(({ bytes }) => bytes > 0).map(({ path }) => path));
  const names = new Set(handed.map(nameOf));
  const plan = state.plan?.plan.steps ?? [];
  const promised = plan
    .flatMap((step) =>
      step.kind === 'command' && state.commands[stepId(step)]?.state === 'done' ? step.artifacts : [],
    )
    .filter((path) => !names.has(nameOf(path)));
  const wanted = filesWanted(wantedNow(state)).filter(
    (name) => !names.has(name) && !all.some(({ step }) => leaves(step.command, name)),
  );
  return [...new Set([...promised, ...wanted])];
}

/** It was written, though nobody has handed it over: into the workspace, or into a lent folder. */
function leaves(command: Command, name: string): boolean {
  if (command.type === 'write_file') return nameOf(command.path) === name && command.content !== '';
  if (command.type === 'make_document') return nameOf(command.path) === name;
  if (command.success.fileExists !== undefined && nameOf(command.success.fileExists) === name) return true;
  const words = command.type === 'run' ? command.argv.join(' ') : command.type === 'shell' ? command.script : '';
  return lentTo(command).some(({ access }) => access === 'rw') && words.normalize('NFC').toLowerCase().includes(name);
}

const PICTURES = /\.(?:png|jpe?g|gif|svg|webp|mp4|webm|mp3|wav)$/iu;
/** Thinking makes up for some: what is not looked up may be known, and who is early is in time. */
const BY_THE_WAY: ReadonlySet<Need> = new Set(['web', 'until']);
/** May have been done by a command that a master let out. */
const OUTWARD: ReadonlySet<Need> = new Set(['mail', 'message', 'payment', 'calendar', 'posting']);

/** For what the house has no means. */
export function lacksOf(
  mission: string,
  origin: TaskState['origin'],
  { searches = false, mails = false }: Pick<TaskRules, 'searches' | 'mails'>,
): readonly Need[] {
  // A round of the cycle quotes what was said in the room; a schedule has come at its time.
  if (origin === 'cycle') return [];
  return needsOf(mission).filter(
    (need) =>
      !(need === 'web' && searches) && !(need === 'mail' && mails) && !(need === 'later' && origin === 'schedule'),
  );
}

/** Of what the house lacks, what was not done all the same; and a letter that it could have sent and did not. */
export function notDone(state: CarriedOut & Wanted & Pick<TaskState, 'lacks' | 'origin'>): readonly Need[] {
  const all = done(state);
  const wentOut = all.some(
    ({ step: { command } }) =>
      hostsOfCommand(command).length > 0 && (command.type !== 'fetch' || command.method === 'POST'),
  );
  const drew = all.some(({ artifacts }) => artifacts.some(({ path, bytes }) => bytes > 0 && PICTURES.test(path)));
  const mailed = all.some(({ step: { command } }) => command.type === 'send_mail' || command.type === 'read_mail');
  const owed: readonly Need[] =
    state.origin !== 'cycle' && !state.lacks.includes('mail') && needsOf(wantedNow(state)).includes('mail')
      ? ['mail', ...state.lacks]
      : state.lacks;
  return owed.filter(
    (need) =>
      !BY_THE_WAY.has(need) &&
      !(need === 'mail' && mailed) &&
      !(OUTWARD.has(need) && wentOut) &&
      !(need === 'picture' && drew),
  );
}

/** How a task ends whose result was found good: what was only played, or lacks a part, is not done. */
export function endingOf(
  state: TaskState,
): Extract<TaskOutcome, 'done' | 'sample' | 'rehearsed' | 'unverified' | 'no-means'> {
  if (state.verdict?.played === 'played') return 'rehearsed';
  if (state.verdict?.played === 'unseen') return 'unverified';
  if (notDone(state).length > 0 || (state.verdict?.missing ?? []).length > 0) return 'no-means';
  return state.verdict?.played === 'sample' ? 'sample' : 'done';
}
