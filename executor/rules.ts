import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { faultOf } from '../bridge/protocol/command-job.ts';
import { type LentFolder, LentFolders, RULE_FILES } from '../bridge/protocol/lent-folder.ts';
import { Policy } from '../bridge/protocol/policy.ts';
import { canonicalHash } from '../bridge/queue/canonical.ts';

export interface Rules {
  readonly policy: Policy;
  /** Of the policy as it was understood, in every hash. */
  readonly policyHash: string;
  /** Those that are there. */
  readonly lent: readonly LentFolder[];
}

/** A rule file that cannot be followed. Nothing runs then: there is no default to fall back to. */
export class BrokenRules extends Error {
  readonly file: string;
  readonly field: string;
  readonly what: string;

  constructor(file: string, field: string, what: string) {
    super(`${file}: ${field}: ${what}`);
    this.name = 'BrokenRules';
    this.file = file;
    this.field = field;
    this.what = what;
  }
}

/** As the owner's files say at this moment; read for every command, so that `locked` holds at once. Throws `BrokenRules`. */
export function readRules(folder: string): Rules {
  const policy = readRule(folder, RULE_FILES.policy, Policy, {});
  const { folders } = readRule(folder, RULE_FILES.lent, LentFolders, { folders: [] });
  return { policy, policyHash: canonicalHash(policy), lent: folders.filter(({ path }) => isFolder(path)) };
}

/** One that was moved away is not there to be seen; the others still are. */
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function readRule<T>(folder: string, file: string, schema: z.ZodType<T>, absent: unknown): T {
  const parsed = schema.safeParse(readJson(join(folder, file), file, absent));
  if (parsed.success) return parsed.data;
  const { field, what } = faultOf(parsed.error);
  throw new BrokenRules(file, field, what);
}

function readJson(path: string, file: string, absent: unknown): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new BrokenRules(file, 'JSON', error.message);
    // The file that was never written; a folder that cannot be entered is something else.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return absent;
    throw new BrokenRules(file, 'file', error instanceof Error && 'code' in error ? String(error.code) : 'not readable');
  }
}
