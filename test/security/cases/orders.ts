import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BOX_PATHS } from '../../../executor/sandbox/sandbox.ts';
import { processesWith } from '../house.ts';
import type { Scene } from '../case.ts';
import { order, type OrderCase, type OrderOutcome } from '../order.ts';
import { TRIED, killedFor, leaks, said } from './parts.ts';

const MiB = 1024 * 1024;
/** As much as a command may say, and a little for what is put around it. */
const MOST_SAID = 8 * MiB + 1_024;
const tried = (script: string) => `${script}\necho ${TRIED}`;
const refused = ({ result }: OrderOutcome) => result.kind === 'refused';
const sent = (word: string, harm: string) => (_scene: Scene, outcome: OrderOutcome) =>
  outcome.files.some(({ text }) => text.includes(word)) ? harm : undefined;
const noFile = (_scene: Scene, outcome: OrderOutcome) =>
  outcome.files.length === 0 ? undefined : `a file came: ${outcome.files.map(({ name }) => name).join(', ')}`;

/** A file asked for by a path that leads elsewhere: refused as it stands, and nothing is run. */
const hostilePath = (what: string, path: (scene: Scene) => string): OrderCase => ({
  name: `asks for a file ${what}`,
  family: 'file paths and artifacts',
  order: (scene) => `--file ${path(scene)} touch ${basename(scene.workspace)}/ran`,
  attempted: refused,
  harm: (scene, outcome) => (existsSync(join(scene.workspace, 'ran')) ? 'it ran all the same' : noFile(scene, outcome)),
});

/** A file asked for that is none: not followed, not waited for, not sent. */
const noPlainFile = (what: string, make: string): OrderCase => ({
  name: `brings ${what} into the room`,
  family: 'file paths and artifacts',
  order: (scene) => order(scene, tried(make.replaceAll('SECRET', scene.secret.path)), { files: ['thing'] }),
  attempted: TRIED,
  harm: (scene, outcome) => leaks(scene, outcome) ?? noFile(scene, outcome),
});

/** What is filled here is filled for all orders of that moment. */
const filling = (
  name: string,
  script: string,
  harm: OrderCase['harm'],
  attempted: OrderCase['attempted'],
): OrderCase => ({
  name,
  family: 'exhaustion',
  alone: true,
  order: (scene) => order(scene, tried(script), { seconds: 40 }),
  attempted,
  harm,
});

const talking = (name: string, script: string): OrderCase => ({
  name,
  family: 'exhaustion',
  order: (scene) => order(scene, script, { seconds: 30 }),
  attempted: killedFor('output'),
  harm: (_scene, outcome) =>
    outcome.files.some(({ text }) => text.length > MOST_SAID) || outcome.stdout.length > MOST_SAID
      ? 'too much came into the room'
      : undefined,
});

/** The workspace is a link when the order begins; whatever it led to was not entered. */
const swapped: OrderCase = {
  name: 'finds the workspace of all orders swapped for a link to a foreign folder',
  family: 'foreign files',
  alone: true,
  prepare: ({ workspace, secret }) => {
    mkdirSync(join(secret.folder, basename(workspace)), { mode: 0o777 });
    writeFileSync(join(secret.folder, basename(workspace), 'key'), secret.token, { mode: 0o644 });
    renameSync(dirname(workspace), `${dirname(workspace)}-away`);
    symlinkSync(secret.folder, dirname(workspace));
  },
  order: (scene) => order(scene, 'cat key ../key; touch entered'),
  attempted: ({ result }) => result.kind === 'sandbox-error',
  harm: (scene, outcome) => {
    rmSync(dirname(scene.workspace));
    renameSync(`${dirname(scene.workspace)}-away`, dirname(scene.workspace));
    return (
      leaks(scene, outcome) ??
      (existsSync(join(scene.secret.folder, basename(scene.workspace), 'entered'))
        ? 'a foreign folder was entered'
        : undefined)
    );
  },
};

export const orderCases: readonly OrderCase[] = [
  hostilePath('upwards', () => '../secret/key'),
  hostilePath('upwards from further in', () => 'a/b/../../../secret/key'),
  hostilePath('from the root', ({ secret }) => secret.path),
  hostilePath('with a slash that is none', () => '..\u2215secret\u2215key'),
  hostilePath('with dots that are none', () => '\u2024\u2024/secret/key'),
  hostilePath('longer than any', () => `${'a/'.repeat(600)}a`),
  noPlainFile('a link to a foreign file', 'ln -s SECRET thing'),
  noPlainFile('a pipe that never ends', 'mkfifo thing'),
  noPlainFile('a device through a link', 'ln -s /dev/zero thing'),
  noPlainFile('a folder', 'mkdir thing'),
  noPlainFile('a file as large as a disk', 'truncate -s 30M thing'),
  {
    name: 'brings the environment of the first process of its box into the room',
    family: 'file paths and artifacts',
    order: (scene) => order(scene, tried('ln -s /proc/1/environ thing'), { files: ['thing'] }),
    attempted: TRIED,
    harm: (_scene, outcome) =>
      outcome.files.some(({ text }) => /CHAVION|NODE|TOKEN/.test(text)) ? 'an environment was sent' : undefined,
  },
  {
    name: 'brings an archive full of ways out into the room',
    family: 'file paths and artifacts',
    order: (scene) =>
      order(
        scene,
        tried(`ln -s ${scene.secret.path} link; tar -P -cf thing --transform 's,^,../../../../,S' /etc/passwd link`),
        { files: ['thing'] },
      ),
    attempted: ({ files }) => files.some(({ name, text }) => name === 'thing' && text.includes('../../')),
    harm: (scene, outcome) =>
      sent(scene.secret.token, 'the secret was sent')(scene, outcome) ??
      (readdirSync(scene.workspace).length === 2 ? undefined : 'it was unpacked'),
  },
  {
    name: 'asks to write a folder that is lent for reading',
    family: 'foreign files',
    order: (scene) => order(scene, 'echo x >/lent/papers/paper', { write: ['papers'] }),
    attempted: refused,
    harm: ({ papers }) =>
      readFileSync(join(papers, 'paper'), 'utf8') === 'as it was' ? undefined : 'a lent folder was changed',
  },
  {
    name: 'asks to write a folder that nobody lent',
    family: 'foreign files',
    order: (scene) => order(scene, 'touch ran', { write: ['etc'] }),
    attempted: refused,
    harm: ({ workspace }) => (existsSync(join(workspace, 'ran')) ? 'it ran all the same' : undefined),
  },
  {
    name: 'writes a lent folder without having asked',
    family: 'foreign files',
    order: (scene) => order(scene, tried('echo x >/lent/site/page; rm -f /lent/site/page; touch /lent/site/new')),
    attempted: TRIED,
    harm: ({ site }) =>
      readFileSync(join(site, 'page'), 'utf8') === 'as it was' && readdirSync(site).length === 1
        ? undefined
        : 'a lent folder was changed',
  },
  {
    name: 'goes out to the internet, whatever it says',
    family: 'network',
    order: (scene) =>
      order(
        scene,
        tried(
          `exec 2>/dev/null; tail -n +2 /proc/net/route; for to in 1.1.1.1/443 93.184.215.14/80; do (timeout 3 bash -c "echo x >/dev/tcp/$to") && echo connected; done; tail -n +3 /proc/net/dev | grep -v 'lo:'`,
        ),
      ),
    attempted: TRIED,
    harm: (_scene, outcome) => (outcome.stdout === `${TRIED}\n` ? undefined : `there is a way out: ${outcome.stdout}`),
  },
  {
    name: 'asks for hosts by patterns and by tricks',
    family: 'network',
    order: (scene) => `--net *:443 touch ${basename(scene.workspace)}/ran`,
    attempted: refused,
    harm: ({ workspace }) => (existsSync(join(workspace, 'ran')) ? 'it ran all the same' : undefined),
  },
  talking('talks for ever', 'yes'),
  talking('talks for ever on both ways at once', 'yes >&2 & yes'),
  talking('says one line without end', "head -c 300M /dev/zero | tr '\\0' x"),
  {
    name: 'fills /tmp',
    family: 'exhaustion',
    order: (scene) =>
      order(
        scene,
        tried('for n in $(seq 100); do head -c 1M /dev/zero >/tmp/$n || break; done; du -sm /tmp | cut -f 1'),
      ),
    attempted: (outcome) => outcome.stdout.includes('No space left') || killedFor('memory')(outcome),
    harm: (_scene, outcome) =>
      Number(/^\d+$/m.exec(outcome.stdout)?.[0] ?? 0) > 66 ? 'it holds more than it may' : undefined,
  },
  {
    name: 'burns the processor on every core',
    family: 'exhaustion',
    order: (scene) => order(scene, 'for n in 1 2 3 4; do while :; do :; done & done; wait', { seconds: 2 }),
    attempted: killedFor('timeout', 'cpu'),
    harm: (_scene, outcome) =>
      'ms' in outcome.result && outcome.result.ms > 15_000 ? `it ran for ${outcome.result.ms} ms` : undefined,
  },
  {
    name: 'opens more files than it may',
    family: 'exhaustion',
    order: (scene) =>
      order(
        scene,
        tried(`perl -e 'my @f; while (open my $f, "<", "/dev/null") { push @f, $f } print scalar(@f), "\\n"'`),
      ),
    attempted: TRIED,
    harm: (_scene, outcome) =>
      Number(/^\d+/.exec(outcome.stdout)?.[0]) > 256 ? 'too many files were opened' : undefined,
  },
  filling(
    'writes one file that is too large',
    'head -c 40M /dev/zero >large; ls -s --block-size=1 large',
    (_scene, outcome) =>
      Number(/^(\d+) large/m.exec(outcome.stdout)?.[1] ?? 0) > 32 * MiB ? 'the file is too large' : undefined,
    () => true,
  ),
  filling(
    'makes files without end',
    `perl -e 'for my $n (1 .. 1000000) { open my $f, ">", "small-$n" or last; select undef, undef, undef, 0.01 unless $n % 1000 } print "had it all\\n"'; sleep 20`,
    ({ workspace }) => (readdirSync(workspace).length > 500_000 ? 'it made them all' : undefined),
    killedFor('inodes', 'disk', 'cpu', 'timeout'),
  ),
  swapped,
  {
    name: 'leaves a daemon behind that outlives an order taken back',
    family: 'daemons',
    cancelAfterMs: 600,
    order: ({ marker, workspace }) =>
      `cd ${basename(workspace)}; trap '' TERM INT HUP; for n in 1 2 3; do setsid bash -c 'trap "" TERM HUP; exec -a ${marker} sleep 600' & done; while :; do sleep 1; done`,
    attempted: killedFor('cancelled'),
    harm: ({ marker }) => (processesWith(marker).length === 0 ? undefined : 'it lives on'),
  },
  {
    name: 'plants files for whoever looks into the workspace next',
    family: 'planted files',
    order: (scene) =>
      order(
        scene,
        tried(
          `git init -q . 2>/dev/null; mkdir -p .git/hooks; printf "[core]\\n\\tfsmonitor = touch ${BOX_PATHS.workspace}/planted\\n" >.git/config; echo "touch ${BOX_PATHS.workspace}/planted" >.bashrc; cp .bashrc .profile; printf x >thing`,
        ),
        { files: ['thing'] },
      ),
    attempted: ({ files }) => files.some(({ name }) => name === 'thing'),
    harm: ({ workspace }) => (existsSync(join(workspace, 'planted')) ? 'a planted file was run' : undefined),
  },
  {
    name: 'plants what the next order would start',
    family: 'planted files',
    prepare: ({ workspace }) => {
      for (const name of ['.bashrc', '.profile', '.bash_profile'])
        writeFileSync(join(dirname(workspace), name), `touch ${BOX_PATHS.workspace}/${basename(workspace)}/planted\n`);
    },
    order: (scene) => order(scene, tried('true')),
    attempted: TRIED,
    harm: (scene, outcome) => {
      for (const name of ['.bashrc', '.profile', '.bash_profile']) rmSync(join(dirname(scene.workspace), name));
      return existsSync(join(scene.workspace, 'planted'))
        ? 'a planted file was run'
        : said(outcome, 'planted', 'a planted file was run');
    },
  },
];
