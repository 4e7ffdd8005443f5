import { z } from 'zod';
import { ProviderSettings, SwarmSettings } from '../protocol/settings.ts';

const ProbeSettings = ProviderSettings.extend(SwarmSettings.pick({ CHAVION_ROSTER_JSON: true }).shape);

/** What the launcher put into the environment of the process that tries every provider. */
export function probeEnvironment(): {
  readonly rosterJson: string;
  readonly providers: ProviderSettings;
  readonly all: Readonly<Record<string, string | undefined>>;
} {
  const settings = ProbeSettings.safeParse(process.env);
  if (!settings.success)
    throw new Error(
      `this is started by npm start -- doctor --providers; its environment is not complete:\n${z.prettifyError(settings.error)}`,
    );
  return { rosterJson: settings.data.CHAVION_ROSTER_JSON, providers: settings.data, all: process.env };
}
