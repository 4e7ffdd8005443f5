import { BlockList, isIP } from 'node:net';

/** Not the open internet (RFC 6890 and the IANA registries of special-purpose addresses). */
const RESERVED_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local: where clouds keep their metadata
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Of 2000::/3, the only part of IPv6 that is routed; the rest, mapped and translated IPv4 included, is refused whole. */
const RESERVED_V6 = [
  ['2001::', 23], // protocol assignments, Teredo among them: IPv4 in disguise
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4: IPv4 in disguise
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const;

const routedV6 = new BlockList();
routedV6.addSubnet('2000::', 3, 'ipv6');
const reserved = new BlockList();
for (const [net, bits] of RESERVED_V4) reserved.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of RESERVED_V6) reserved.addSubnet(net, bits, 'ipv6');

/** True for an address on the open internet, written as the resolver writes addresses; false for anything else. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !reserved.check(address, 'ipv4');
    case 6:
      return !address.includes('%') && routedV6.check(address, 'ipv6') && !reserved.check(address, 'ipv6');
    default:
      return false;
  }
}
