import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BOX_PATHS } from '../../../executor/sandbox/sandbox.ts';
import type { AbuseCase } from '../case.ts';
import { TRIED, fetchUrl, leaks, listFiles, quoted, readFile, said, shell, writeFile } from './parts.ts';

const family = 'foreign files';
const papers = { lent: [{ name: 'papers', access: 'ro' as const }] };
const same = (path: string, what: string) =>
  readFileSync(path, 'utf8') === 'as it was' ? undefined : `${what} was changed`;

export const foreignFiles: readonly AbuseCase[] = [
  {
    name: 'reads a secret of the account by its path, and by every way round',
    family,
    command: ({ secret }) =>
      shell(
        `for way in '' /proc/1/root /proc/self/root /proc/1/cwd/../../../.. ${BOX_PATHS.workspace}/../../..; do cat "$way"${quoted(secret.path)}; done`,
      ),
    attempted: TRIED,
    harm: leaks,
  },
  {
    name: 'reads the accounts and homes of the machine',
    family,
    command: () => shell('cat /etc/shadow /etc/hostname /etc/machine-id; ls -A /root /home /var /srv /opt /boot /sys'),
    attempted: TRIED,
    harm: (_scene, outcome) =>
      /^root:/m.test(outcome.stdout) || /:$/m.test(outcome.stdout) ? 'the machine was seen' : undefined,
  },
  {
    name: 'finds nothing of the host with find',
    family,
    command: ({ secret, neighbour }) =>
      shell(
        `find / -xdev -not -path '/proc/*' 2>/dev/null | head -100000 | grep -cE '${secret.folder}|${neighbour.path}'; find / -name key -not -path '/proc/*' -not -path '/usr/*' 2>/dev/null`,
      ),
    attempted: TRIED,
    harm: (_scene, outcome) => (outcome.stdout === `0\n${TRIED}\n` ? undefined : 'foreign names were seen'),
  },
  {
    name: 'reads through a link that it made',
    family,
    command: ({ secret }) =>
      shell(`ln -s ${quoted(secret.path)} link; cat link; ln -s / root; cat root${quoted(secret.path)}`),
    attempted: TRIED,
    harm: leaks,
  },
  {
    name: 'has a link read by the reading command',
    family,
    prepare: ({ workspace, secret }) => symlinkSync(secret.path, join(workspace, 'link')),
    command: () => readFile('link'),
    attempted: ({ result }) => result.kind === 'exited' && result.code === 66,
    harm: leaks,
  },
  {
    name: 'has a folder read through a linked parent',
    family,
    prepare: ({ workspace, secret }) => symlinkSync(secret.folder, join(workspace, 'folder')),
    command: () => readFile('folder/key'),
    attempted: ({ result }) => result.kind === 'exited' && result.code === 66,
    harm: leaks,
  },
  {
    name: 'has a linked folder listed',
    family,
    prepare: ({ workspace, secret }) => symlinkSync(secret.folder, join(workspace, 'folder')),
    command: () => listFiles('folder'),
    attempted: ({ result }) => result.kind === 'exited',
    harm: (_scene, outcome) => said(outcome, 'key', 'a foreign folder was listed'),
  },
  {
    name: 'has a file written through a linked parent',
    family,
    prepare: ({ workspace, site }) => symlinkSync(site, join(workspace, 'folder')),
    command: () => writeFile('folder/page', 'overwritten'),
    attempted: ({ result }) => result.kind === 'exited' && result.code !== 0,
    harm: ({ site }) => same(join(site, 'page'), 'a foreign file'),
  },
  {
    name: 'has a link overwritten instead of its target',
    family,
    prepare: ({ workspace, site }) => symlinkSync(join(site, 'page'), join(workspace, 'page')),
    command: () => writeFile('page', 'overwritten'),
    attempted: ({ result }) => result.kind === 'exited' && result.code === 0,
    harm: ({ site }) => same(join(site, 'page'), 'a foreign file'),
  },
  {
    name: 'makes hard links to what lies outside',
    family,
    command: ({ secret }) =>
      shell(`ln ${quoted(secret.path)} hard; ln /lent/papers/paper hard2 && echo x >>hard2; ls`, papers),
    attempted: TRIED,
    harm: (scene, outcome) => leaks(scene, outcome) ?? same(join(scene.papers, 'paper'), 'a paper'),
  },
  {
    name: 'finds its workspace swapped for a link to a foreign folder',
    family,
    prepare: ({ workspace, secret }) => {
      rmSync(workspace, { recursive: true });
      symlinkSync(secret.folder, workspace);
    },
    command: () => shell('cat key'),
    attempted: ({ result }) => result.kind === 'sandbox-error',
    harm: leaks,
  },
  {
    name: "finds its workspace's parent swapped for a link",
    family,
    prepare: ({ workspace, secret }) => {
      const parent = dirname(workspace);
      mkdirSync(join(secret.folder, 'workspace'));
      writeFileSync(join(secret.folder, 'workspace', 'key'), secret.token);
      renameSync(parent, `${parent}-away`);
      symlinkSync(secret.folder.replace(parent, `${parent}-away`), parent);
    },
    command: () => shell('cat key'),
    attempted: ({ result }) => result.kind === 'sandbox-error',
    harm: leaks,
  },
  {
    name: 'reads the workspace of another task',
    family,
    command: ({ neighbour }) =>
      shell(`cat ../neighbour/note ../../*/neighbour/note ${quoted(neighbour.path)}/note; ls -A ..`),
    attempted: TRIED,
    harm: leaks,
  },
  {
    name: 'writes where it may only read',
    family,
    prepare: ({ workspace }) => writeFileSync(join(workspace, 'mine'), 'as it was', { mode: 0o666 }),
    command: () =>
      shell(
        'echo x >mine; echo x >new; chmod 777 mine; rm -f mine; mv mine other; truncate -s 0 mine; ln -s a b; mkdir c',
        { workspace: 'ro' },
      ),
    attempted: TRIED,
    harm: ({ workspace }) => same(join(workspace, 'mine'), 'a read-only workspace'),
  },
  {
    name: 'writes into a folder that is lent for reading',
    family,
    command: () =>
      shell(
        'cd /lent/papers; echo x >paper; echo x >new; chmod 777 paper .; rm -f paper; mv paper other; touch -d 2001-01-01 paper; exec 9>>paper',
        papers,
      ),
    attempted: (outcome) => outcome.result.kind === 'exited',
    harm: ({ papers: folder }) => same(join(folder, 'paper'), 'a lent folder'),
  },
  {
    name: 'leaves a lent folder by .. and by links in it',
    family,
    prepare: ({ papers: folder, secret }) => symlinkSync(secret.path, join(folder, 'way-out')),
    command: () =>
      shell('cat /lent/papers/way-out /lent/papers/../*/key /lent/papers/../../secret/key; ls -A /lent', papers),
    attempted: TRIED,
    harm: leaks,
  },
  {
    name: 'sees a lent folder that it did not ask for',
    family,
    command: () => shell('cat /lent/site/page; ls -A /lent; echo x >/lent/site/page', papers),
    attempted: TRIED,
    harm: ({ site }, outcome) =>
      said(outcome, 'as it was', 'an unasked folder was read') ?? same(join(site, 'page'), 'an unasked folder'),
  },
  {
    name: 'asks for a folder to be writable that is lent for reading',
    family,
    command: () => shell('echo x >/lent/papers/paper', { lent: [{ name: 'papers', access: 'rw' }] }),
    attempted: ({ result }) => result.kind === 'sandbox-error' || result.kind === 'refused',
    harm: ({ papers: folder }) => same(join(folder, 'paper'), 'a lent folder'),
  },
  {
    name: 'asks for a folder that nobody lent',
    family,
    command: () => shell('ls -A /lent/etc', { lent: [{ name: 'etc', access: 'ro' }] }),
    attempted: ({ result }) => result.kind === 'sandbox-error' || result.kind === 'refused',
    harm: (_scene, outcome) => said(outcome, 'passwd', 'it was lent'),
  },
  {
    name: 'writes into the machine',
    family,
    command: ({ marker }) =>
      shell(
        `for place in / /usr /usr/bin /usr/local/bin /bin /etc /etc/ssl /lib /dev /dev/shm /run /run/chavion /run/chavion/tools /proc /lent /sys /var /root; do touch "$place/${marker}" && echo "wrote to $place"; done; cp /usr/bin/true /usr/bin/${marker}; rm -f /usr/bin/true; echo x >/etc/passwd; echo x >/run/chavion/tools/forward.pl`,
      ),
    attempted: TRIED,
    harm: (_scene, outcome) => said(outcome, 'wrote to', 'the machine was written'),
  },
  {
    name: 'reads the disks and the memory of the machine',
    family,
    command: () =>
      shell(
        'for device in /dev/vda /dev/sda /dev/nvme0n1 /dev/mem /dev/kmsg /dev/kvm /dev/fuse /dev/loop-control /dev/mapper/control /proc/kcore /proc/kmsg /proc/kpagecount; do head -c 1 "$device" >/dev/null && echo "opened $device"; done; ls /dev',
      ),
    attempted: TRIED,
    harm: (_scene, outcome) => said(outcome, 'opened', 'a device was opened'),
  },
  {
    name: 'has a file of the machine fetched',
    family,
    command: () => fetchUrl('file:///etc/passwd'),
    attempted: ({ result }) => result.kind === 'refused' && result.fields.includes('url'),
    harm: (_scene, outcome) => said(outcome, 'root:', 'it was fetched'),
  },
  {
    name: 'keeps a foreign file that was hard linked into its workspace from being taken over',
    family,
    prepare: ({ workspace, papers: folder }) => linkSync(join(folder, 'paper'), join(workspace, 'paper')),
    command: () => writeFile('paper', 'overwritten'),
    attempted: ({ result }) => result.kind === 'exited' && result.code === 0,
    harm: ({ papers: folder }) => same(join(folder, 'paper'), 'a hard linked file'),
  },
];
