import { z } from 'zod';
import { ProviderSettings, SwarmSettings } from '../protocol/settings.ts';

export interface SwarmEnvironment {
  readonly settings: SwarmSettings;
  readonly providers: ProviderSettings;
  /** Where the keys of `compatible/…` agents are looked up. */
  readonly all: Readonly<Record<string, string | undefined>>;
}

/** What the launcher put into this process's environment. Throws with every fault and its place, and no values. */
export function swarmEnvironment(): SwarmEnvironment {
  const settings = SwarmSettings.safeParse(process.env);
  const providers = ProviderSettings.safeParse(process.env);
  const faults = [settings.error, providers.error].flatMap((error) =>
    error === undefined ? [] : [z.prettifyError(error)],
  );
  if (!settings.success || !providers.success)
    throw new Error(`the swarm is started by npm start; its environment is not complete:\n${faults.join('\n')}`);
  return { settings: settings.data, providers: providers.data, all: process.env };
}
