import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { settingsText } from '../text/terminal/settings.ts';
import { ConfigRefusal } from './refusal.ts';

/** Names to values; a blank value is left out, as in the schemas. */
export type Environment = Readonly<Record<string, string>>;

/** A file of `NAME=value` lines; none where there is no file. Throws a `Refusal` where it cannot be read. */
export function readEnvFile(path: string): Environment {
  if (!existsSync(path)) return {};
  return present(parseEnv(textOf(path)));
}

/** Some editors begin a file with a mark, and some write two bytes for each letter. */
function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
    return bytes.toString(wide ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new ConfigRefusal(
      settingsText.fileUnreadable(path, cause instanceof Error && 'code' in cause ? String(cause.code) : '?'),
      { cause },
    );
  }
}

function present(values: Readonly<Record<string, string | undefined>>): Environment {
  return Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== '',
    ),
  );
}

/** Without `.env`. */
export const processEnvironment = (): Environment => present(process.env);

/** The process's own environment, over what `.env` in the folder of the project says. */
export function ownerEnvironment(projectFolder: string): Environment {
  return { ...readEnvFile(join(projectFolder, '.env')), ...processEnvironment() };
}

/** What `npm start -- keys` has stored; the environment and `.env` go before it. */
export function storedKeys(file: string): Environment {
  return readEnvFile(file);
}

/** What a child needs to run at all, and nothing that is meant for somebody else. */
const PASSED_ON = ['PATH', 'LANG', 'LC_ALL', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

export function bareEnvironment(environment: Environment): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => PASSED_ON.includes(name));
  return { LANG: 'C.UTF-8', ...Object.fromEntries(kept) };
}

/** For programs of the machine that need nothing of the owner's settings. */
export const machineEnvironment = (): Record<string, string> => bareEnvironment(processEnvironment());

/** Proxies may carry passwords: only for processes that talk to the outside. */
export function proxyEnvironment(environment: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => /^(?:https?|all|no)_proxy$/i.test(name)));
}

/** For package managers: all that the owner has set for them, and none of the providers' keys. */
export function installEnvironment(environment: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/KEY$|TOKEN$|^CHAVION_/.test(name)));
}
