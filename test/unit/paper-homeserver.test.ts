import { afterAll, beforeAll, describe } from 'vitest';
import { homeserverCases } from '../house/homeserver-cases.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';

let paper: PaperHomeserver;
const [USER, ROOM] = ['@someone:test', '!room:test'];
beforeAll(async () => {
  paper = await PaperHomeserver.open({ [USER]: 100 });
  paper.state(ROOM, USER, 'm.room.member', { membership: 'join' }, USER);
});
afterAll(() => paper[Symbol.asyncDispose]());

/** The same as in `integration/synapse-admin.test.ts`, where they run on Synapse itself. */
describe('the homeserver of paper answers as Synapse does', () => {
  homeserverCases(() => ({ url: paper.url, user: USER, token: USER, room: ROOM }));
});
