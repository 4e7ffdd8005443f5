import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import {
  classifyAttachment,
  readTextFile,
  IMAGE_LIMIT_BYTES,
  imageTypeOf,
  isText,
  TEXT_LIMIT_BYTES,
} from '../../bridge/matrix/attachment.ts';
import {
  ARCHIVE_LIMIT_BYTES,
  LOOK_LIMIT_BYTES,
  lookOf,
  type SecretsFound,
  secretsInArchive,
  secretsInText,
} from '../../bridge/matrix/file-secrets.ts';
import type { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import type { Attachment } from '../../bridge/protocol/room-event.ts';
import { isDocument } from '../../bridge/protocol/orders/posted-document.ts';
import type { ReadAttachment } from './line.ts';
import type { DocumentReading } from './posted-documents.ts';

/** How many messages of people a file outlives; older ones are named. Every call pays for an image anew. */
const OUTLIVES = { text: 8, image: 3, unreadable: 8 } as const;
const LATEST_FILES = 6;
const REMEMBERED = 50;
/** Ours are read within milliseconds; another server's may never come. */
const LOOK_MS = 5_000;

const NOT_FETCHED: ReadAttachment = { kind: 'unreadable', why: 'could not be fetched' };
/** The executor is away, or has long documents before it. */
const NOT_READ_YET: ReadAttachment = { kind: 'unreadable', why: 'it could not be read yet: ask again in a minute' };
const ASKED_AGAIN_MS = 60_000;
const NOT_TEXT: ReadAttachment = { kind: 'unreadable', why: 'not text' };

/** Files of the room as models take them, each fetched once for all agents. */
export class Attachments {
  readonly #known = new Map<string, Promise<ReadAttachment>>();
  readonly #readDocument: DocumentReading | undefined;

  /** Without `readDocument` files that are neither text nor picture are only named. */
  constructor(readDocument?: DocumentReading) {
    this.#readDocument = readDocument;
  }

  async read(entries: readonly Entry[], account: Account): Promise<ReadonlyMap<EventId, ReadAttachment>> {
    const withFiles: Posted[] = [];
    let since = 0;
    for (const { event } of entries.toReversed()) {
      if (since > OUTLIVES.text || withFiles.length === LATEST_FILES) break;
      if (event.chavion !== undefined) continue;
      if (event.attachment === undefined) since += 1;
      else if (since <= OUTLIVES[classifyAttachment(event.attachment).kind])
        withFiles.push({ id: event.eventId, room: event.roomId, file: event.attachment });
    }
    return this.#all(withFiles, account);
  }

  /** Of files that people posted, however long ago. */
  async again(entries: readonly Entry[], account: Account): Promise<ReadonlyMap<EventId, ReadAttachment>> {
    const posted = entries.flatMap(({ event: { eventId, roomId, attachment, chavion } }) =>
      attachment === undefined || chavion !== undefined ? [] : { id: eventId, room: roomId, file: attachment },
    );
    return this.#all(posted.slice(-LATEST_FILES), account);
  }

  async #all(files: readonly Posted[], account: Account): Promise<ReadonlyMap<EventId, ReadAttachment>> {
    return new Map(
      await Promise.all(
        files.map(async ({ id, room, file }) => {
          const document = this.#readDocument && isDocument(file) ? () => this.#readDocument?.(room, id) : undefined;
          return [id, await this.#once(file, account, document)] as const;
        }),
      ),
    );
  }

  /** Not for longer than the others in the room can wait. */
  async secretsIn(file: Attachment, reader: () => Promise<Account>): Promise<SecretsFound> {
    const looking = reader()
      .then((account) => this.#lookThrough(file, account))
      .catch(() => 'not-looked' as const);
    return Promise.race([looking, sleep(LOOK_MS, 'not-looked' as const, { ref: false })]);
  }

  async #lookThrough(file: Attachment, account: Account): Promise<SecretsFound> {
    const readable = classifyAttachment(file);
    if (readable.kind === 'text') {
      const read = await this.#once(file, account);
      if (read.kind === 'text') return read.masked === true ? 'held' : 'none';
      if (read === NOT_TEXT) return 'none';
    }
    const long =
      readable.kind === 'text' || (readable.kind === 'unreadable' && readable.why === 'too-big' && isText(file));
    const look = long ? 'text' : lookOf(file);
    if (look === 'none') return 'none';
    if (look === 'closed') return 'not-looked';
    const { bytes, whole } = await account.beginning(
      file.url,
      look === 'text' ? LOOK_LIMIT_BYTES : ARCHIVE_LIMIT_BYTES,
    );
    if (look === 'text') return secretsInText(bytes, whole);
    return whole ? secretsInArchive(bytes) : 'not-looked';
  }

  #once(file: Attachment, account: Account, document?: DocumentAsked): Promise<ReadAttachment> {
    const known = this.#known.get(file.url);
    if (known !== undefined) return known;
    const reading = fetchAttachment(file, account, document);
    this.#known.set(file.url, reading);
    // What could not be fetched this time is asked for again at the next question.
    const forget = () => {
      if (this.#known.get(file.url) === reading) this.#known.delete(file.url);
    };
    void reading.then((read) => {
      if (read === NOT_FETCHED) forget();
      // Not at once: each answer would wait anew.
      if (read === NOT_READ_YET) setTimeout(forget, ASKED_AGAIN_MS).unref();
    });
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return reading;
  }
}

interface Posted {
  readonly id: EventId;
  readonly room: RoomId;
  readonly file: Attachment;
}
type DocumentAsked = () => Promise<ReadAttachment | null> | undefined;

async function fetchAttachment(file: Attachment, account: Account, document?: DocumentAsked): Promise<ReadAttachment> {
  const readable = classifyAttachment(file);
  if (readable.kind === 'unreadable' && document !== undefined)
    return (await document()?.catch(() => null)) ?? NOT_READ_YET;
  if (readable.kind === 'unreadable')
    return { kind: 'unreadable', why: readable.why === 'too-big' ? 'too big' : `type ${file.mediaType}` };
  try {
    const data = await account.download(file.url, readable.kind === 'text' ? TEXT_LIMIT_BYTES : IMAGE_LIMIT_BYTES);
    if (readable.kind === 'text') {
      const read = readTextFile(data);
      return read === null ? NOT_TEXT : { kind: 'text', ...read };
    }
    const mediaType = imageTypeOf(data);
    return mediaType === null ? { kind: 'unreadable', why: 'not an image' } : { kind: 'image', mediaType, data };
  } catch {
    return NOT_FETCHED;
  }
}
