import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOUSES_OF, housesTouched, OF_THE_TREE } from '../touched.ts';

const PROJECT = join(import.meta.dirname, '../..');
const touched = (...files: readonly string[]) => housesTouched(files, PROJECT);

describe('the houses that a change touches', () => {
  it('are those of the table for what runs in a child process, the nearest folder counting', () => {
    expect(touched('bots/budget/limits.ts')).toContain('test/e2e/budget.test.ts');
    expect(touched('bots/budget/limits.ts')).not.toContain('test/e2e/answers.test.ts');
    expect(touched('executor/sandbox/seccomp/bpf.ts')).toContain('test/security/contract.test.ts');
    expect(touched('bots/swarm.ts')).toContain('test/e2e/answers.test.ts');
  });

  it('and those that import it themselves, or a helper of theirs that was changed', () => {
    expect(touched('bridge/stores/task-board.ts')).toContain('test/integration/agent-api-board.test.ts');
    expect(touched('test/e2e/chat.test.ts')).toEqual(['test/e2e/chat.test.ts']);
    expect(touched('test/house/chaos-roster.ts')).toContain('test/integration/chaos.test.ts');
    expect(touched('test/house/matrix.ts').length).toBeGreaterThan(10);
  });

  it('and none for words, pages and pure tests', () => {
    expect(touched('README.md', 'bridge/text/room/room.ts', 'test/unit/decide.test.ts')).toEqual([]);
  });

  it('are known for every folder of the product, and are there', () => {
    const folders = new Set(
      globSync('{bots,bridge,executor,synapse}/**/*.ts', { cwd: PROJECT }).map((file) =>
        file
          .split('/')
          .slice(0, file.startsWith('bridge/') ? 2 : 1)
          .join('/'),
      ),
    );
    expect([...folders].filter((folder) => HOUSES_OF[`${folder}/`] === undefined)).toEqual([]);
    expect(Object.keys(HOUSES_OF).filter((place) => !existsSync(join(PROJECT, place)))).toEqual([]);
    expect(
      [...Object.values(HOUSES_OF).flat(), ...OF_THE_TREE].filter((test) => !existsSync(join(PROJECT, test))),
    ).toEqual([]);
  });
});
