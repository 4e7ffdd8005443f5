import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FolderMarks } from './changes/folder-marks.ts';
import { collect } from './changes/collect.ts';
import { summaryOf } from './changes/summary.ts';
import { programMain } from './program.ts';
import { changing } from './changing.ts';

/**
 * `collect-changes <real> <trial> <bytes> <entries>`: what a command made of `<trial>/view`, kept in `<trial>` as
 * `changes.json` with `old` and `new`; its `FolderChanges` go out.
 */
await programMain(
  changing(async ([real = '', trial = '', bytes = '0', entries = '0']) => {
    const base = FolderMarks.parse(JSON.parse(readFileSync(join(trial, 'base.json'), 'utf8')));
    const limits = { bytes: Number(bytes), entries: Number(entries) };
    const changes = collect(real, join(trial, 'view'), trial, base, limits);
    const { summary, whole } = summaryOf(changes, trial);
    writeFileSync(join(trial, 'changes.json'), JSON.stringify(changes), { flag: 'wx', mode: 0o600 });
    writeFileSync(join(trial, 'changes.txt'), whole, { flag: 'wx', mode: 0o600 });
    return JSON.stringify(summary);
  }),
);
