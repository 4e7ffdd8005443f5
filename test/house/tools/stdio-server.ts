import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { notesServer, type Manner } from './notes-tools.ts';

/** `node stdio-server.ts <manner> <file>`. */
const [manner = 'good', file = '/dev/null'] = process.argv.slice(2);
serveStdio(() => notesServer(manner as Manner, file));
