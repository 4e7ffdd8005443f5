import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { Lang } from '../../../bridge/protocol/ids.ts';
import { Plan } from '../../../bridge/protocol/plan.ts';
import {
  briefly,
  goals,
  hostNote,
  instructions,
  offlineNote,
  noteWithoutFolder,
  reasons,
  titles,
} from '../../../bridge/text/tasks/task-offline.ts';
import type { Colour, Scene } from './scene.ts';

type Steps = z.input<typeof Plan>['steps'];
/** `plain`: what is needed; `told`: and an agent sums up; `wider`: another way. */
export type Variant = 'plain' | 'told' | 'wider';

export interface PlanWish {
  readonly scene: Scene;
  readonly variant: Variant;
  readonly lang: Lang;
  readonly mission: string;
  /** Who writes in the variant `told`. */
  readonly writer: string;
  readonly round: number;
}

/** Known by heart; read while the module loads. */
export const PET_SHOP_PAGE = readFileSync(new URL('pet-shop.html', import.meta.url), 'utf8');

/** What a model that cannot spell wrote, and what it meant. */
export const MISSPELT = { wrong: 'daet', right: 'date' } as const;

/** The plan that a rehearsing agent proposes: the same wish gives the same plan. */
export function planFor(wish: PlanWish): Plan {
  const { goal, steps, about } = made(wish);
  return Plan.parse({ goal, steps: wish.variant === 'told' ? [...steps, told(wish, steps, about)] : steps });
}

function made(wish: PlanWish): { readonly goal: string; readonly steps: Steps; readonly about: 'sumUp' | 'guide' } {
  const { scene, lang, mission } = wish;
  switch (scene.kind) {
    case 'list':
      return {
        goal: goals.list[lang](),
        steps:
          scene.folders.length === 0
            ? [listWorkspace(wish)]
            : scene.folders.map((folder, i) => listFolder(wish, folder, i)),
        about: 'sumUp',
      };
    case 'repair':
      return { goal: goals.repair[lang](), steps: writeDate(wish), about: 'sumUp' };
    case 'host':
      return { goal: goals.host[lang](scene.folder), steps: leaveNote(wish, scene.folder), about: 'sumUp' };
    case 'page':
      return { goal: goals.page[lang](), steps: page(wish), about: 'guide' };
    case 'repaint':
      return { goal: goals.repaint[lang](), steps: [repaint(wish, scene.colour)], about: 'guide' };
    case 'other':
      return { goal: goals.other[lang](briefly(mission)), steps: noteAndList(wish, scene.noFolder), about: 'sumUp' };
  }
}

const told = ({ lang, writer }: PlanWish, steps: Steps, about: 'sumUp' | 'guide'): Steps[number] => ({
  kind: 'work',
  id: 'told',
  title: titles[about][lang](),
  agent: writer,
  work: 'write',
  instruction: instructions[about][lang](),
  after: steps.flatMap((step) => (step.kind === 'command' ? [step.command.id] : [])),
});

/** Another way to look: two levels deep. */
const look = (path: string, variant: Variant): [string, ...string[]] =>
  variant === 'wider'
    ? ['find', path, '-maxdepth', '2', '-printf', String.raw`%y %s %TY-%Tm-%Td %p\n`]
    : ['ls', '-la', '--time-style=long-iso', path];

const listFolder = ({ variant, lang }: PlanWish, folder: string, i: number): Steps[number] => ({
  kind: 'command',
  title: titles.listFolder[lang](folder),
  command: {
    type: 'run',
    id: `list-${i + 1}`,
    argv: look(`/lent/${folder}`, variant),
    workspace: 'ro',
    lent: [{ name: folder, access: 'ro' }],
    reason: reasons.see[lang](),
    success: { outputContains: variant === 'wider' ? `/lent/${folder}` : '..' },
    repeatable: true,
  },
});

const listWorkspace = ({ variant, lang }: PlanWish, after: string[] = []): Steps[number] => ({
  kind: 'command',
  title: titles.listWorkspace[lang](),
  command: {
    type: 'run',
    id: 'list',
    argv: look('.', variant),
    workspace: 'ro',
    reason: reasons.see[lang](),
    success: { outputContains: '.' },
    repeatable: true,
    after,
  },
});

/** The first plan is misspelt on purpose, so that a diagnosis can be seen. */
function writeDate({ variant, lang, round }: PlanWish): Steps {
  const program = round === 0 ? MISSPELT.wrong : MISSPELT.right;
  return [
    {
      kind: 'command',
      title: titles.writeDate[lang](),
      command: {
        type: 'shell',
        id: 'write-date',
        script: `${program} '+%Y-%m-%d' > date.txt`,
        reason: reasons.make[lang](),
        success: { fileExists: 'date.txt' },
        repeatable: true,
      },
      artifacts: ['date.txt'],
    },
    {
      kind: 'command',
      title: titles.showDate[lang](),
      command: {
        type: 'run',
        id: 'show-date',
        argv: variant === 'wider' ? ['grep', '-n', '-', 'date.txt'] : ['cat', 'date.txt'],
        workspace: 'ro',
        reason: reasons.check[lang](),
        success: { outputContains: '-' },
        repeatable: true,
        after: ['write-date'],
      },
    },
  ];
}

function leaveNote(wish: PlanWish, folder: string): Steps {
  const { variant, lang, mission } = wish;
  const path = `/lent/${folder}/chavion-note.txt`;
  const words = hostNote[lang](briefly(mission));
  return [
    ...(variant === 'wider' ? [listFolder({ ...wish, variant: 'plain' }, folder, 0)] : []),
    {
      kind: 'command',
      title: titles.leaveNote[lang](folder),
      command: {
        type: 'run',
        id: 'leave-note',
        argv: ['tee', path],
        stdin: `${words}\n`,
        workspace: 'ro',
        lent: [{ name: folder, access: 'rw' }],
        reason: reasons.make[lang](),
        success: { outputContains: words },
        repeatable: true,
        after: variant === 'wider' ? ['list-1'] : [],
      },
    },
    {
      kind: 'command',
      title: titles.checkNote[lang](),
      command: {
        type: 'run',
        id: 'check-note',
        argv: ['cat', path],
        workspace: 'ro',
        lent: [{ name: folder, access: 'ro' }],
        reason: reasons.check[lang](),
        success: { outputContains: words },
        repeatable: true,
        after: ['leave-note'],
      },
    },
  ];
}

function page({ variant, lang }: PlanWish): Steps {
  return [
    {
      kind: 'command',
      title: titles.writePage[lang](),
      command: {
        type: 'write_file',
        id: 'write-page',
        path: 'index.html',
        content: PET_SHOP_PAGE,
        reason: reasons.make[lang](),
        success: { fileExists: 'index.html' },
        repeatable: true,
      },
      artifacts: ['index.html'],
    },
    {
      kind: 'command',
      title: titles.checkPage[lang](),
      command: {
        type: 'run',
        id: 'check-page',
        argv: ['grep', variant === 'wider' ? '-n' : '-o', '</html>', 'index.html'],
        workspace: 'ro',
        reason: reasons.check[lang](),
        success: { outputContains: '</html>' },
        repeatable: true,
        after: ['write-page'],
      },
    },
  ];
}

const repaint = ({ lang }: PlanWish, { main, deep }: Colour): Steps[number] => ({
  kind: 'command',
  title: titles.repaint[lang](),
  command: {
    type: 'shell',
    id: 'repaint',
    script: `sed -i 's/--main:#[0-9a-f]*;--deep:#[0-9a-f]*/--main:${main};--deep:${deep}/' index.html && grep -o -- '--main:${main}' index.html`,
    reason: reasons.make[lang](),
    success: { outputContains: main },
    repeatable: true,
  },
  artifacts: ['index.html'],
});

function noteAndList(wish: PlanWish, noFolder: boolean): Steps {
  const { lang, mission } = wish;
  const content = `${offlineNote[lang](briefly(mission))}${noFolder ? noteWithoutFolder[lang]() : ''}`;
  return [
    {
      kind: 'command',
      title: titles.writeNote[lang](),
      command: {
        type: 'write_file',
        id: 'write-note',
        path: 'note.md',
        content,
        reason: reasons.make[lang](),
        success: { fileExists: 'note.md' },
        repeatable: true,
      },
      artifacts: ['note.md'],
    },
    listWorkspace(wish, ['write-note']),
  ];
}
