import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeView } from './changes/make-view.ts';
import { checkStage } from './changes/put.ts';
import { programMain } from './program.ts';
import { changing } from './changing.ts';

/** `try-view <real> <trial> <bytes> <entries>`: makes `<trial>/view` of a folder, and `<trial>/base.json`. */
await programMain(
  changing(async ([real = '', trial = '', bytes = '0', entries = '0']) => {
    checkStage(real);
    const base = makeView(real, join(trial, 'view'), { bytes: Number(bytes), entries: Number(entries) });
    writeFileSync(join(trial, 'base.json'), JSON.stringify(base), { flag: 'wx', mode: 0o600 });
    return '';
  }),
);
