import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lendings, LENDINGS_FILE } from '../../bridge/protocol/lent-folder.ts';

const NOTHING: Lendings = { folders: [], hosts: null };

/** What may be planned with, as the owner lends at this moment; nothing where nobody has said. */
export function readLendings(folder: string | undefined): Lendings {
  if (folder === undefined) return NOTHING;
  try {
    return Lendings.safeParse(JSON.parse(readFileSync(join(folder, LENDINGS_FILE), 'utf8'))).data ?? NOTHING;
  } catch {
    return NOTHING;
  }
}
