import { join } from 'node:path';
import { bareEnvironment, proxyEnvironment } from '../../config/environment.ts';
import type { Environment } from '../../config/environment.ts';
import { loadConfiguration } from '../../config/load.ts';
import { ModelCheck } from '../../protocol/models.ts';
import { runProgram } from '../../processes/run-program.ts';
import { faultBrief } from '../../text/faults.ts';
import { modelChecksText } from '../../text/terminal/verbs.ts';
import { dataPaths } from '../instance/instance.ts';
import { providerKeys } from '../parts.ts';
import type { Terminal } from '../instance/terminal.ts';

/**
 * `npm start -- doctor --providers`: one tiny call to each agent's model, in a process of its own that alone holds the
 * keys. Returns 1 when one with a key does not answer.
 */
export async function checkModels(
  project: string,
  environment: Environment,
  terminal: Terminal,
  stop?: AbortSignal,
): Promise<number> {
  const loaded = loadConfiguration(environment, project);
  terminal.say(modelChecksText.title);
  terminal.line();
  const found: ModelCheck['found'][] = [];
  const { code } = await runProgram({
    program: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(project, 'bots', 'model-check-main.ts')],
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
  terminal.say(modelChecksText.sum(found.filter(({ kind }) => kind === 'answers').length, failed));
  return failed === 0 ? 0 : 1;
}

function checkIn(line: string): ModelCheck | undefined {
  try {
    return ModelCheck.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function tell({ name, model, found }: ModelCheck, terminal: Terminal): void {
  const who = `${name} (${model})`;
  switch (found.kind) {
    case 'answers':
      return terminal.mark(true, modelChecksText.answers(who, found.ms)[terminal.lang]());
    case 'fails':
      return terminal.mark(
        false,
        modelChecksText.fails(who, faultBrief[found.code][terminal.lang](), found.ms)[terminal.lang](),
      );
    case 'no-key':
      return terminal.mark('note', modelChecksText.noKey(who)[terminal.lang]());
    case 'not-called':
      return terminal.mark('note', modelChecksText.notCalled(who)[terminal.lang]());
  }
}
