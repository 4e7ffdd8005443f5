import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/**
 * Which tests a change touches. What a test imports is followed, as far as it goes. A house starts the product as child
 * processes, which no import shows: this table says which of them look at a folder. The longest name that fits counts.
 */
export const HOUSES_OF: Readonly<Record<string, readonly string[]>> = {
  'chavion.ts': ['test/integration/launcher.test.ts'],
  'docker-compose.yml': ['test/integration/compose-files.test.ts', 'test/integration/compose.test.ts'],
  'package.json': [
    'test/integration/launcher.test.ts',
    'test/e2e/answers.test.ts',
    'test/integration/executor.test.ts',
  ],
  'bots/': ['test/e2e/answers.test.ts'],
  'bots/addressing/': ['test/e2e/who-speaks.test.ts'],
  'bots/agent-api/': [
    'test/e2e/agent-api.test.ts',
    'test/e2e/agent-api-requests.test.ts',
    'test/e2e/agent-api-vote.test.ts',
  ],
  'bots/budget/': ['test/e2e/budget.test.ts'],
  'bots/commands/': ['test/e2e/who-speaks.test.ts'],
  'bots/deliverables/': ['test/e2e/preview.test.ts'],
  'bots/intake/': [
    'test/integration/delivery.test.ts',
    'test/integration/delivery-deaths.test.ts',
    'test/e2e/second-thoughts.test.ts',
    'test/e2e/who-speaks.test.ts',
  ],
  'bots/models/': ['test/e2e/models.test.ts', 'test/e2e/no-keys.test.ts'],
  'bots/schedule/': ['test/e2e/schedules.test.ts', 'test/e2e/cycle.test.ts'],
  'bots/tasks/': ['test/e2e/tasks.test.ts'],
  'bots/tasks/runtime/': ['test/integration/task-machine.test.ts', 'test/e2e/tasks.test.ts'],
  'bots/tasks/answers/': ['test/e2e/task-models.test.ts'],
  'bots/turns/': ['test/e2e/answers.test.ts', 'test/e2e/among-agents.test.ts'],
  'bridge/appservice/': ['test/integration/delivery.test.ts'],
  'bridge/config/': ['test/integration/launcher-refusals.test.ts'],
  'bridge/digest/': ['test/integration/executor.test.ts'],
  'bridge/http/': ['test/e2e/agent-api.test.ts'],
  'bridge/launcher/': [
    'test/integration/launcher.test.ts',
    'test/integration/launcher-house.test.ts',
    'test/integration/launcher-refusals.test.ts',
  ],
  'bridge/mail/': ['test/e2e/hands.test.ts', 'test/e2e/owners-evening.test.ts'],
  'bridge/matrix/': ['test/e2e/answers.test.ts', 'test/integration/executor.test.ts'],
  'bridge/matrix/secrets/': ['test/e2e/masters-and-secrets.test.ts'],
  'bridge/operations/': ['test/integration/operations.test.ts'],
  'bridge/operations/admin/': ['test/e2e/admin.test.ts'],
  'bridge/operations/compose/': ['test/integration/compose-files.test.ts', 'test/integration/compose.test.ts'],
  'bridge/processes/': ['test/integration/launcher.test.ts'],
  'bridge/protocol/': ['test/e2e/answers.test.ts', 'test/integration/executor.test.ts'],
  'bridge/protocol/tools/': ['test/e2e/owners-tools.test.ts'],
  'bridge/queue/': ['test/integration/delivery.test.ts', 'test/integration/launcher-redis.test.ts'],
  'bridge/stores/': ['test/e2e/agent-api.test.ts'],
  'bridge/terminal/': ['test/e2e/chat.test.ts'],
  // Words are compared without a house.
  'bridge/text/': [],
  'executor/': ['test/integration/executor.test.ts'],
  'executor/gate/': ['test/integration/executor-forged.test.ts', 'test/integration/executor-plan.test.ts'],
  'executor/sandbox/': ['test/security/contract.test.ts', 'test/security/lifecycle.test.ts'],
  'synapse/': ['test/integration/launcher-house.test.ts', 'test/integration/synapse-admin.test.ts'],
};

/** They look at the tree as it stands, whatever was changed in it. */
export const OF_THE_TREE = [
  'test/architecture.test.ts',
  'test/contract/lua-scripts.test.ts',
  'test/unit/docs.test.ts',
  'test/unit/docs-commands.test.ts',
];

const HOUSE_TESTS = ['test/integration/*.test.ts', 'test/e2e/*.test.ts', 'test/security/*.test.ts'];

/** @param changed paths from the project's root. */
export function housesTouched(changed: readonly string[], project: string): readonly string[] {
  const byTable = changed.flatMap((file) => {
    const [place] = Object.keys(HOUSES_OF)
      .filter((name) => file === name || (name.endsWith('/') && file.startsWith(name)))
      .toSorted((a, b) => b.length - a.length);
    return place === undefined ? [] : (HOUSES_OF[place] ?? []);
  });
  const byImport = globSync(HOUSE_TESTS, { cwd: project }).filter((test) =>
    readsOf(test, project).some((file) => changed.includes(file)),
  );
  return [...new Set([...byTable, ...byImport])].toSorted();
}

/** The test, what it imports of the product itself, and the helpers below `test` however far. */
function readsOf(test: string, project: string): readonly string[] {
  const seen = new Set([test]);
  for (const file of seen) {
    if (!file.startsWith('test/') || !existsSync(join(project, file))) continue;
    for (const [, target = ''] of readFileSync(join(project, file), 'utf8').matchAll(
      /^(?:import|export)\s(?:[^;]*?\sfrom\s)?'(\.[^']+)'/gm,
    )) {
      const path = normalize(join(dirname(file), target));
      // A helper's own imports of the product are its types and paths, for the most part.
      if (file === test || path.startsWith('test/')) seen.add(path);
    }
  }
  return [...seen];
}

/** What is not on main yet, uncommitted files included; on main itself what is not committed. Null outside of git. */
export function changedFiles(project: string): { readonly base: string; readonly files: readonly string[] } | null {
  const git = (...args: readonly string[]): string | null => {
    const { status, stdout } = spawnSync('git', args, { cwd: project, encoding: 'utf8' });
    return status === 0 ? stdout.trim() : null;
  };
  const base =
    git('merge-base', 'HEAD', 'main') ?? git('merge-base', 'HEAD', 'origin/main') ?? git('rev-parse', 'HEAD');
  if (base === null) return null;
  const lists = [git('diff', '--name-only', base), git('ls-files', '--others', '--exclude-standard')];
  return {
    base,
    files: [...new Set(lists.flatMap((list) => (list ?? '').split('\n')))].filter((file) => file !== '').toSorted(),
  };
}
