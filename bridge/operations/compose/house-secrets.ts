import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeSecretJson } from '../../launcher/instance/files.ts';
import { loadSecrets, random, type Secrets } from '../../launcher/instance/secrets.ts';

/** What only the containers' house has: a database with a password, workers that speak to one another, a dashboard. */
const ContainerSecrets = z.object({
  postgres: z.string().min(32),
  replication: z.string().min(32),
  synapseRedis: z.string().min(32),
  grafana: z.string().min(32),
});

export interface ContainerSecrets {
  readonly house: Secrets;
  readonly containers: z.infer<typeof ContainerSecrets>;
}

/** Made once, below `folder`, and never written over: losing them would lose the house. */
export function containerSecrets(folder: string): ContainerSecrets {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'containers.json');
  if (!existsSync(path))
    writeSecretJson(path, { postgres: random(), replication: random(), synapseRedis: random(), grafana: random() });
  const containers = readJson(path, ContainerSecrets);
  if (containers === undefined) throw new Error(`${path} was written and is not there`);
  return { house: loadSecrets(join(folder, 'secrets.json')), containers };
}
