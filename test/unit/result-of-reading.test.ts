import { describe, expect, it } from 'vitest';
import { commandStart } from '../../executor/reports/result-content.ts';

describe('what was read, as far as a result holds it', () => {
  it('keeps its beginning, where it says what it is and where to go on', () => {
    const page = `# 제목\nhttp://news.example.com/ (go on with from: 8000)\n\n${'가'.repeat(20_000)}`;
    const told = commandStart(page, 24_000);
    expect(told.startsWith('# 제목\nhttp://news.example.com/ (go on with from: 8000)\n\n가')).toBe(true);
    expect(told.endsWith('\n[cut here]')).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThanOrEqual(24_000);
    expect(Buffer.byteLength(JSON.stringify(told))).toBeGreaterThan(20_000);
    expect(commandStart('all of it', 24_000)).toBe('all of it');
    const hostile = commandStart('"\u0001\ud800'.repeat(9_000), 12_000);
    expect(Buffer.byteLength(JSON.stringify(hostile))).toBeLessThanOrEqual(12_000);
  });
});
