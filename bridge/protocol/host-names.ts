/**
 * Which names a server answers to. A page of a stranger can make its own name lead to this machine (DNS rebinding) and
 * then reads, with its visitor's browser, whatever answers without a key: so a name counts only where it is ours, or
 * where nobody on the internet can own it. Pure.
 */

/** RFC 6761, 6762, 8375: never somebody's in the public DNS; `preview.invalid` is what the screenshots use. */
const NOBODYS = /\.(?:localhost|local|internal|invalid|test|lan|home\.arpa)$/;

/** @param header as it was sent, with or without a port; absent from what no browser speaks. */
export function isKnownHost(header: string | undefined, ours: readonly string[]): boolean {
  if (header === undefined) return true;
  const name = header
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '');
  if (name.length > 253) return false;
  // A literal address is no name that could be led elsewhere, and one word alone is no name of the public DNS.
  if (/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|[a-z0-9_-]+)$/.test(name) || NOBODYS.test(name)) return true;
  return ours.includes(name);
}

export const ownHostNames = (...urls: readonly (string | undefined)[]): readonly string[] =>
  urls.flatMap((url) => (url === undefined ? [] : [new URL(url).hostname.toLowerCase()]));
