import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from '../../bridge/processes/child.ts';
import type { Lang } from '../../bridge/protocol/ids.ts';
import { pngSize } from '../../bridge/matrix/png-size.ts';

export interface ShotWish {
  /** The browser's program. */
  readonly chromium: string;
  /** Of the preview server on this machine. */
  readonly port: number;
  /** `/p/…/` */
  readonly path: string;
  readonly lang: Lang;
  readonly timeZone: string;
  /** A page that never comes to rest is left alone by then; 30. */
  readonly seconds?: number;
}

const MOST_S = 30;
const NAME = 'chavion-shot-';
/** A phone, in its own pixels and in the picture's. */
const PHONE = { width: 390, height: 844, scale: 2 };
/** A name that no server has. */
export const PREVIEW_HOST = 'preview.invalid';

/** Chromium's arguments under which HOST is this port, and nothing else is anywhere: literal addresses go by these rules too. */
export const confinement = (port: number): readonly string[] => [
  `--host-resolver-rules=MAP ${PREVIEW_HOST} 127.0.0.1:${port}, MAP * ~NOTFOUND`,
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--no-proxy-server',
  '--disable-quic',
];

const FONTS = ['400Regular/NanumGothic_400Regular', '700Bold/NanumGothic_700Bold'].map((face) =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/nanum-gothic/${face}.ttf`)),
);

/**
 * A page as a phone shows it, in a PNG; null where the browser did not come to it. Everything of the browser is in a
 * folder that goes afterwards, it keeps its own sandbox, has no secret in its environment, and every name and
 * address but the preview server is unknown to it.
 */
export async function takeScreenshot(wish: ShotWish): Promise<Uint8Array | null> {
  await clearAway();
  const home = await mkdtemp(join(tmpdir(), NAME));
  try {
    const picture = join(home, 'page.png');
    await run(wish, home, picture, await fontsIn(home));
    const bytes = await readFile(picture).catch(() => null);
    return bytes === null || pngSize(bytes) === null ? null : bytes;
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Folders of a process that was killed. Its browser has ended by then, too. */
async function clearAway(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (
      !name.startsWith(NAME) ||
      Date.now() - ((await stat(folder).catch(() => null))?.mtimeMs ?? Date.now()) < 10 * MOST_S * 1_000
    )
      continue;
    // It may be another account's.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function run(
  { chromium, port, path, lang, timeZone, seconds = MOST_S }: ShotWish,
  home: string,
  picture: string,
  fonts: string,
): Promise<void> {
  const args = [
    '--headless',
    `--screenshot=${picture}`,
    `--window-size=${PHONE.width},${PHONE.height}`,
    `--force-device-scale-factor=${PHONE.scale}`,
    '--hide-scrollbars',
    `--user-data-dir=${join(home, 'profile')}`,
    `--lang=${lang}`,
    `--accept-lang=${lang}`,
    ...confinement(port),
    '--disable-gpu',
    '--disable-extensions',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-breakpad',
    '--no-first-run',
    '--no-default-browser-check',
    '--mute-audio',
    `http://${PREVIEW_HOST}${path}`,
  ];
  // `timeout` holds when this process dies, too. A group of its own, so that all of it can be ended.
  const child = startChild('timeout', ['--signal=KILL', String(seconds), chromium, ...args], {
    cwd: home,
    killDescendants: true,
    stdio: 'ignore',
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: home,
      TMPDIR: home,
      XDG_RUNTIME_DIR: home,
      LANG: 'C.UTF-8',
      TZ: timeZone,
      FONTCONFIG_FILE: fonts,
    },
  });
  // Where there is no `timeout`, or it cannot be started, there is no picture.
  await child;
  // What it has left behind.
  child.kill('SIGKILL');
}

/** Servers rarely have a Korean font. Copied, since the browser may find no way to where the project lies. @returns a fonts.conf */
async function fontsIn(home: string): Promise<string> {
  const folder = join(home, 'fonts');
  await mkdir(folder);
  await Promise.all(FONTS.map((font) => copyFile(font, join(folder, basename(font)))));
  const file = join(home, 'fonts.conf');
  await writeFile(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>${folder}</dir><cachedir>${join(home, 'font-cache')}</cachedir></fontconfig>`,
  );
  return file;
}
