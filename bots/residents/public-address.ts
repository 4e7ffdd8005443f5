import type { SwarmSettings } from '../../bridge/protocol/settings.ts';

export interface Address {
  /** Without a slash at its end. */
  readonly base: string;
  /** Nobody on another machine gets there by it. */
  readonly onlyHere: boolean;
}

interface Where {
  readonly port: number;
  /** What the owner says it is. */
  readonly own: string | undefined;
  readonly home: SwarmSettings['CHAVION_PUBLIC_URL'];
  readonly listen: SwarmSettings['CHAVION_LISTEN'];
}

/** Pure. Under which address a server of the swarm is found: never one that nobody has said leads to it. */
export function publicAddress({ port, own, home, listen }: Where): Address {
  if (own !== undefined) return { base: own, onlyHere: isThisMachine(new URL(own).hostname) };
  // In a network at home all are reached by the same name; what stands behind https has a proxy that knows one of them.
  const public_ = home === undefined ? null : new URL(home);
  if (listen === '0.0.0.0' && public_?.protocol === 'http:')
    return { base: `http://${public_.hostname}:${port}`, onlyHere: isThisMachine(public_.hostname) };
  return { base: `http://127.0.0.1:${port}`, onlyHere: true };
}

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
