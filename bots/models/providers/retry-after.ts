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

const PACIFIC = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});
const DAY_S = 86_400;
const HOUR_S = 3_600;

/**
 * Google's daily quotas are renewed at midnight Pacific time (https://ai.google.dev/gemini-api/docs/rate-limits).
 * Milliseconds, right also on the two days of the year on which an hour is missing or comes twice.
 */
export function untilPacificMidnight(now: number): number {
  const left = (at: number) => {
    const [hour = 0, minute = 0, second = 0] = PACIFIC.format(at).split(':').map(Number);
    return DAY_S - (hour * 60 + minute) * 60 - second;
  };
  const first = now + left(now) * 1000;
  // Where the clocks changed on the way the guess lies an hour beside midnight.
  const beside = DAY_S - left(first);
  return first - now + (beside > DAY_S / 2 ? HOUR_S : beside >= HOUR_S ? -HOUR_S : 0) * 1000;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}(?:\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}
