import { inflateSync } from 'node:zlib';
import { pngSize } from '../../bridge/matrix/png-size.ts';

/** How many pixels a PNG has of each colour (`r,g,b`). Reads eight bits a channel, not interlaced: as Chromium writes them. */
export function colours(png: Buffer): ReadonlyMap<string, number> {
  const size = pngSize(png);
  const channels = { 2: 3, 6: 4 }[png[25] ?? 0];
  if (size === null || png[24] !== 8 || channels === undefined || png[28] !== 0) throw new Error('not such a PNG');
  const chunks: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      chunks.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const data = inflateSync(Buffer.concat(chunks));
  const width = size.width * channels;
  const counts = new Map<string, number>();
  let above = Buffer.alloc(width);
  for (let y = 0; y < size.height; y += 1) {
    const row = Buffer.from(data.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)));
    const filter = data[y * (width + 1)] ?? 0;
    for (let x = 0; x < width; x += 1)
      row[x] = (row[x] ?? 0) + guess(filter, row[x - channels] ?? 0, above[x] ?? 0, above[x - channels] ?? 0);
    for (let x = 0; x < width; x += channels) {
      const colour = `${row[x]},${row[x + 1]},${row[x + 2]}`;
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    above = row;
  }
  return counts;
}

/** PNG, 9.2: what each filter took away. */
function guess(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return Math.floor((left + up) / 2);
    case 4: {
      const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
      return (a ?? 0) <= (b ?? 0) && (a ?? 0) <= (c ?? 0) ? left : (b ?? 0) <= (c ?? 0) ? up : corner;
    }
    default:
      return 0;
  }
}
