import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { loadSettings } from '../../config/load.ts';
import { ConfigRefusal } from '../../config/refusal.ts';
import { MAIL_FILE, MailSettings } from '../../mail/mail-settings.ts';
import { lendText } from '../../text/terminal/lend.ts';
import { find } from '../instance/accounts.ts';
import { readJson } from '../instance/files.ts';
import { dataPaths, Instance } from '../instance/instance.ts';
import { ensureRules, writeRule } from '../instance/rules-folder.ts';

/** Where the executor reads it at every letter, whoever runs it. */
export interface MailPlace {
  read(): MailSettings | undefined;
  write(settings: MailSettings): void;
  remove(): void;
}

/** The executor's account within its container; nobody else's image sees that folder. */
const CONTAINER_GROUP = 10_002;

/** Beside the rules. Throws a `Refusal` where no house has begun. */
export async function mailPlace(project: string, environment: Environment): Promise<MailPlace> {
  const paths = dataPaths(project, loadSettings(environment));
  const instance = readJson(paths.instance, Instance);
  if (instance !== undefined) {
    const owner = instance.separated ? await find('executor') : undefined;
    return place(ensureRules(instance, paths, owner), owner?.gid, owner === undefined ? 0o600 : 0o640);
  }
  const compose = join(paths.data, 'compose', 'rules');
  if (!existsSync(compose)) throw new ConfigRefusal(lendText.notBegun);
  // Whoever is not root cannot give it to the container's account; the data folder around it is closed to all others.
  return process.getuid?.() === 0 ? place(compose, CONTAINER_GROUP, 0o640) : place(compose, undefined, 0o644);
}

const place = (folder: string, group: number | undefined, mode: 0o600 | 0o640 | 0o644): MailPlace => ({
  read: () => readJson(join(folder, MAIL_FILE), MailSettings),
  write: (settings) => writeRule(folder, MAIL_FILE, settings, group, mode),
  remove: () => rmSync(join(folder, MAIL_FILE), { force: true }),
});
