import { type Environment, ownerEnvironment, processEnvironment } from '../../config/environment.ts';
import { configuredLanguage } from '../../config/load.ts';
import { Terminal } from '../instance/terminal.ts';
import { said } from './verbs.ts';

/** The owner's settings; where `.env` cannot be read it says so and ends the process. Nothing has begun by then. */
export function environmentOrEnd(project: string): Environment {
  try {
    return ownerEnvironment(project);
  } catch (error) {
    new Terminal(configuredLanguage(processEnvironment()), process.stdout).say(said(error));
    process.exit(1);
  }
}
