import { ownerEnvironment } from './bridge/config/environment.ts';
import { languageOf } from './bridge/config/load.ts';
import { audit } from './bridge/launcher/audit-verify.ts';
import { doctor } from './bridge/launcher/doctor.ts';
import { hiddenInput } from './bridge/launcher/hidden-input.ts';
import { checkKey } from './bridge/launcher/key-check.ts';
import { keys } from './bridge/launcher/keys.ts';
import { checkMinds } from './bridge/launcher/mind-checks.ts';
import { lend } from './bridge/launcher/lend.ts';
import { start } from './bridge/launcher/start.ts';
import { Terminal } from './bridge/launcher/terminal.ts';
import { type Verb, runVerb } from './bridge/launcher/verbs.ts';
import { compose } from './bridge/operations/compose/compose.ts';
import { installService } from './bridge/operations/install-service.ts';
import { openAdminDesk } from './bridge/operations/admin/open.ts';
import { adminLogin } from './bridge/operations/admin-login.ts';
import { logs } from './bridge/operations/logs.ts';
import { resetPassword, rotateSecrets } from './bridge/operations/secrets-anew.ts';
import { status } from './bridge/operations/status.ts';
import { upgrade } from './bridge/operations/upgrade.ts';
import { backup, restore } from './bridge/operations/verbs.ts';
import { helpText } from './bridge/text/verbs.ts';

const project = import.meta.dirname;
const environment = ownerEnvironment(project);
const terminal = new Terminal(languageOf(environment), process.stdout);
const asked = { project, environment, args: process.argv.slice(3), terminal, input: () => hiddenInput(process.stdin, process.stdout) };
const help = async (): Promise<void> => terminal.say(helpText);

const verbs: Readonly<Record<string, Verb>> = {
  start: (stop) => start({ project, environment, terminal, stop, desk: openAdminDesk }),
  doctor: () => (process.argv.includes('--providers') ? checkMinds : doctor)(project, environment, terminal),
  keys: async () => {
    using input = hiddenInput(process.stdin, process.stdout);
    return await keys({ project, environment, terminal, input, check: checkKey });
  },
  lend: () => lend(project, environment, process.argv.slice(3), terminal),
  audit: async () => audit(project, environment, process.argv.slice(3), terminal),
  status: () => status(asked),
  logs: (stop) => logs(asked, stop),
  backup: (stop) => backup(asked, stop),
  restore: (stop) => restore(asked, stop),
  'install-service': (stop) => installService(asked, stop),
  compose: () => compose(asked),
  'reset-password': () => resetPassword(asked),
  'admin-login': () => adminLogin(asked),
  'rotate-secrets': () => rotateSecrets(asked),
  upgrade: (stop) => upgrade(asked, stop),
  help,
  '--help': help,
  '-h': help,
};

process.exitCode = await runVerb(verbs, process.argv[2] ?? 'start', terminal);
