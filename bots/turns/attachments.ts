import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import {
  classifyAttachment,
  readTextFile,
  IMAGE_LIMIT_BYTES,
  imageTypeOf,
  TEXT_LIMIT_BYTES,
} from '../../bridge/matrix/attachment.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import type { Attachment } from '../../bridge/protocol/room-event.ts';
import type { ReadAttachment } from './context.ts';

/** Only what was posted lately is read; older files are named. */
const LATEST_MESSAGES = 20;
const LATEST_FILES = 6;
const REMEMBERED = 50;
/** Ours are read within milliseconds; another server's may never come. */
const LOOK_MS = 5_000;

const NOT_FETCHED: ReadAttachment = { kind: 'unreadable', why: 'could not be fetched' };

/** Files of the room as models take them, each fetched once for all agents. */
export class Attachments {
  readonly #known = new Map<string, Promise<ReadAttachment>>();

  async read(entries: readonly Entry[], account: Account): Promise<ReadonlyMap<EventId, ReadAttachment>> {
    const withFiles = entries
      .slice(-LATEST_MESSAGES)
      .flatMap(({ event }) =>
        event.attachment === undefined || event.chavion !== undefined
          ? []
          : [{ id: event.eventId, file: event.attachment }],
      );
    const read = withFiles
      .slice(-LATEST_FILES)
      .map(async ({ id, file }) => [id, await this.#once(file, account)] as const);
    return new Map(await Promise.all(read));
  }

  /** Only of what agents would be given as text, and not for longer than the others in the room can wait. */
  async holdsSecret(file: Attachment, reader: () => Promise<Account>): Promise<boolean> {
    if (classifyAttachment(file).kind !== 'text') return false;
    const looking = reader()
      .then((account) => this.#once(file, account))
      .catch(() => NOT_FETCHED);
    const read = await Promise.race([looking, sleep(LOOK_MS, NOT_FETCHED, { ref: false })]);
    return read.kind === 'text' && read.masked === true;
  }

  #once(file: Attachment, account: Account): Promise<ReadAttachment> {
    const known = this.#known.get(file.url);
    if (known !== undefined) return known;
    const reading = fetchAttachment(file, account);
    this.#known.set(file.url, reading);
    // What could not be fetched this time is asked for again at the next question.
    void reading.then((read) => {
      if (read === NOT_FETCHED && this.#known.get(file.url) === reading) this.#known.delete(file.url);
    });
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return reading;
  }
}

async function fetchAttachment(file: Attachment, account: Account): Promise<ReadAttachment> {
  const readable = classifyAttachment(file);
  if (readable.kind === 'unreadable')
    return { kind: 'unreadable', why: readable.why === 'too-big' ? 'too big' : `type ${file.mediaType}` };
  try {
    const data = await account.download(file.url, readable.kind === 'text' ? TEXT_LIMIT_BYTES : IMAGE_LIMIT_BYTES);
    if (readable.kind === 'text') {
      const read = readTextFile(data);
      return read === null ? { kind: 'unreadable', why: 'not text' } : { kind: 'text', ...read };
    }
    const mediaType = imageTypeOf(data);
    return mediaType === null ? { kind: 'unreadable', why: 'not an image' } : { kind: 'image', mediaType, data };
  } catch {
    return NOT_FETCHED;
  }
}
