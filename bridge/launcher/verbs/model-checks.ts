import { join } from 'node:path';
import { bareEnvironment, proxyEnvironment } from '../../config/environment.ts';
import type { Environment } from '../../config/environment.ts';
import { load } from '../../config/load.ts';
import { MindCheck } from '../../protocol/model-check.ts';
import { runProgram } from '../../processes/run-program.ts';
import { faultBrief } from '../../text/faults.ts';
import { mindsText } from '../../text/terminal/verbs.ts';
import { dataPaths } from '../instance/instance.ts';
import { providerKeys } from '../parts.ts';
import type { Terminal } from '../instance/terminal.ts';

/**
 * `npm start -- doctor --providers`: one tiny call to each agent's model, in a process of its own that alone holds the
 * keys. Returns 1 when one with a key does not answer.
 */
export async function checkMinds(project: string, environment: Environment, terminal: Terminal, stop?: AbortSignal): Promise<number> {
  const loaded = load(environment, project);
  terminal.say(mindsText.title);
  terminal.line();
  const found: MindCheck['found'][] = [];
  const { code } = await runProgram({
    program: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(project, 'bots', 'probe-main.ts')],
    cwd: project,
    env: {
      ...bareEnvironment(environment),
      ...proxyEnvironment(environment),
      ...providerKeys({ environment, loaded, paths: dataPaths(project, loaded.settings) }),
      CHAVION_ROSTER_JSON: JSON.stringify(loaded.roster),
    },
    stop,
    line: (line) => {
      const check = checkIn(line);
      // What it says of itself, as a fault.
      if (check === undefined) return terminal.line(line);
      found.push(check.found);
      tell(check, terminal);
    },
  });
  if (code !== 0) return 1;
  const failed = found.filter(({ kind }) => kind === 'fails').length;
  terminal.line();
  terminal.say(mindsText.sum(found.filter(({ kind }) => kind === 'answers').length, failed));
  return failed === 0 ? 0 : 1;
}

function checkIn(line: string): MindCheck | undefined {
  try {
    return MindCheck.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function tell({ name, model, found }: MindCheck, terminal: Terminal): void {
  const who = `${name} (${model})`;
  switch (found.kind) {
    case 'answers':
      return terminal.mark(true, mindsText.answers(who, found.ms)[terminal.lang]());
    case 'fails':
      return terminal.mark(false, mindsText.fails(who, faultBrief[found.code][terminal.lang](), found.ms)[terminal.lang]());
    case 'no-key':
      return terminal.mark('note', mindsText.noKey(who)[terminal.lang]());
    case 'not-called':
      return terminal.mark('note', mindsText.notCalled(who)[terminal.lang]());
  }
}
