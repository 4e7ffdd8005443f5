import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rosterReference } from './roster-reference.ts';

writeFileSync(join(import.meta.dirname, 'roster.md'), rosterReference());
