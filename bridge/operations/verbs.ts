import { readFileSync, statSync } from 'node:fs';
import type { Environment } from '../config/environment.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import type { HiddenInput } from '../launcher/verbs/hidden-input.ts';
import type { Terminal } from '../launcher/instance/terminal.ts';
import { operationsText } from '../text/terminal/operations.ts';
import { backUpInstance } from './backup.ts';
import { restoreInstance } from './restore.ts';

export interface VerbRequest {
  readonly project: string;
  readonly environment: Environment;
  /** Behind the verb. */
  readonly args: readonly string[];
  readonly terminal: Terminal;
  /** Opened only where something has to be asked. */
  readonly input: () => HiddenInput;
}

/** `npm start -- backup`. Returns the exit code. */
export async function backup(asked: VerbRequest, stop?: AbortSignal): Promise<number> {
  const { args, terminal, project, environment } = asked;
  const order = withPassphraseFile(args);
  const words = order?.rest.filter((word) => word !== '--encrypt') ?? [];
  if (order === null || words.length > 1 || words.some((word) => word.startsWith('-'))) {
    terminal.say(operationsText.backupUsage);
    return 2;
  }
  const passphrase = order.passphrase ?? (args.includes('--encrypt') ? await newPassphrase(asked) : undefined);
  if (passphrase !== undefined && passphrase.length < 8) throw new ConfigRefusal(operationsText.passphraseShort);
  await backUpInstance(project, environment, { file: words[0], passphrase }, terminal, stop);
  return 0;
}

/** `npm start -- restore`. */
export async function restore(asked: VerbRequest, stop?: AbortSignal): Promise<number> {
  const { args, terminal, project, environment, input } = asked;
  const order = withPassphraseFile(args);
  const [file, ...more] = order?.rest ?? [];
  if (order === null || file === undefined || more.length > 0 || file.startsWith('-')) {
    terminal.say(operationsText.restoreUsage);
    return 2;
  }
  const passphrase = async () => {
    if (order.passphrase !== undefined) return order.passphrase;
    using asking = input();
    const typed = await asking.ask(`  ${operationsText.passphrase[terminal.lang]()}`);
    if (typed === null || typed === undefined || typed === '') throw new ConfigRefusal(operationsText.passphraseNone);
    return typed;
  };
  await restoreInstance(project, environment, { file, passphrase }, terminal, stop);
  return 0;
}

/** A passphrase never stands among the arguments, where every account of the machine reads it. Null: a name is missing. */
function withPassphraseFile(
  args: readonly string[],
): { readonly rest: readonly string[]; readonly passphrase: string | undefined } | null {
  const at = args.indexOf('--passphrase-file');
  if (at === -1) return { rest: args, passphrase: undefined };
  const file = args[at + 1];
  if (file === undefined) return null;
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new ConfigRefusal(operationsText.noFile(file));
  return { rest: args.toSpliced(at, 2), passphrase: readFileSync(file, 'utf8').replace(/\r?\n$/, '') };
}

async function newPassphrase({ input, terminal }: VerbRequest): Promise<string> {
  using asking = input();
  const first = await asking.ask(`  ${operationsText.passphrase[terminal.lang]()}`);
  if (typeof first !== 'string' || first.length < 8) throw new ConfigRefusal(operationsText.passphraseShort);
  if ((await asking.ask(`  ${operationsText.passphraseAgain[terminal.lang]()}`)) !== first)
    throw new ConfigRefusal(operationsText.passphraseDiffers);
  return first;
}
