import type { Environment } from '../config/environment.ts';
import { ProviderSettings, Settings } from '../protocol/settings.ts';

export interface ServiceSettings {
  /** Written into the unit, which everybody on the machine may read. */
  readonly carried: Environment;
  /** In force now and not in the service: secrets, and what may hold one. */
  readonly left: readonly string[];
}

const OTHERS = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
const SECRET = /KEY$|TOKEN$|SECRET|PASSWORD/;

/**
 * What the terminal's environment says and `.env` does not: the service would be another house without it.
 * `keyNames`: those that a roster has chosen.
 */
export function serviceSettings(
  terminal: Environment,
  file: Environment,
  keyNames: readonly string[] = [],
): ServiceSettings {
  const ours = new Set([
    ...Object.keys(Settings.shape),
    ...Object.keys(ProviderSettings.shape),
    ...keyNames,
    ...OTHERS,
  ]);
  const found = Object.entries(terminal).filter(
    ([name, value]) => file[name] !== value && (ours.has(name) || /^(?:https?|all|no)_proxy$/i.test(name)),
  );
  const open = ([name, value]: readonly [string, string]) =>
    !SECRET.test(name) && !keyNames.includes(name) && !/\/\/[^/\s]*@/.test(value) && !/\p{Cc}/u.test(value);
  return {
    carried: Object.fromEntries(found.filter(open)),
    left: found.filter((one) => !open(one)).map(([name]) => name),
  };
}
