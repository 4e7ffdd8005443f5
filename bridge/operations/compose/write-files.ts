import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeSecret } from '../../launcher/instance/files.ts';
import { type ComposeFiles, SECRET_PARTS } from './files.ts';

/** Writes what has changed below `folder` and returns those files' paths. What is no longer wanted goes. */
export function writeComposeFiles(folder: string, files: ComposeFiles): readonly string[] {
  const changed: string[] = [];
  for (const part of SECRET_PARTS) {
    const own = join(folder, 'parts', part);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    for (const stale of readdirSync(own).filter((name) => !Object.hasOwn(files.parts[part], name)))
      rmSync(join(own, stale));
    for (const [name, text] of Object.entries(files.parts[part])) {
      if (contains(join(own, name), text)) continue;
      writeSecret(join(own, name), text);
      changed.push(`parts/${part}/${name}`);
    }
    stamp(join(folder, 'stamps', `${part}.env`), Object.values(files.parts[part]).join('\0'));
  }
  for (const [name, text] of Object.entries(files.open)) {
    const path = join(folder, 'open', name);
    makeOpenFolder(dirname(path), folder);
    if (contains(path, text)) continue;
    writeFileSync(path, text);
    chmodSync(path, 0o644);
    changed.push(`open/${name}`);
  }
  stamp(join(folder, 'stamps', 'open.env'), Object.entries(files.open).flat().join('\0'));
  return changed;
}

const contains = (path: string, text: string): boolean => existsSync(path) && readFileSync(path, 'utf8') === text;

/**
 * A digest of what a part was given, in its container's environment: the engine makes a container anew when that has
 * changed, and leaves it alone when it has not.
 */
function stamp(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeSecret(path, `CHAVION_GIVEN=${createHash('sha256').update(text).digest('hex').slice(0, 16)}\n`);
}

/** Containers enter it under accounts of their own, whatever the mask of whoever writes it. */
function makeOpenFolder(path: string, below: string): void {
  mkdirSync(path, { recursive: true });
  for (let folder = path; folder !== below; folder = dirname(folder)) chmodSync(folder, 0o755);
}
