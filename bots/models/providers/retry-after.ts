/**
 * How long a provider asks us to wait, in milliseconds: `retry-after-ms` (OpenAI), `retry-after` in seconds or
 * as an HTTP date (RFC 9110, 10.2.3), or the `retryDelay` of Google's RetryInfo in the body.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, body: string, now: number): number | undefined {
  const milliseconds = wholeNumber(headers['retry-after-ms']);
  if (milliseconds !== undefined) return milliseconds;
  const header = headers['retry-after']?.trim();
  if (header !== undefined && header !== '') {
    const seconds = wholeNumber(header);
    if (seconds !== undefined) return Math.ceil(seconds * 1000);
    // Date.parse takes "-5" for a year.
    const date = /^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/.test(header) ? Date.parse(header) : NaN;
    if (Number.isFinite(date)) return Math.max(0, date - now);
  }
  const delay = /"retryDelay"\s*:\s*"(\d{1,6}(?:\.\d{1,9})?)s"/.exec(body)?.[1];
  return delay === undefined ? undefined : Math.ceil(Number(delay) * 1000);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}(?:\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}
