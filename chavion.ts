import { ownerEnvironment } from './bridge/config/environment.ts';
import { languageOf } from './bridge/config/load.ts';
import { runVerb, type Verb } from './bridge/launcher/verbs.ts';
import { start } from './bridge/launcher/start.ts';
import { Terminal } from './bridge/launcher/terminal.ts';

const project = import.meta.dirname;
const environment = ownerEnvironment(project);
const terminal = new Terminal(languageOf(environment), process.stdout);

const verbs: Readonly<Record<string, Verb>> = {
  start: (stop) => start({ project, environment, terminal, stop }),
};

process.exitCode = await runVerb(verbs, process.argv[2] ?? 'start', terminal);
