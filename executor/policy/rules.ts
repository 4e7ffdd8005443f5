import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { faultOf } from '../../bridge/protocol/command-job.ts';
import { type LentFolder, LentFolders, RULE_FILES } from '../../bridge/protocol/lent-folder.ts';
import { Policy } from '../../bridge/protocol/policy.ts';
import { TOOL_FILES, type ToolServer, ToolServers } from '../../bridge/protocol/tools/tool-servers.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';

export interface Rules {
  readonly policy: Policy;
  /** Of the policy as it was understood, in every hash. */
  readonly policyHash: string;
  /** Those that are there. */
  readonly lent: readonly LentFolder[];
  /** MCP servers, with their tools as the owner saw them. */
  readonly toolServers?: readonly ToolServer[];
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
  return present(understand(textsOf(folder)));
}

/** The same, thought through again only when a file says something else than at the last reading. */
export function rulesReader(folder: string): () => Rules {
  let last: { readonly texts: RuleTexts; readonly understood: Understood } | undefined;
  return () => {
    const texts = textsOf(folder);
    if (last?.texts.policy !== texts.policy || last.texts.lent !== texts.lent || last.texts.tools !== texts.tools)
      last = { texts, understood: understand(texts) };
    return present(last.understood);
  };
}

/** Null for what was never written. */
interface RuleTexts {
  readonly policy: string | null;
  readonly lent: string | null;
  readonly tools: string | null;
}

const textsOf = (folder: string): RuleTexts => ({
  policy: textOf(folder, RULE_FILES.policy),
  lent: textOf(folder, RULE_FILES.lent),
  tools: textOf(folder, TOOL_FILES.servers),
});

interface Understood {
  readonly policy: Policy;
  readonly policyHash: string;
  readonly folders: readonly LentFolder[];
  readonly toolServers: readonly ToolServer[];
}

function understand(texts: RuleTexts): Understood {
  const policy = parsed(RULE_FILES.policy, texts.policy, Policy, {});
  const { folders } = parsed(RULE_FILES.lent, texts.lent, LentFolders, { folders: [] });
  const { servers } = parsed(TOOL_FILES.servers, texts.tools, ToolServers, { servers: [] });
  return { policy, policyHash: hashOfPolicy(policy), folders, toolServers: servers };
}

/** What is as it was before it could be said at all is left out: a request that waits outlives the newer version. */
function hashOfPolicy({ chat, ...rest }: Policy): string {
  return canonicalHash(chat === 'auto' ? rest : { ...rest, chat });
}

/** One that was moved away is not there to be seen; the others still are. */
const present = ({ policy, policyHash, folders, toolServers }: Understood): Rules => ({
  policy,
  policyHash,
  lent: folders.filter(({ path }) => isFolder(path)),
  toolServers,
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
