import { describe, expect, it } from 'vitest';
import { causeOfDeath } from '../../bridge/launcher/supervision/cause-of-death.ts';

/** Last lines of real logs. */
describe('why a part did not come up', () => {
  it.each([
    [
      'redis',
      'Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>',
      'aof',
    ],
    ['redis', 'Invalid AOF manifest file format', 'aof'],
    ['redis', "Can't open the append-only file: Permission denied", 'aof-rights'],
    [
      'redis',
      'Warning: Could not create server TCP listening socket 127.0.0.1:6380: bind: Address already in use',
      'port',
    ],
    ['redis', 'Error writing to the AOF file: No space left on device', 'disk'],
    ['synapse', 'sqlite3.OperationalError: database is locked', 'database-locked'],
    ['synapse', 'sqlite3.DatabaseError: database disk image is malformed', 'database-broken'],
    ['synapse', 'sqlite3.DatabaseError: file is not a database', 'database-broken'],
    ['synapse', 'sqlite3.OperationalError: unable to open database file', 'rights'],
    ['synapse', 'sqlite3.OperationalError: attempt to write a readonly database', 'rights'],
    ['swarm', 'Error: listen EADDRINUSE: address already in use 127.0.0.1:9009', 'port'],
    ['swarm', 'TypeError: x is not a function', null],
    ['executor', '', null],
  ] as const)('%s: %s', (part, said, cause) => {
    expect(causeOfDeath(part, `line before\n${said}\n`)).toBe(cause);
  });
});
