import type { z } from 'zod';
import { ProviderSettings, Settings } from '../protocol/settings.ts';

/** `.env.example`, from the schemas alone: what each setting is for, and what it is when it is not set. */
export function envExample(): string {
  const head = [
    '# Copy to .env and take the # away from what you want to change. The environment goes before this file.',
    '# This file is made from bridge/protocol/settings.ts: sh .node/run bridge/config/write-env-example.ts',
  ];
  const keys = [
    '',
    '# --- Keys and addresses of the providers. `npm start -- keys` stores keys more safely than this file does.',
  ];
  return [...head, ...section(Settings), ...keys, ...section(ProviderSettings), ''].join('\n');
}

function section(schema: z.ZodObject): string[] {
  const unset: Readonly<Record<string, unknown>> = schema.parse({});
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const what: unknown = 'meta' in field && typeof field.meta === 'function' ? field.meta()?.what : undefined;
    if (typeof what !== 'string') throw new Error(`${name} does not say what it is for`);
    const standard = unset[name];
    return [
      '',
      `# ${what}`,
      `#${name}=${typeof standard === 'string' || typeof standard === 'number' ? standard : ''}`,
    ];
  });
}
