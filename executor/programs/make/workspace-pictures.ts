import { lstatSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { imageSize } from './image-size.ts';
import type { FindPicture } from './markdown-blocks.ts';

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_PIXELS = 40_000_000;
const MOST_PICTURES = 30;

/** Pictures of the workspace, each by a path in it: nothing is fetched, nothing outside is opened, links are not followed. */
export function picturesIn(root: string): FindPicture {
  let found = 0;
  return (said) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(said) || said.startsWith('//'))
      return 'only pictures of the workspace can be shown, by their path';
    const path = posix.normalize(said.replace(/^(?:\.\/)+/, ''));
    if (path === '' || path.startsWith('/') || path.split('/').includes('..') || path.includes('\0'))
      return 'not a path in the workspace';
    found += 1;
    if (found > MOST_PICTURES) return `more than ${MOST_PICTURES} pictures`;
    try {
      const whole = posix.join(root, path);
      const stat = lstatSync(whole);
      if (!stat.isFile()) return 'not a plain file';
      if (stat.size > MOST_BYTES) return 'larger than 4 MiB';
      const bytes = readFileSync(whole);
      const size = imageSize(bytes);
      if (size === null) return 'neither a PNG nor a JPEG';
      return size.width * size.height > MOST_PIXELS ? 'too many pixels' : { bytes, ...size };
    } catch {
      return 'no such file in the workspace';
    }
  };
}
