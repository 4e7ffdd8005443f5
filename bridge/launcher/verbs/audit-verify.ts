import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { loadSettings } from '../../config/load.ts';
import { ConfigRefusal } from '../../config/refusal.ts';
import { AUDIT_FILE, AUDIT_FOLDER, isPutAway } from '../../protocol/audit.ts';
import { CHAIN_BEGIN, checkChain } from '../../digest/audit-chain.ts';
import { auditText, lendText } from '../../text/terminal/lend.ts';
import { readJson } from '../instance/files.ts';
import { dataPaths, Instance, stateRoot } from '../instance/instance.ts';
import type { Terminal } from '../instance/terminal.ts';

/** `npm start -- audit verify`: reads the record and changes nothing. Returns 1 when it does not fit. */
export function audit(project: string, environment: Environment, args: readonly string[], terminal: Terminal): number {
  if (args.length !== 1 || args[0] !== 'verify') {
    terminal.say(auditText.usage);
    return 2;
  }
  const paths = dataPaths(project, loadSettings(environment));
  const instance = readJson(paths.instance, Instance);
  if (instance === undefined) throw new ConfigRefusal(lendText.notBegun);
  const folder = join(stateRoot(instance, paths), 'executor');
  const path = join(folder, AUDIT_FILE);
  const away = join(folder, AUDIT_FOLDER);
  const files = [
    ...(existsSync(away)
      ? readdirSync(away)
          .filter(isPutAway)
          .toSorted()
          .map((name) => join(away, name))
      : []),
    ...(existsSync(path) ? [path] : []),
  ];
  if (files.length === 0) {
    terminal.say(auditText.none);
    return 0;
  }
  let end = CHAIN_BEGIN;
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    // A line that is being written at this moment has no end yet, and was promised to nobody.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const check = checkChain(
      whole.split('\n').filter((line) => line !== ''),
      end,
    );
    if (check.kind === 'broken') {
      terminal.say(auditText.broken(check.line, file));
      return 1;
    }
    end = check;
  }
  terminal.say(auditText.whole(end.lines, end.head.slice(0, 8)));
  return 0;
}
