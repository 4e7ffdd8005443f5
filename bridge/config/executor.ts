import { z } from 'zod';
import { ExecutorSettings } from '../protocol/executor-settings.ts';

/** What the launcher put into this process's environment. Throws with every fault and its place, and no values. */
export function executorEnvironment(): ExecutorSettings {
  const settings = ExecutorSettings.safeParse(process.env);
  if (!settings.success)
    throw new Error(
      `the executor is started by npm start; its environment is not complete:\n${z.prettifyError(settings.error)}`,
    );
  return settings.data;
}
