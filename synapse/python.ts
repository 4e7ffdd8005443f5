import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { askProgram } from '../bridge/processes/child.ts';

export interface Python {
  readonly executable: string;
  /** `3.11.2` */
  readonly version: string;
}

export type PythonFound =
  | { readonly kind: 'ready'; readonly python: Python }
  /** Debian keeps `venv` in a package of its own. */
  | { readonly kind: 'no-venv'; readonly version: string }
  | { readonly kind: 'none' };

const NAMES = ['python3', '/usr/bin/python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14'];

const probe = `
import json, sys
try:
    import ensurepip, venv
    able = True
except ImportError:
    able = False
print(json.dumps({"executable": sys.executable, "prefix": sys.base_prefix, "version": "%d.%d.%d" % sys.version_info[:3], "venv": able}))
`;

const Probe = z.object({ executable: z.string(), prefix: z.string(), version: z.string(), venv: z.boolean() });

/**
 * The first Python from 3.10 on that can make virtual environments.
 * With `shared`, only one that every account of the machine can run: root's own is of no use to the parts.
 */
export async function findPython(environment: Record<string, string>, shared: boolean): Promise<PythonFound> {
  let lacking: string | undefined;
  for (const name of NAMES) {
    const found = await probed(name, environment);
    if (found === undefined || !recent(found.version)) continue;
    if (shared && !((await reachable(found.executable)) && (await reachable(found.prefix)))) continue;
    if (found.venv) return { kind: 'ready', python: { executable: found.executable, version: found.version } };
    lacking ??= found.version;
  }
  return lacking === undefined ? { kind: 'none' } : { kind: 'no-venv', version: lacking };
}

async function probed(name: string, environment: Record<string, string>): Promise<z.infer<typeof Probe> | undefined> {
  const { failed, stdout } = await askProgram(name, ['-c', probe], { env: environment, timeout: 20_000 });
  if (failed) return undefined;
  try {
    return Probe.parse(JSON.parse(stdout));
  } catch {
    return undefined;
  }
}

function recent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor >= 10;
}

/** Every folder on the way lets others through. */
async function reachable(path: string): Promise<boolean> {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & 0o001) === 0) return false;
  }
  return true;
}
