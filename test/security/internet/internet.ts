import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
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

/**
 * The command line that runs another one in there: under the account of this number where root starts it, under root
 * itself without a number, and else under one's own.
 */
export const commandInside = (folder: string, uid: number | null, command: readonly string[]): readonly string[] => [
  'unshare',
  ...(isRoot ? [] : ['--user', '--map-root-user']),
  '--net',
  '--mount',
  join(import.meta.dirname, 'enter.sh'),
  folder,
  ...(isRoot
    ? asAccount(uid)
    : ['unshare', '--user', `--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`]),
  ...command,
];
const asAccount = (uid: number | null): readonly string[] =>
  uid === null ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
