/** One host and port that a job may reach. The host is a name in lower-case ASCII, or an address; no patterns. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port` or `[v6]:port` as a client sends it in CONNECT; undefined when it is neither. */
export function parseAuthority(authority: string, defaultPort?: number): Destination | undefined {
  const found = /^(\[[0-9a-fA-F:.]+\]|[^:@/?#\\\s[\]]+)(?::(\d{1,5}))?$/.exec(authority);
  const [, rawHost, rawPort] = found ?? [];
  const port = rawPort === undefined ? defaultPort : Number(rawPort);
  if (rawHost === undefined || port === undefined || port < 1 || port > 65_535) return undefined;
  return { host: canonicalHost(rawHost), port };
}

/** Names differ in nothing but case and a last dot. Odd spellings of addresses stay odd, and so match nothing. */
export function canonicalHost(host: string): string {
  return host
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
    .replace(/\.$/, '');
}

export const isAllowed = (asked: Destination, allowed: readonly Destination[]): boolean =>
  allowed.some(({ host, port }) => canonicalHost(host) === asked.host && port === asked.port);
