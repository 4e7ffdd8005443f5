import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { people } from '../../../synapse/residents.ts';
import type { Environment } from '../../config/environment.ts';
import { loadConfiguration } from '../../config/load.ts';
import { ConfigRefusal } from '../../config/refusal.ts';
import { readJson } from '../../launcher/instance/files.ts';
import { dataPaths, Instance, openDataFolder } from '../../launcher/instance/instance.ts';
import { providerKeys } from '../../launcher/parts.ts';
import { RULE_FILES } from '../../protocol/lent-folder.ts';
import { composeText } from '../../text/terminal/compose.ts';
import type { VerbRequest } from '../verbs.ts';
import { APPARMOR_PROFILE, PORT } from './containers.ts';
import { composeFiles } from './files.ts';
import { containerSecrets } from './house-secrets.ts';
import { writeComposeFiles } from './write-files.ts';

/** Below the data folder; docker-compose.yml names both. */
export const COMPOSE_FOLDER = 'compose';

/**
 * `npm start -- compose`: secrets and configuration for `docker compose up -d`, from the same `.env` as everything
 * else. Again after a change: secrets stay, and only what has changed is written. Returns the exit code.
 */
export async function compose({ project, environment, args, terminal }: VerbRequest): Promise<number> {
  if (args.length > 0) {
    terminal.say(composeText.usage);
    return 2;
  }
  const loaded = loadConfiguration(environment, project);
  const { settings } = loaded;
  const publicUrl = settings.CHAVION_PUBLIC_URL;
  if (publicUrl === undefined) throw new ConfigRefusal(composeText.noPublicUrl);
  const pages = settings.CHAVION_PREVIEW_URL;
  if (pages !== undefined && !hasNameOfItsOwn(pages, publicUrl)) throw new ConfigRefusal(composeText.badPreview(pages));
  const paths = dataPaths(project, settings);
  if (!/^(?:\/|\.\.?\/|data$)/.test(settings.CHAVION_DATA_DIR))
    throw new ConfigRefusal(composeText.otherFolder(settings.CHAVION_DATA_DIR));
  const native = readJson(paths.instance, Instance);
  if (native !== undefined) terminal.mark('note', composeText.nativeHouse[terminal.lang]());
  openDataFolder(paths);
  const folder = join(paths.data, COMPOSE_FOLDER);
  keepName(folder, settings.CHAVION_SERVER_NAME);
  const secrets = containerSecrets(folder);
  const profiles = profilesOf(environment);
  const changed = writeComposeFiles(
    folder,
    composeFiles({
      loaded,
      publicUrl,
      secrets,
      providerKeys: providerKeys({ environment, paths, loaded }),
      scale: profiles.includes('scale'),
      apparmorKnowsUserns: existsSync('/etc/apparmor.d/abi/4.0'),
    }),
  );
  firstRules(join(folder, 'rules'));
  terminal.mark(
    true,
    (changed.length === 0 ? composeText.unchanged : composeText.written(folder, changed.length))[terminal.lang](),
  );
  terminal.line();
  terminal.say(
    composeText.next({
      apparmor: existsSync('/sys/kernel/security/apparmor') ? `${folder}/open/apparmor/${APPARMOR_PROFILE}` : undefined,
      url: publicUrl,
      user: people(settings.CHAVION_SERVER_NAME).master,
      password: secrets.house.passwords.master,
      admin: people(settings.CHAVION_SERVER_NAME).admin,
      adminPage: `http://localhost:${PORT.adminPage}`,
      secrets: `${folder}/secrets.json`,
      profiles,
    }),
  );
  return 0;
}

/** Another host, and all of it: beside the rooms' own address a page would be no stranger to them, and Caddy would not start. */
function hasNameOfItsOwn(pages: string, publicUrl: string): boolean {
  const url = new URL(pages);
  return url.host !== new URL(publicUrl).host && url.pathname === '/' && url.search === '';
}

/** docker compose reads the same variable, from the same file. */
const profilesOf = (environment: Environment): readonly string[] =>
  (environment['COMPOSE_PROFILES'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** The name stands in every account: another one would be another house over the same volumes. */
function keepName(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'server-name.json');
  const kept = readJson(path, Instance.pick({ serverName: true }));
  if (kept === undefined) writeFileSync(path, `${JSON.stringify({ serverName: name })}\n`, { mode: 0o600 });
  else if (kept.serverName !== name) throw new ConfigRefusal(composeText.otherName(kept.serverName, name));
}

/** The owner's from then on; the executor reads them where they lie, for every command. */
function firstRules(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const path = join(folder, RULE_FILES.policy);
  if (existsSync(path)) return;
  writeFileSync(path, `${JSON.stringify({ mode: 'auto' }, null, 2)}\n`);
  chmodSync(path, 0o644);
}
