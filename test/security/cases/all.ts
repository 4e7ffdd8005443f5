import type { AbuseCase } from '../case.ts';
import { daemons } from './daemons.ts';
import { exhaustion } from './exhaustion.ts';
import { foreignFiles } from './foreign-files.ts';
import { network } from './network.ts';
import { paths } from './paths.ts';
import { plantedFiles } from './planted.ts';
import { privileges } from './privileges.ts';
import { proc } from './proc.ts';
import { terminal } from './terminal.ts';

export const ABUSE_CASES: readonly AbuseCase[] = [
  foreignFiles,
  proc,
  network,
  exhaustion,
  daemons,
  privileges,
  terminal,
  paths,
  plantedFiles,
].flat();
