import type { SwarmSettings } from '../../bridge/protocol/settings.ts';

type Where = Pick<SwarmSettings, 'CHAVION_PREVIEW_PORT' | 'CHAVION_PREVIEW_URL' | 'CHAVION_PUBLIC_URL' | 'CHAVION_LISTEN'>;

/** Pure. Where a browser finds the preview server, and whether only one on this machine does. */
export function previewAddress({ CHAVION_PREVIEW_PORT: port, CHAVION_PREVIEW_URL: own, CHAVION_PUBLIC_URL: home, CHAVION_LISTEN: listen }: Where): { readonly base: string; readonly onlyHere: boolean } {
  if (own !== undefined) return { base: own, onlyHere: false };
  // In a network at home both are reached by the same name; what stands behind https has a proxy that knows one of them.
  const public_ = home === undefined ? null : new URL(home);
  if (listen === '0.0.0.0' && public_?.protocol === 'http:') return { base: `http://${public_.hostname}:${port}`, onlyHere: false };
  return { base: `http://127.0.0.1:${port}`, onlyHere: true };
}
