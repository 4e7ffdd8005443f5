import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../config/environment.ts';
import { loadSettings } from '../config/load.ts';
import { Refusal } from '../config/refusal.ts';
import { AUDIT_FILE } from '../protocol/audit.ts';
import { checkChain } from '../queue/audit-chain.ts';
import { auditText, lendText } from '../text/lend.ts';
import { readJson } from './files.ts';
import { dataPaths, Instance, stateRoot } from './instance.ts';
import type { Terminal } from './terminal.ts';

/** `npm start -- audit verify`: reads the record and changes nothing. Returns 1 when it does not fit. */
export function audit(project: string, environment: Environment, args: readonly string[], terminal: Terminal): number {
  if (args.length !== 1 || args[0] !== 'verify') {
    terminal.say(auditText.usage);
    return 2;
  }
  const paths = dataPaths(project, loadSettings(environment));
  const instance = readJson(paths.instance, Instance);
  if (instance === undefined) throw new Refusal(lendText.notBegun);
  const path = join(stateRoot(instance, paths), 'executor', AUDIT_FILE);
  if (!existsSync(path)) {
    terminal.say(auditText.none);
    return 0;
  }
  const text = readFileSync(path, 'utf8');
  // A line that is being written at this moment has no end yet, and was promised to nobody.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const check = checkChain(whole.split('\n').filter((line) => line !== ''));
  terminal.say(check.kind === 'whole' ? auditText.whole(check.lines, check.head.slice(0, 8)) : auditText.broken(check.line, path));
  return check.kind === 'whole' ? 0 : 1;
}
