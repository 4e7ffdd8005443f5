import type { EventId } from '../../../bridge/protocol/ids.ts';
import { stepId } from '../../../bridge/protocol/plan.ts';
import { trail } from '../../../bridge/text/tasks/task-results.ts';
import { STEP_MARK } from '../../../bridge/text/tasks/task-words.ts';
import { plainWords } from '../../../bridge/matrix/markdown-words.ts';
import { messageId } from '../state/message-ids.ts';
import { permalink } from '../../../bridge/matrix/permalink.ts';
import { labelled } from '../plan/plan-labels.ts';
import type { SayingFacts } from './saying-shape.ts';
import type { TaskState } from '../state/task-state.ts';

/** Of one kind, in a message; a file holds them all. */
const SHOWN = 12;

/** From the master's message to the last output, link by link, in Markdown. */
export function trailOf(state: TaskState, { nameOf, serverName, ops }: SayingFacts, all: boolean): string {
  const { lang, room, root, round, events, plan } = state;
  const link = (label: string, event: EventId | undefined, where = room): string[] =>
    event === undefined ? [] : [`[${label}](${permalink(where, event, serverName)})`];
  const line = (title: string, links: readonly string[]): string[] => {
    if (links.length === 0) return [];
    const shown = all ? links : links.slice(0, SHOWN);
    return [`- ${title}: ${shown.join(' · ')}${shown.length < links.length ? ` · … (${links.length})` : ''}`];
  };
  const one = (title: string, event: EventId | undefined): string[] => link(title, event).map((only) => `- ${only}`);
  const steps = plan?.plan.steps ?? [];
  const commands = steps
    .filter((step) => step.kind === 'command')
    .flatMap((step) => {
      const id = stepId(step);
      const command = state.commands[id];
      return link(
        `${STEP_MARK[command?.state ?? 'waiting']} ${plainWords(step.title, 40)}`,
        command?.result?.report,
        ops,
      );
    });
  const artifacts = steps.flatMap((step) => state.commands[stepId(step)]?.result?.artifacts ?? []);
  return [
    `**${trail.title[lang]()}**`,
    '',
    ...one(trail.message[lang](), root),
    ...one(trail.electorate[lang](), events[messageId.electorate(round, state.recalled)]),
    ...line(
      trail.proposals[lang](),
      labelled(state).flatMap(({ label, proposal }) =>
        proposal.events
          .slice(0, 1)
          .flatMap((event) => link(`${label} (${proposal.authors.map(nameOf).join(', ')})`, event)),
      ),
    ),
    ...one(trail.poll[lang](), events[messageId.poll(round, state.repolled)]),
    // The message that shows them all: clients show no vote in a poll by itself.
    ...one(trail.ballots[lang](), events[messageId.ballots(round)]),
    ...one(trail.choice[lang](), state.decision?.choice),
    ...one(
      trail.decision[lang](),
      state.decision?.event ??
        (state.decision === null ? undefined : events[messageId.decision(round, state.decision.rule)]),
    ),
    ...one(trail.plan[lang](), plan === null ? undefined : (events[messageId.plan(round, plan.hash)] ?? plan.event)),
    ...line(
      trail.patches[lang](),
      Object.entries(events)
        .filter(([id]) => id.startsWith(`patched.${round}.`))
        .flatMap(([, event], i) => link(String(i + 1), event)),
    ),
    ...line(
      trail.works[lang](),
      steps
        .filter((step) => step.kind === 'work')
        .flatMap((step) => link(plainWords(step.title, 40), events[messageId.work(round, stepId(step))])),
    ),
    ...line(trail.commands[lang](), commands),
    ...line(
      trail.artifacts[lang](),
      artifacts.flatMap(({ path, url, event }) =>
        event === undefined
          ? [
              `[${plainWords(path, 80)}](${encodeURI(url)
                .replaceAll('%25', '%')
                .replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))})`,
            ]
          : link(plainWords(path, 80), event),
      ),
    ),
    ...one(trail.verdict[lang](), events[messageId.verdict(round)]),
  ].join('\n');
}
