import { isPage } from '../../bridge/http/preview/preview-rules.ts';
import type { PreviewFile } from '../../bridge/stores/preview-links.ts';
import { stepId } from '../../bridge/protocol/plan.ts';
import type { TaskState } from '../tasks/state/task-state.ts';

/** Pages that a task has made, with what they need. */
export interface Site {
  /** Of its link: one for each run of a task, and for all changes that were wanted of what that run made. */
  readonly id: string;
  /** Told once each. */
  readonly version: string;
  readonly front: PreviewFile;
  readonly files: readonly PreviewFile[];
}

/** Pure. Null where the task has not come to an end with a page among its artifacts. */
export function siteOf({
  phase,
  root,
  runs,
  plan,
  commands,
  earlier,
  revision,
}: Pick<TaskState, 'phase' | 'root' | 'runs' | 'plan' | 'commands' | 'earlier' | 'revision'>): Site | null {
  if (plan === null || (phase !== 'done' && phase !== 'partial')) return null;
  const files = new Map<string, PreviewFile>();
  // A change hands over what it has touched; the rest of the page is as it was.
  const before = revision === undefined ? [] : earlier;
  for (const one of [...before, { plan: plan.plan, commands }])
    for (const step of one.plan.steps) {
      const command = one.commands[stepId(step)];
      if (command?.state !== 'done') continue;
      // A later step's file of the same name is the one that is there now.
      for (const { path, url, bytes } of command.result?.artifacts ?? []) {
        const clean = cleanPath(path);
        if (clean !== null) files.set(clean, { path: clean, url, bytes });
      }
    }
  const [front] = [...files.values()]
    .filter(({ path }) => isPage(path))
    .toSorted((a, b) => rank(a.path) - rank(b.path));
  if (front === undefined) return null;
  const version = `${root}.${runs}`;
  return {
    id: revision === undefined ? version : `${root}.${revision.of}`,
    version,
    front,
    files: [...files.values()],
  };
}

/** `index.html` first, then what lies highest. */
const rank = (path: string): number => path.split('/').length * 2 + (/(?:^|\/)index\.html?$/i.test(path) ? 0 : 1);

function cleanPath(path: string): string | null {
  const parts = path.replace(/^(?:\.\/)+/, '').split('/');
  return parts.some(
    (part) => part === '' || part === '.' || part === '..' || part.includes('\\') || part.includes('\0'),
  )
    ? null
    : parts.join('/');
}
