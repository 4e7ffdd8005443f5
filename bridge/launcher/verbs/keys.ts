import type { Environment } from '../../config/environment.ts';
import { storedKeys } from '../../config/environment.ts';
import { loadSettings } from '../../config/load.ts';
import { ProviderSettings } from '../../protocol/settings.ts';
import type { Phrase } from '../../text/say.ts';
import { keysText } from '../../text/terminal/verbs.ts';
import { writeSecret } from '../instance/files.ts';
import type { HiddenInput } from './hidden-input.ts';
import { dataPaths, keptInstance, openDataFolder } from '../instance/instance.ts';
import { type KeyCheck, type KeyVerdict, PROBES, keyNames } from './key-check.ts';
import { holder } from '../instance/lock.ts';
import type { Terminal } from '../instance/terminal.ts';

export interface Keys {
  readonly project: string;
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly input: HiddenInput;
  readonly check: KeyCheck;
}

/** `npm start -- keys`: asks for one key after another, tests each and stores those that were not refused. */
export async function keys({ project, environment, terminal, input, check }: Keys): Promise<number> {
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  keptInstance(paths, settings);
  openDataFolder(paths);
  const addresses = ProviderSettings.partial().parse(
    Object.fromEntries(Object.entries(environment).filter(([name]) => name.endsWith('_BASE_URL'))),
  );
  const before = storedKeys(paths.keys);
  const now: Record<string, string> = { ...before };
  let refused = 0;
  const say = (good: boolean | 'note', phrase: Phrase) => terminal.mark(good, phrase[terminal.lang]());

  terminal.say(keysText.intro);
  for (const name of keyNames()) {
    const { people } = PROBES[name];
    const answer = await input.ask(`  ${keysText.prompt(people, name in before)[terminal.lang]()}`);
    if (answer === null || answer === undefined) break;
    const key = answer.trim();
    if (key === '') continue;
    if (key === '-') {
      delete now[name];
      say(true, keysText.removed(people));
    } else if (!/^[\x21-\x7E]{8,500}$/.test(key) || /["'`\\#]/.test(key)) {
      refused += 1;
      say(false, keysText.malformed(people));
    } else {
      const verdict = await check(name, key, addresses);
      if (verdict.kind === 'refused') refused += 1;
      else now[name] = key;
      say(...verdictSaid(people, verdict));
    }
    if (environment[name] !== undefined && environment[name] !== now[name]) say('note', keysText.overridden(name));
  }
  if (JSON.stringify(now) === JSON.stringify(before)) terminal.say(keysText.nothing);
  else {
    writeSecret(
      paths.keys,
      Object.entries(now)
        .map(([name, key]) => `${name}=${key}\n`)
        .join(''),
    );
    terminal.say(holder(paths.lock) === undefined ? keysText.nextStart : keysText.taken);
  }
  return refused === 0 ? 0 : 1;
}

function verdictSaid(people: string, verdict: KeyVerdict): [good: boolean | 'note', said: Phrase] {
  switch (verdict.kind) {
    case 'works':
      return [true, keysText.works(people)];
    case 'refused':
      return [false, keysText.refused(people, verdict.status)];
    case 'payment':
      return ['note', keysText.payment(people)];
    case 'unchecked':
      return ['note', keysText.unchecked(people, verdict.why)];
  }
}
