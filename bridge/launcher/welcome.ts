import { toString as qr } from 'qrcode';
import { localAddress } from '../../synapse/homeserver-config.ts';
import type { UserId } from '../protocol/ids.ts';
import type { Settings } from '../protocol/settings.ts';
import { launcherText } from '../text/terminal/launcher.ts';
import { type Terminal, padded } from './instance/terminal.ts';

export interface Welcome {
  readonly terminal: Terminal;
  readonly settings: Settings;
  /** Null: not known any more. */
  readonly master: { readonly userId: UserId; readonly password: string | null };
  /** No agent has a key. */
  readonly rehearsal: boolean;
  readonly separated: boolean;
}

/** https://docs.element.io: opens the app, or offers it, with the homeserver filled in. */
export const mobileLink = (address: string): string =>
  `https://mobile.element.io/element/?hs_url=${encodeURIComponent(address)}`;

/** What a person needs to come in. */
export async function welcome({ terminal, settings, master, rehearsal }: Welcome): Promise<void> {
  const text = launcherText.welcome[terminal.lang](localAddress(settings));
  const row = (name: string, value: string) => terminal.line(`  ${padded(name, 14)} ${value}`);
  terminal.line();
  terminal.mark(true, text.open);
  terminal.line();
  row(text.homeserver, localAddress(settings));
  row(text.user, master.userId);
  row(text.password, master.password ?? text.otherPassword);
  row(text.room, text.hq);
  row('', text.memory);
  terminal.line();
  row(text.computer, text.elementWeb);
  if (settings.CHAVION_PUBLIC_URL === undefined) {
    row(text.phone, text.noPhone);
  } else {
    const link = mobileLink(settings.CHAVION_PUBLIC_URL);
    row(text.phone, link);
    if (terminal.interactive)
      for (const line of (await qr(link, { type: 'terminal', small: true })).split('\n')) terminal.line(`  ${line}`);
  }
  row(text.here, 'npm run chat');
  terminal.line();
  if (rehearsal) terminal.mark('note', text.rehearsal);
  terminal.line(`  ${text.stop}`);
}
