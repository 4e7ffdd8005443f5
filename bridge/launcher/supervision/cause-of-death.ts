import type { Part } from '../instance/accounts.ts';

/** What a part's log says of its end, where people can do something about it. */
export type CauseOfDeath =
  | 'port'
  | 'disk'
  | 'aof'
  | 'aof-rights'
  | 'database-locked'
  | 'database-broken'
  | 'database-newer'
  | 'rights';

const SIGNS: readonly (readonly [part: Part | null, says: RegExp, cause: CauseOfDeath])[] = [
  [null, /no space left on device|database or disk is full|ENOSPC|Disk quota exceeded/i, 'disk'],
  [null, /EADDRINUSE|Address already in use|Could not create server TCP listening socket/i, 'port'],
  [
    'redis',
    /Bad file format reading the append only file|Unexpected end of file reading the append only file|AOF (?:loading|file|manifest)[^\n]{0,200}(?:error|broken|corrupt|invalid|doesn't exist|failed)|redis-check-aof|AOF manifest|Error reading the RDB preamble|Fatal error loading the (?:DB|AOF)/i,
    'aof',
  ],
  ['redis', /Can't open the append[- ]only file|Permission denied/i, 'aof-rights'],
  ['synapse', /database is locked/i, 'database-locked'],
  [
    'synapse',
    /database disk image is malformed|file is not a database|database schema is corrupt|disk I\/O error/i,
    'database-broken',
  ],
  [
    'synapse',
    /Cannot use this database as it is too new|database has been upgraded|IncorrectDatabaseSetup|UpgradeDatabaseException/i,
    'database-newer',
  ],
  ['synapse', /unable to open database file|readonly database|PermissionError|Permission denied/i, 'rights'],
  [null, /EACCES|EPERM|Permission denied/i, 'rights'],
];

/** Of the last end alone, or of those just before it. */
export function causeOfDeath(part: Part, tail: string): CauseOfDeath | null {
  return SIGNS.find(([of, says]) => (of === null || of === part) && says.test(tail))?.[2] ?? null;
}
