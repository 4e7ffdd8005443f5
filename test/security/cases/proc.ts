import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { BOX_PATHS } from '../../../executor/sandbox/sandbox.ts';
import type { AbuseCase } from '../case.ts';
import { TRIED, leaks, said, shell } from './parts.ts';

const family = 'proc, environment, descriptors';
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+[ZT]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

export const proc: readonly AbuseCase[] = [
  {
    name: "reads the executor's environment",
    family,
    command: () => shell('cat /proc/*/environ | tr "\\0" "\\n"; env; set; ps -eo args e'),
    attempted: TRIED,
    harm: (_scene, outcome) =>
      said(outcome, 'environment-secret', 'the environment leaked') ??
      (outcome.stdout.includes('NODE_') ? 'the environment leaked' : undefined),
  },
  {
    name: 'finds open descriptors of the executor',
    family,
    command: ({ secret }) =>
      shell(
        `for fd in /proc/*/fd/*; do [ -d "$fd/" ] && echo "folder $fd" && ls "$fd/"; done; for n in $(seq 3 60); do [ -e /proc/self/fd/$n ] && [ $n != 255 ] && ls -l /proc/self/fd/$n; done; cat /proc/self/fd/*/../../${secret.path} /proc/*/fd/*/../key`,
      ),
    attempted: TRIED,
    harm: (scene, outcome) =>
      leaks(scene, outcome) ??
      (/^folder|->/m.test(outcome.stdout) ? `a descriptor was left: ${outcome.stdout}` : undefined),
  },
  {
    name: 'borrows a descriptor of another process of its account',
    family,
    command: ({ host }) =>
      shell(
        `for pid in 1 ${host.bystander}; do perl -e 'my $p = syscall(434, $ARGV[0], 0); for my $n (0 .. 20) { my $f = syscall(438, $p, $n, 0); print "borrowed $n\\n" if $f >= 0 }' $pid; done`,
      ),
    attempted: TRIED,
    harm: (_scene, outcome) => said(outcome, 'borrowed', 'a descriptor was borrowed'),
  },
  {
    name: 'sees and signals processes of the host',
    family,
    command: ({ host }) =>
      shell(`kill -9 ${host.bystander} -1; kill -STOP ${host.bystander}; ls -d /proc/[0-9]* | wc -l; kill -9 $PPID; :`),
    attempted: (outcome) =>
      outcome.result.kind === 'exited' || outcome.result.kind === 'sandbox-error' || outcome.result.kind === 'killed',
    harm: ({ host }, outcome) =>
      alive(host.bystander)
        ? Number(/^\d+$/m.exec(outcome.stdout)?.[0] ?? 0) > 12
          ? 'foreign processes were seen'
          : undefined
        : 'a foreign process was ended',
  },
  {
    name: 'turns the knobs of the kernel',
    family,
    command: () =>
      shell(
        `echo "|${BOX_PATHS.workspace}/x" >/proc/sys/kernel/core_pattern; echo 1 >/proc/sys/vm/overcommit_memory; echo b >/proc/sysrq-trigger; echo 100000 >/proc/sys/user/max_user_namespaces; echo evil >/proc/sys/kernel/hostname; hostname evil; for knob in /proc/sys/*/* /proc/sys/net/*/*; do echo 4243 >$knob; done; cat /proc/sys/kernel/shmall`,
      ),
    attempted: TRIED,
    harm: () => {
      if (hostname() === 'evil') return 'the host has another name';
      if (readFileSync('/proc/sys/kernel/core_pattern', 'utf8').includes(`${BOX_PATHS.workspace}/x`))
        return 'the core pattern was changed';
      // Some belong to the box's own namespaces and may turn there; none of the host's may.
      return spawnSync(
        'grep',
        ['-rlsx', '4243', '/proc/sys/kernel', '/proc/sys/vm', '/proc/sys/fs', '/proc/sys/net', '/proc/sys/user'],
        { encoding: 'utf8' },
      ).stdout === ''
        ? undefined
        : 'a knob of the host was turned';
    },
  },
  {
    name: 'is preferred when memory runs out',
    family,
    command: () =>
      shell(
        'echo -1000 >/proc/self/oom_score_adj && echo preferred; nice -n -10 true 2>&1 | grep -q cannot || { [ "$(nice -n -10 nice)" -lt 0 ] && echo preferred; }',
      ),
    attempted: TRIED,
    harm: (_scene, outcome) => said(outcome, 'preferred', 'it put itself before others'),
  },
  {
    name: 'learns the names of accounts, mounts and cgroups of the host',
    family,
    command: ({ secret, neighbour }) =>
      shell(
        `cat /proc/self/mountinfo /proc/self/cgroup /proc/mounts /etc/passwd /etc/group | grep -E '${secret.folder}|${neighbour.path}|root:|docker|chavion-test'`,
      ),
    attempted: TRIED,
    harm: (_scene, outcome) =>
      /root:|secret|neighbour/.test(outcome.stdout) ? `the host was described: ${outcome.stdout}` : undefined,
  },
];
