import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { faultOf } from '../../bridge/protocol/command-job.ts';
import { type LentFolder, LentFolders, RULE_FILES } from '../../bridge/protocol/lent-folder.ts';
import { Policy } from '../../bridge/protocol/policy.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';

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

/** The rules of this moment, or what is wrong with them. */
export function rulesNow(read: () => Rules): Rules | BrokenRules {
  try {
    return read();
  } catch (error) {
    if (error instanceof BrokenRules) return error;
    throw error;
  }
}

/** As the owner's files say at this moment; read for every command, so that `locked` holds at once. Throws `BrokenRules`. */
export function readRules(folder: string): Rules {
  return present(understand(textOf(folder, RULE_FILES.policy), textOf(folder, RULE_FILES.lent)));
}

/** The same, thought through again only when a file says something else than at the last reading. */
export function rulesReader(folder: string): () => Rules {
  let last:
    | { readonly policy: string | null; readonly lent: string | null; readonly understood: Understood }
    | undefined;
  return () => {
    const [policy, lent] = [textOf(folder, RULE_FILES.policy), textOf(folder, RULE_FILES.lent)];
    if (last?.policy !== policy || last.lent !== lent) last = { policy, lent, understood: understand(policy, lent) };
    return present(last.understood);
  };
}

interface Understood {
  readonly policy: Policy;
  readonly policyHash: string;
  readonly folders: readonly LentFolder[];
}

function understand(policyText: string | null, lentText: string | null): Understood {
  const policy = parsed(RULE_FILES.policy, policyText, Policy, {});
  const { folders } = parsed(RULE_FILES.lent, lentText, LentFolders, { folders: [] });
  return { policy, policyHash: hashOfPolicy(policy), folders };
}

/** What is as it was before it could be said at all is left out: a request that waits outlives the newer version. */
function hashOfPolicy({ chat, ...rest }: Policy): string {
  return canonicalHash(chat === 'auto' ? rest : { ...rest, chat });
}

/** One that was moved away is not there to be seen; the others still are. */
const present = ({ policy, policyHash, folders }: Understood): Rules => ({
  policy,
  policyHash,
  lent: folders.filter(({ path }) => isFolder(path)),
});
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function parsed<T>(file: string, text: string | null, schema: z.ZodType<T>, absent: unknown): T {
  const result = schema.safeParse(text === null ? absent : json(file, text));
  if (result.success) return result.data;
  const { field, what } = faultOf(result.error);
  throw new BrokenRules(file, field, what);
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BrokenRules(file, 'JSON', error instanceof Error ? error.message : 'not readable');
  }
}

/** Null for a file that was never written; a folder that cannot be entered is something else. */
function textOf(folder: string, file: string): string | null {
  const path = join(folder, file);
  try {
    // Asked first: most houses lend nothing, and an exception costs more than the question.
    return statSync(path, { throwIfNoEntry: false }) === undefined ? null : readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'not readable';
    if (code === 'ENOENT') return null;
    throw new BrokenRules(file, 'file', code);
  }
}
