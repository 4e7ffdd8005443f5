import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  DEFAULT_LIMITS,
  type KilledWhy,
  type Limits,
  type Sandbox,
  type SandboxJob,
  type SandboxResult,
} from './sandbox.ts';

/** Names of those that were tried and did not hold. The executor takes no job then. */
export class CanaryFailure extends Error {
  readonly failures: readonly { readonly name: string; readonly seen: string }[];

  constructor(failures: CanaryFailure['failures']) {
    super(`the sandbox does not hold: ${failures.map(({ name, seen }) => `${name} (${seen})`).join('; ')}`);
    this.name = 'CanaryFailure';
    this.failures = failures;
  }
}

interface Cage {
  readonly secret: { readonly path: string; readonly token: string };
  readonly port: number;
  readonly heard: () => number;
  readonly lent: string;
  readonly run: (script: string, more?: Variation) => Promise<Tried>;
}

type Variation = Partial<Pick<SandboxJob, 'timeoutMs' | 'workspace' | 'lent' | 'programs'>> & {
  readonly limits?: Partial<Limits>;
};

interface Tried {
  readonly result: SandboxResult;
  readonly output: string;
}

type Canary = (cage: Cage) => Promise<string | undefined>;

const MiB = 1024 * 1024;

/** Undefined is well; anything else is what was seen. Each really does what must not work. */
const CANARIES: Readonly<Record<string, Canary>> = {
  'a job runs and reports': async (cage) => {
    const { result, output } = await cage.run('echo alive; exit 7');
    return result.kind === 'exited' && result.code === 7 && output === 'alive\n' ? undefined : seen(result, output);
  },
  'no foreign file': async ({ run, secret }) => {
    const { output } = await run(
      `for way in "" /proc/1/root /proc/1/cwd /proc/self/root; do cat "$way${secret.path}"; done; cat /etc/shadow; echo tried`,
    );
    return output.includes(secret.token) || /^root:/m.test(output) || !output.endsWith('tried\n') ? output : undefined;
  },
  'nothing more beside the house’s programs': async ({ run, secret }) => {
    const { result, output } = await run(
      `ls -A /run/chavion/house; for place in . executor executor/programs node_modules; do touch "/run/chavion/house/$place/canary-file" && echo "wrote $place"; done; cat "${secret.path}"; echo tried`,
      { programs: true },
    );
    // Where the account finds no way to them, nobody is shown them.
    if (result.kind === 'sandbox-error' && result.detail.startsWith('no programs:')) return undefined;
    return output === 'bridge\nexecutor\nnode\nnode_modules\npackage.json\ntried\n' ? undefined : seen(result, output);
  },
  'nothing of the owner’s beside the distribution': async ({ run }) => {
    const { output } = await run('ls -A /usr/local; cat /proc/cmdline /proc/modules; echo tried');
    return output === 'tried\n' ? undefined : output;
  },
  'an empty environment': async ({ run }) => {
    const { output } = await run(
      'wc -c </proc/1/environ; compgen -e | grep -vxE "HOME|LANG|OLDPWD|PATH|PWD|SHLVL|TERM|TZ|USER|_"; echo tried',
    );
    return output === '0\ntried\n' ? undefined : output;
  },
  'no descriptor of ours': async ({ run }) => {
    const { output } = await run(`
      for fd in /proc/self/fd/*; do case $fd in */[012]|*/255) ;; *) [ -e "$fd" ] && ls -l "$fd" ;; esac; done
      ls -l /proc/1/fd | grep -- '->' | grep -vE ' (/dev/null|/.*/pipe-[0-9]+ \\(deleted\\)|anon_inode:\\[eventfd\\])$'
      echo tried`);
    return output === 'tried\n' ? undefined : output;
  },
  'no network': async ({ run, port, heard }) => {
    const { output } = await run(
      `(echo x >/dev/tcp/127.0.0.1/${port}) && echo connected; grep -vc "lo:" /proc/net/dev; echo tried`,
    );
    // Two lines of headings; loopback is the only device.
    return heard() === 0 && output.endsWith('2\ntried\n') && !output.includes('connected') ? undefined : output;
  },
  'no other kind of socket': async ({ run }) => {
    const { output } = await run(
      'for family in 16 17 40 38; do perl -e \'socket(my $s, shift, 2, 0) and print "opened\\n"\' "$family"; perl -e \'socket(my $s, shift, 1, 0) and print "opened\\n"\' "$family"; done; perl -e \'socket(my $s, 1, 1, 0) and print "tried\\n"\'',
    );
    return output === 'tried\n' ? undefined : output;
  },
  'no new namespace, no mount': async ({ run }) => {
    const { output } = await run(
      'unshare -U true && echo unshared; unshare -n true && echo unshared; mount -t tmpfs x /tmp && echo mounted; echo tried',
    );
    return output.includes('shared') || output.includes('mounted\n') || !output.endsWith('tried\n')
      ? output
      : undefined;
  },
  'nothing of the machine can be written': async ({ run, lent }) => {
    const { output } = await run(
      'for place in / /usr /usr/bin /etc /dev /proc/sys/kernel /run /run/chavion/tools /lent/canary /work; do touch "$place/canary-file" 2>/dev/null && echo "wrote $place"; done; cat /lent/canary/file; echo tried',
      {
        workspace: { path: lent, writable: false },
        lent: [{ name: 'canary', path: lent, writable: false }],
      },
    );
    return output === 'lent\ntried\n' ? undefined : output;
  },
  'the limit of processes': async ({ run }) => {
    const { result, output } = await run('for n in $(seq 100); do sleep 5 & done 2>/dev/null; jobs -p | wc -l', {
      limits: { processes: 20 },
    });
    return killed(result, 'processes') || (result.kind === 'exited' && Number(output) > 0 && Number(output) <= 20)
      ? undefined
      : seen(result, output);
  },
  'the limit of memory': async ({ run }) => {
    const { result, output } = await run(
      'perl -e \'my @a; for (1 .. 1000) { push @a, chr(65 + $_ % 26) x 1048576 } print "had it all"; sleep 5\'',
      { limits: { memoryBytes: 64 * MiB } },
    );
    return output.includes('had it all') || result.kind === 'sandbox-error' ? seen(result, output) : undefined;
  },
  'the limit of the disk': async ({ run }) => {
    const { result, output } = await run('for n in $(seq 40); do head -c 1M /dev/zero >"file-$n"; done; sleep 10', {
      limits: { diskBytes: 4 * MiB },
    });
    // While it runs, not in the last look after its end.
    return killed(result, 'disk') && result.kind === 'killed' && result.ms < 10_000 ? undefined : seen(result, output);
  },
  'the limit of output': async ({ run }) => {
    const { result, output } = await run('yes', { limits: { outputBytes: 100_000 } });
    return killed(result, 'output') && output.length === 100_000 ? undefined : seen(result, '');
  },
  'the end of time': async ({ run }) => {
    const { result, output } = await run("trap '' TERM INT HUP; setsid sleep 60 & sleep 60", { timeoutMs: 500 });
    return killed(result, 'timeout') ? undefined : seen(result, output);
  },
};

/**
 * Tries the sandbox before the first job, and throws `CanaryFailure` when anything gives. `scratch` is a folder that
 * this account may write and bwrap can reach. `dies` starts a job under a parent that is then killed
 * (`Bubblewrap.diesWithParent`).
 */
export async function runCanaries(
  sandbox: Sandbox,
  options: { readonly scratch: string; readonly dies?: (workspacePath: string) => Promise<string | undefined> },
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = realpathSync(mkdtempSync(join(options.scratch, 'canary-')));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const secret = { path: join(folder, 'secret'), token: randomBytes(12).toString('hex') };
  writeFileSync(secret.path, secret.token, { mode: 0o600 });
  let heard = 0;
  const server = createServer((socket) => {
    heard += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen({ port: 0, host: '127.0.0.1' }, resolve),
  );
  stack.defer(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const lent = join(folder, 'lent');
  mkdirSync(lent);
  writeFileSync(join(lent, 'file'), 'lent\n');

  const tried = Object.entries(CANARIES).map(async ([name, canary], index) => {
    const workspace = join(folder, String(index));
    mkdirSync(workspace);
    const cage: Cage = {
      secret,
      port,
      heard: () => heard,
      lent,
      run: (script, more = {}) => runOne(sandbox, workspace, script, more),
    };
    return { name, seen: await canary(cage).catch(String) };
  });
  if (options.dies !== undefined)
    tried.push(
      options
        .dies(lent)
        .catch(String)
        .then((result) => ({ name: 'death with the parent', seen: result })),
    );
  const failures = (await Promise.all(tried)).flatMap(({ name, seen: what }) =>
    what === undefined ? [] : [{ name, seen: what.slice(0, 300) }],
  );
  if (failures.length > 0) throw new CanaryFailure(failures);
}

async function runOne(sandbox: Sandbox, workspacePath: string, script: string, more: Variation): Promise<Tried> {
  let output = '';
  const { limits, ...rest } = more;
  const job: SandboxJob = {
    command: { script },
    cwd: '.',
    timeoutMs: 20_000,
    workspace: { path: workspacePath, writable: true },
    lent: [],
    egress: null,
    ...rest,
    limits: { ...DEFAULT_LIMITS, ...limits },
  };
  const take = (chunk: Uint8Array) => (output += Buffer.from(chunk).toString('latin1'));
  const result = await sandbox.run(
    job,
    { stdout: (chunk) => void take(chunk), stderr: () => undefined },
    new AbortController().signal,
  );
  return { result, output };
}

const killed = (result: SandboxResult, why: KilledWhy) => result.kind === 'killed' && result.why === why;
const seen = (result: SandboxResult, output: string) => `${JSON.stringify(result)} ${output}`;
