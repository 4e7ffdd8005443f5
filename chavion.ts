import { configuredLanguage } from './bridge/config/load.ts';
import { meantWords } from './bridge/config/npm-flags.ts';
import { audit } from './bridge/launcher/verbs/audit-verify.ts';
import { doctor } from './bridge/launcher/verbs/doctor.ts';
import { hiddenInput } from './bridge/launcher/verbs/hidden-input.ts';
import { checkKey } from './bridge/launcher/verbs/key-check.ts';
import { keys } from './bridge/launcher/verbs/keys.ts';
import { checkModels } from './bridge/launcher/verbs/model-checks.ts';
import { lend } from './bridge/launcher/verbs/lend.ts';
import { mail } from './bridge/launcher/verbs/mail.ts';
import { mailPlace } from './bridge/launcher/verbs/mail-place.ts';
import { environmentOrEnd } from './bridge/launcher/verbs/environment-or-end.ts';
import { tools } from './bridge/launcher/verbs/tools.ts';
import { start } from './bridge/launcher/start.ts';
import { Terminal } from './bridge/launcher/instance/terminal.ts';
import { type Verb, runVerb } from './bridge/launcher/verbs/verbs.ts';
import { PARTS } from './bridge/launcher/instance/accounts.ts';
import { readInbox } from './bridge/mail/imap.ts';
import { handOver } from './bridge/mail/smtp.ts';
import { compose } from './bridge/operations/compose/compose.ts';
import { installService } from './bridge/operations/install-service.ts';
import { openAdmin } from './bridge/operations/admin/open.ts';
import { adminLogin } from './bridge/operations/admin-login.ts';
import { logs } from './bridge/operations/logs.ts';
import { exportMemory } from './bridge/operations/memory-export.ts';
import { resetPassword, rotateSecrets } from './bridge/operations/secrets-anew.ts';
import { status } from './bridge/operations/status.ts';
import { upgrade } from './bridge/operations/upgrade.ts';
import { backup, restore } from './bridge/operations/verbs.ts';
import { adminLoginText } from './bridge/text/room/admin.ts';
import { composeText } from './bridge/text/terminal/compose.ts';
import { auditText, lendText } from './bridge/text/terminal/lend.ts';
import { mailText } from './bridge/text/terminal/mail.ts';
import { memoryExportText } from './bridge/text/terminal/memory-export.ts';
import { operationsText } from './bridge/text/terminal/operations.ts';
import { serviceText } from './bridge/text/terminal/service.ts';
import { toolsText } from './bridge/text/terminal/tools.ts';
import { upgradeText } from './bridge/text/terminal/upgrade.ts';
import { usageText } from './bridge/text/terminal/verbs.ts';

const project = import.meta.dirname;
const environment = environmentOrEnd(project);
const terminal = new Terminal(configuredLanguage(environment), process.stdout);
const { words, lost } = meantWords('start', process.argv.slice(2), environment);
const asked = {
  project,
  environment,
  args: words.slice(1),
  terminal,
  input: () => hiddenInput(process.stdin, process.stdout),
};

const verbs: Readonly<Record<string, Verb>> = {
  start: {
    usage: usageText.start,
    takes: [],
    run: (stop) => start({ project, environment, terminal, stop, admin: openAdmin }),
  },
  doctor: {
    usage: usageText.doctor,
    takes: ['--providers'],
    run: (stop) => (words.includes('--providers') ? checkModels : doctor)(project, environment, terminal, stop),
  },
  keys: {
    usage: usageText.keys,
    takes: [],
    run: async () => {
      using input = hiddenInput(process.stdin, process.stdout);
      return await keys({ project, environment, terminal, input, check: checkKey });
    },
  },
  lend: { usage: lendText.usage, run: () => lend(project, environment, asked.args, terminal) },
  mail: {
    usage: mailText.usage,
    run: async (stop) => mail({ ...asked, place: await mailPlace(project, environment), handOver, readInbox, stop }),
  },
  tools: { usage: toolsText.usage, run: (stop) => tools(asked, stop) },
  audit: { usage: auditText.usage, run: async () => audit(project, environment, asked.args, terminal) },
  memory: { usage: memoryExportText.usage, run: (stop) => exportMemory(asked, stop) },
  status: { usage: usageText.status, takes: [], run: () => status(asked) },
  logs: { usage: operationsText.logsUsage(PARTS), run: (stop) => logs(asked, stop) },
  backup: { usage: operationsText.backupUsage, run: (stop) => backup(asked, stop) },
  restore: { usage: operationsText.restoreUsage, run: (stop) => restore(asked, stop) },
  'install-service': { usage: serviceText.usage, run: (stop) => installService(asked, stop) },
  compose: { usage: composeText.usage, takes: [], run: () => compose(asked) },
  'reset-password': { usage: operationsText.resetUsage, run: (stop) => resetPassword(asked, stop) },
  'admin-login': { usage: adminLoginText.usage, takes: ['--new'], run: (stop) => adminLogin(asked, stop) },
  'rotate-secrets': { usage: usageText.rotateSecrets, takes: [], run: () => rotateSecrets(asked) },
  upgrade: { usage: upgradeText.usage, takes: [], run: (stop) => upgrade(asked, stop) },
};

process.exitCode = await runVerb(verbs, words, terminal, lost);
