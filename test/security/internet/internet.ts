import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

/** Who listens at which address of the internet of the test's own; the second one is a private address behind it. */
export const PUBLIC_ADDRESS = '93.184.216.34';
export const PRIVATE_ADDRESS = '10.20.30.40';

/** The certificate that is trusted in there, for `NODE_EXTRA_CA_CERTS`. */
export const authorityFile = (folder: string): string => join(folder, 'ca.pem');

/** Certificates that are of the authority, and those of another one, which nobody trusts. */
const TRUSTED = ['news', 'other', 'rebind', 'smtp'];
const OTHERS = ['stranger', 'smtp-stranger'];

/** Keys and certificates into a folder, as `openInternet` wants them: `NAME.key` and `NAME.pem`. */
export async function makeCertificates(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const make = (name: string, subject: string, more: string) =>
    run('openssl', [...`${SELF_MADE} ${more} -keyout ${name}.key -out ${name}.pem -subj`.split(' '), subject], {
      cwd: folder,
    });
  await Promise.all(['ca', 'stranger'].map((name) => make(name, `/CN=${name} of a test`, '-days 30')));
  await Promise.all(
    [...TRUSTED, ...OTHERS].map((short, i) => {
      const name = `${short}.example`;
      const by = TRUSTED.includes(short) ? 'ca' : 'stranger';
      const only = `-addext subjectAltName=DNS:${name} -addext basicConstraints=CA:FALSE`;
      return make(name, `/CN=${name}`, `-days 30 -CA ${by}.pem -CAkey ${by}.key -set_serial ${100 + i} ${only}`);
    }),
  );
}
const SELF_MADE = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
const run = promisify(execFile);

const isRoot = process.getuid?.() === 0;

const PROJECT = join(import.meta.dirname, '..', '..', '..');

/**
 * The command line that runs another one in there: under the account of this number where root starts it, under root
 * itself without a number, and else under one's own. Root's project may lie where no other account finds a way, in its
 * home, say: the account gets it, and all paths of the command that lead into it, inside the test's folder.
 */
export function commandInside(folder: string, uid: number | null, command: readonly string[]): readonly string[] {
  const own = ['--net', '--mount', join(import.meta.dirname, 'enter.sh'), folder];
  if (!isRoot) {
    const asOneself = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
    return ['unshare', '--user', '--map-root-user', ...own, '', 'unshare', '--user', ...asOneself, ...command];
  }
  if (uid === null) return ['unshare', ...own, '', ...command];
  const shown = command.map((word) =>
    word.startsWith(`${PROJECT}/`) ? join(folder, 'project', relative(PROJECT, word)) : word,
  );
  const asAccount = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return ['unshare', ...own, PROJECT, ...asAccount, ...shown];
}
