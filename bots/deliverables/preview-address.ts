import type { SwarmSettings } from '../../bridge/protocol/settings.ts';
import { type Address, publicAddress } from '../residents/public-address.ts';

type Where = Pick<
  SwarmSettings,
  'CHAVION_PREVIEW_PORT' | 'CHAVION_PREVIEW_URL' | 'CHAVION_PUBLIC_URL' | 'CHAVION_LISTEN'
>;

/** Pure. Where a browser finds the preview server, and whether only one on this machine does. */
export const previewAddress = ({
  CHAVION_PREVIEW_PORT: port,
  CHAVION_PREVIEW_URL: own,
  CHAVION_PUBLIC_URL: home,
  CHAVION_LISTEN: listen,
}: Where): Address => publicAddress({ port, own, home, listen });
