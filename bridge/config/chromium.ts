import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** By the names that distributions give it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Where Chromium is installed, if it is. */
export function findChromium(path = process.env['PATH'] ?? ''): string | undefined {
  return NAMES.flatMap((name) => path.split(delimiter).map((folder) => join(folder, name))).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
