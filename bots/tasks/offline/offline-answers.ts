import { RISKS } from '../../../bridge/protocol/command.ts';
import type { Lang } from '../../../bridge/protocol/ids.ts';
import { type Plan, planRisk, stepAfter, stepId } from '../../../bridge/protocol/plan.ts';
import { rehearsalLabel } from '../../../bridge/text/offline.ts';
import { needWord } from '../../../bridge/text/tasks/task-needs.ts';
import {
  briefly,
  causes,
  checks,
  goals,
  offlineObjection,
  offlineReport as words,
  verdicts,
  votes,
  work,
} from '../../../bridge/text/tasks/task-offline.ts';
import { pastedBlock } from '../../models/providers/relay.ts';
import { wantedNow } from '../plan/promised-files.ts';
import { candidatesFor } from '../plan/candidates.ts';
import { type Evidence, evidenceNow } from '../plan/evidence.ts';
import { failedStep } from '../plan/failed-step.ts';
import type { AskFacts } from '../prompts/facts.ts';
import { MISSPELT, planFor, type Variant } from './plans.ts';
import { needsOf } from '../state/mission-needs.ts';
import { type Scene, sceneNow, worthOf } from './scene.ts';
import type { Answer, Ask } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';

/**
 * A stand-in's part in every phase of a task: no network, the same answer to the same question, labelled. What it
 * says of outcomes it reads from the outputs.
 */
export function rehearseTask(state: TaskState, ask: Ask, facts: AskFacts): Answer {
  const { lang } = state;
  switch (ask.kind) {
    case 'triage':
      return {
        kind: 'triage',
        goal: goalOf(sceneNow(state, facts.lent), wantedNow(state), lang),
        checks: [checks.ran[lang](), checks.shown[lang]()],
        plain: false,
      };
    case 'propose':
      return { kind: 'propose', plan: proposal(state, ask, facts) };
    case 'critique':
      return critique(state, ask);
    case 'vote':
      return vote(state, ask);
    case 'work':
      return { kind: 'work', text: writing(state, ask, facts) };
    case 'verify':
      return verify(state, facts);
    case 'diagnose':
      return diagnose(state, ask);
    case 'report':
      return { kind: 'report', markdown: report(state, facts) };
  }
}

function goalOf(scene: Scene, mission: string, lang: Lang): string {
  switch (scene.kind) {
    case 'host':
      return goals.host[lang](scene.folder);
    case 'other':
      return goals.other[lang](briefly(mission));
    case 'list':
    case 'repair':
    case 'page':
    case 'repaint':
      return goals[scene.kind][lang]();
  }
}

const placeOf = ({ electorate }: TaskState, { agent }: Ask): number => Math.max(0, electorate.indexOf(agent));

/** Of six agents three propose one plan, two another, one a third. */
const VARIANTS: readonly Variant[] = ['plain', 'told', 'plain', 'wider', 'told', 'plain'];

function proposal(state: TaskState, ask: Ask, { workers, lent }: AskFacts): Plan {
  const { lang, round, electorate } = state;
  // The last of them writes: in the default roster that is the writer.
  const writer = workers.at(-1)?.id ?? electorate.at(-1) ?? ask.agent;
  return planFor({
    scene: sceneNow(state, lent),
    variant: VARIANTS[placeOf(state, ask) % VARIANTS.length] ?? 'plain',
    lang,
    mission: wantedNow(state),
    writer,
    round,
  });
}

/** One in three looks for a plan that nobody sums up. */
function critique(state: TaskState, ask: Ask): Answer {
  const bare = candidatesFor(state, ask.agent).find(({ proposal: { plan } }) =>
    plan.steps.every(({ kind }) => kind === 'command'),
  );
  const last = bare?.proposal.plan.steps.at(-1);
  if (placeOf(state, ask) % 3 !== 1 || bare === undefined || last === undefined)
    return { kind: 'critique', objections: [] };
  return {
    kind: 'critique',
    objections: [{ of: bare.proposal.hash, step: stepId(last), text: offlineObjection[state.lang]() }],
  };
}

/** Two have to be of one mind, so tastes differ only among more; the sixth of a round table has none. */
function vote(state: TaskState, ask: Ask): Answer {
  const { lang, electorate, proposals } = state;
  const place = placeOf(state, ask);
  if (place % 6 === 5) return { kind: 'vote', ranking: [], reason: votes.abstains[lang]() };
  const taste = electorate.length < 3 || place % 2 === 0 ? 'thorough' : 'brief';
  const rank = ({ plan }: { readonly plan: Plan }) =>
    RISKS.indexOf(planRisk(plan)) * 1_000 + (taste === 'brief' ? plan.steps.length : -plan.steps.length);
  const ranked = proposals.toSorted((a, b) => rank(a) - rank(b) || (a.hash < b.hash ? -1 : 1));
  return { kind: 'vote', ranking: ranked.slice(0, 20).map(({ hash }) => hash), reason: votes[taste][lang]() };
}

function writing(state: TaskState, ask: Ask, { lent }: AskFacts): string {
  const { lang, plan } = state;
  const step = plan?.plan.steps.find((one) => stepId(one) === ask.step);
  if (sceneNow(state, lent).kind === 'page') return work.guide[lang]();
  const after = new Set<string>(step === undefined ? [] : stepAfter(step));
  const lines = evidenceNow(state).flatMap(({ step: one, output }) => (after.has(stepId(one)) ? linesOf(output) : []));
  const [first] = lines;
  return first === undefined ? work.nothing[lang]() : work.sum[lang](lines.length, pastedBlock(first.slice(0, 500)));
}

const linesOf = (output: string): string[] =>
  output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Of a plan that another model has made it knows only that it was carried out: what was asked for is not its to judge. */
function playedOf(state: TaskState, { lent }: AskFacts): 'sample' | 'played' | 'unseen' | undefined {
  const { plan, lang } = state;
  if (plan?.plan.goal.startsWith(rehearsalLabel[lang]()) === false) return 'unseen';
  const worth = worthOf(sceneNow(state, lent), wantedNow(state));
  return worth === 'real' ? undefined : worth;
}

function verify(state: TaskState, facts: AskFacts): Answer {
  const { lang } = state;
  const evidence = evidenceNow(state);
  const missing = evidence.filter((one) => one.state !== 'done').map(({ step }) => stepId(step));
  const quotes = evidence.flatMap(({ step, output }) =>
    linesOf(output)
      .slice(0, 1)
      .map((line) => ({ step: stepId(step), quote: line.slice(0, 300).toWellFormed() })),
  );
  const holds = evidence.length > 0 && missing.length === 0;
  const played = playedOf(state, facts);
  const why = holds ? verdicts[played ?? 'holds'][lang]() : verdicts.fails[lang](missing.join(', '));
  return { kind: 'verify', holds, why, quotes: quotes.slice(0, 20), ...(played === undefined ? {} : { played }) };
}

/** Knows one misspelling. Everybody mends it in the same way, as patches have to be equal. */
function diagnose(state: TaskState, ask: Ask): Answer {
  const { lang } = state;
  const failed = failedStep(state, ask);
  const { wrong, right } = MISSPELT;
  if (
    failed?.step.kind === 'command' &&
    failed.step.command.type === 'shell' &&
    failed.step.command.script.startsWith(`${wrong} `)
  ) {
    const { command } = failed.step;
    return {
      kind: 'diagnose',
      cause: causes.misspelt[lang](wrong, right),
      command: { ...command, script: `${right}${command.script.slice(wrong.length)}` },
    };
  }
  const last = linesOf(failed?.output ?? '').at(-1) ?? failed?.why ?? '?';
  return { kind: 'diagnose', cause: causes.unknown[lang](last.slice(0, 500)), command: null };
}

/** Everything that came out, as it came out; and, where it was only played, what the real thing would take. */
function report(state: TaskState, facts: AskFacts): string {
  const { lang, verdict } = state;
  const evidence = evidenceNow(state);
  const goal = (state.triage?.goal ?? state.plan?.plan.goal ?? state.mission).replace(/^\[[^\]]*\]\s*/, '');
  const written = evidence
    .filter(({ step, output }) => step.kind === 'work' && output !== '')
    .map(({ output }) => output);
  const printed = evidence
    .filter(({ step, output }) => step.kind === 'command' && output.trim() !== '')
    .map(({ step, output }) => `### ${step.title}\n\n${pastedBlock(output.slice(0, 12_000))}`);
  const files = evidence.flatMap(({ step, state: now }) =>
    step.kind === 'command' && now === 'done' ? step.artifacts.map((path) => `- ${words.file[lang](path)}`) : [],
  );
  const result = [...written, ...(files.length > 0 ? [files.join('\n')] : []), ...printed];
  const played = playedOf(state, facts);
  const needs = needsOf(wantedNow(state)).map((need) => `- ${needWord[need][lang]()}`);
  return [
    words[played === undefined || played === 'unseen' ? 'lead' : played][lang](goal),
    ...(result.length > 0 ? [`## ${words.result[lang]()}`, ...result] : []),
    ...(evidence.length > 0
      ? [
          `## ${words.way[lang]()}`,
          evidence.map((one) => wayOf(one, lang, played === 'played' ? '▶️' : '✅')).join('\n'),
        ]
      : []),
    ...(verdict === null
      ? []
      : [
          `## ${words.checked[lang]()}`,
          `${verdict.played === 'played' || verdict.played === 'unseen' ? '🟡' : verdict.holds ? '✅' : '❌'} ${verdict.why}`,
        ]),
    ...(played === 'played'
      ? [`## ${words.wanting[lang]()}`, [`- ${words.bindings[lang]()}`, ...needs].join('\n')]
      : []),
  ].join('\n\n');
}

/** `ran`: the sign of a step that has ended well; of a mission that was only played it is no sign of success. */
function wayOf({ step, state, exitCode, why }: Evidence, lang: Lang, ran: string): string {
  if (state === 'done') return `- ${ran} ${step.title}`;
  if (state === 'waiting') return `- ⬜ ${step.title} (${words.notRun[lang]()})`;
  return `- ❌ ${step.title}${exitCode === undefined ? '' : ` (${exitCode})`}${why === undefined ? '' : ` ${why}`}`;
}
