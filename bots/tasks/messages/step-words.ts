import { type Command, hostsOfCommand, lentTo, riskOf, writesWorkspace } from '../../../bridge/protocol/command.ts';
import type { Lang } from '../../../bridge/protocol/ids.ts';
import { commandCount, type Plan, planRisk, type Step } from '../../../bridge/protocol/plan.ts';
import { planFoot, stepAfterWord, stepDoes, stepTouches } from '../../../bridge/text/tasks/task-thread.ts';
import { RISK_MARK, riskWord, size, workWord } from '../../../bridge/text/tasks/task-words.ts';
import { codeBlock, codeWords, plainWords } from '../../../bridge/matrix/markdown-words.ts';
import { type NameOf, placesBefore } from '../plan/plan-labels.ts';

/** Longer scripts are shown by their beginning. */
const SHOWN_LINES = 12;
const SHOWN_CHARACTERS = 900;

/**
 * The steps as a numbered list: what each does, what it touches, what it waits for.
 * @param whole scripts with their lines, and not the first line alone
 */
export function stepList(plan: Plan, lang: Lang, nameOf: NameOf, whole: boolean): readonly string[] {
  return plan.steps.map((step, i) => {
    const lead = `${i + 1}. `;
    const mark = step.kind === 'command' ? RISK_MARK[riskOf(step.command)] : '🧠';
    const after = placesBefore(plan, step);
    const lines = [
      `${mark} **${plainWords(step.title)}**`,
      does(step, lang, nameOf, whole),
      [...touches(step, lang), ...(after.length === 0 ? [] : [stepAfterWord[lang](after)])].join(' · '),
    ];
    return (
      lead +
      lines
        .filter((line) => line !== '')
        .join('\n')
        .replaceAll('\n', `\n${' '.repeat(lead.length)}`)
    );
  });
}

export function planSummary(plan: Plan, lang: Lang): string {
  const risk = planRisk(plan);
  const commands = commandCount(plan);
  return planFoot[lang](commands, plan.steps.length - commands, `${RISK_MARK[risk]} ${riskWord[risk][lang]()}`);
}

function does(step: Step, lang: Lang, nameOf: NameOf, whole: boolean): string {
  if (step.kind === 'command') return commandWords(step.command, lang, whole);
  return `${stepDoes.work[lang](nameOf(step.agent), workWord[step.work][lang]())}: ${plainWords(step.instruction, whole ? 400 : 160)}`;
}

/** A command in code, for people. What is approved and run is shown by the executor, to the letter. */
export function commandWords(command: Command, lang: Lang, whole: boolean): string {
  switch (command.type) {
    case 'run':
      return codeWords(command.argv.map(quoted).join(' '), whole ? 400 : 120);
    case 'shell':
      return whole && command.script.trim().includes('\n')
        ? codeBlock(beginning(command.script.trim()))
        : codeWords(command.script, whole ? 400 : 120);
    case 'write_file':
      return stepDoes.writeFile[lang](
        codeWords(command.path),
        size(
          command.encoding === 'base64'
            ? Math.floor((command.content.length * 3) / 4)
            : Buffer.byteLength(command.content),
        ),
      );
    case 'read_file':
      return stepDoes.readFile[lang](codeWords(command.path));
    case 'list_files':
      return stepDoes.listFiles[lang](codeWords(command.path));
    case 'fetch':
      return codeWords(`${command.method} ${command.url}`, whole ? 400 : 120);
    case 'read_page':
      return stepDoes.readPage[lang](codeWords(command.url, whole ? 400 : 120));
    case 'read_document':
      return stepDoes.readFile[lang](codeWords(command.path));
    case 'make_document':
      return stepDoes.makeDocument[lang](codeWords(command.path));
    case 'send_file':
      return stepDoes.sendFile[lang](codeWords(command.path));
    case 'send_mail':
      return stepDoes.sendMail[lang](codeWords(command.to.join(', '), 120), codeWords(command.subject, 120));
    case 'read_mail':
      return stepDoes.readMail[lang]();
    case 'call_tool':
      return codeWords(`${command.server} ${command.tool}`, whole ? 400 : 120);
  }
}

function touches(step: Step, lang: Lang): readonly string[] {
  if (step.kind === 'work') return [];
  const { command } = step;
  const hosts = hostsOfCommand(command);
  return [
    ...(command.type === 'fetch'
      ? []
      : [stepTouches[writesWorkspace(command) ? 'workspaceWrite' : 'workspaceRead'][lang]()]),
    ...lentTo(command).map(({ name, access }) =>
      stepTouches[access === 'rw' ? 'lentWrite' : 'lentRead'][lang](codeWords(name)),
    ),
    ...(hosts.length === 0 ? [] : [stepTouches.hosts[lang](hosts.map((host) => codeWords(host)).join(', '))]),
    ...(step.artifacts.length === 0
      ? []
      : [stepTouches.artifacts[lang](step.artifacts.map((path) => codeWords(path)).join(', '))]),
  ];
}

function beginning(script: string): string {
  const lines = script.split('\n');
  const shown = lines.slice(0, SHOWN_LINES).join('\n');
  const cut = shown.length > SHOWN_CHARACTERS ? shown.slice(0, SHOWN_CHARACTERS).toWellFormed() : shown;
  return cut.length < script.length ? `${cut}\n…` : cut;
}

/** As a shell would take it back. */
const quoted = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
