import { createSocket, type Socket } from 'node:dgram';

/** What a name stands for: always the same, or one answer after the other, the last of them from then on. */
export type Names = Readonly<Record<string, readonly string[] | { readonly inTurn: readonly (readonly string[])[] }>>;

const A = 1;
const NO_SUCH_NAME = 3;

/** A name service as a resolver asks one (RFC 1035): addresses of version 4 that nobody may keep, and no others. */
export async function startNameService(names: Names): Promise<Disposable & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const turns = new Map<string, number>();
  const addressesOf = (name: string): readonly string[] | undefined => {
    const known = names[name];
    if (known === undefined || !('inTurn' in known)) return known;
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    return known.inTurn[Math.min(turn, known.inTurn.length - 1)];
  };
  const socket: Socket = createSocket('udp4', (query, from) => {
    const end = query.indexOf(0, 12) + 5;
    const type = query.readUInt16BE(end - 4);
    const name = nameIn(query);
    const found = type === A ? addressesOf(name) : names[name] && [];
    if (type === A) asked.push(name);
    socket.send(answerTo(query.subarray(0, end), found), from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => socket.once('error', reject).bind(53, '127.0.0.1', resolve));
  return { asked, [Symbol.dispose]: () => void socket.close() };
}

function nameIn(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12, length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  return labels.join('.');
}

function answerTo(question: Buffer, addresses: readonly string[] | undefined): Buffer {
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(0x81_80 | (addresses === undefined ? NO_SUCH_NAME : 0), 2);
  for (const [field, count] of [1, addresses?.length ?? 0, 0, 0].entries()) head.writeUInt16BE(count, 4 + 2 * field);
  const records = (addresses ?? []).map((address) =>
    Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([head, question.subarray(12), ...records]);
}
