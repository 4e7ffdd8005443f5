import { BlockList, isIP } from 'node:net';
import { INTERNET, type Internet } from './destination.ts';

/** Where clouds keep what a machine must not hand out; nobody's server is there. */
const never = new BlockList();
never.addSubnet('169.254.0.0', 16, 'ipv4');
never.addSubnet('fe80::', 10, 'ipv6');
never.addSubnet('fd00:ec2::', 32, 'ipv6');

/** The internet, and the hosts of his own network that the owner has named, by name or address. */
export function withInnerHosts(hosts: readonly string[], internet: Internet = INTERNET): Internet {
  const inner = new Set(hosts.filter((host) => isIP(host) !== 0));
  return {
    ...internet,
    resolve: async (host) => {
      const addresses = await internet.resolve(host);
      if (hosts.includes(host)) for (const address of addresses) inner.add(address);
      return addresses;
    },
    isPublic: (address) => internet.isPublic(address) || (inner.has(address) && mayBeInner(address)),
  };
}

export const mayBeInner = (address: string): boolean =>
  isIP(address) !== 0 && !never.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
