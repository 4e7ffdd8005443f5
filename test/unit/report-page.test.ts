import { describe, expect, it } from 'vitest';
import { reportPage } from '../../bots/tasks/messages/report-page.ts';
import { sayingOf } from '../../bots/tasks/messages/saying.ts';
import { facts, hopeful, planOf, play } from './task-scene.ts';

describe('a report as a page', () => {
  it('stands alone, fits a phone and shows what the Markdown says', () => {
    const page = reportPage('보고서', '# 매출\n\n| 달 | 원 |\n|---|---|\n| 1월 | 3,000 |\n\n```\nls -la\n```', 'ko');
    expect(page).toMatch(/^<!doctype html>\n<html lang="ko">/u);
    expect(page).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(page).toContain('<h1>매출</h1>');
    expect(page).toMatch(/<table>[^]*3,000[^]*<\/table>/u);
    expect(page).toContain('ls -la');
    expect(page).not.toMatch(/<script|\bsrc=|<link|@import|url\(/u);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '![beacon](https://evil.example/x.png)',
    '[go](javascript:alert(1))',
    '</body></html><iframe src="https://evil.example"></iframe>',
    '</style><style>body{display:none}</style>',
  ])('is no way out for %s', (evil) => {
    const page = reportPage(evil, `말\n\n${evil}`, 'en');
    const [, body = ''] = page.split('<body>');
    expect(body).not.toMatch(/<(?:script|img|iframe|style|link)\b|href="javascript/iu);
    expect(page.match(/<\/?(?:style|body|html)>/gu)).toEqual(['<style>', '</style>', '<body>', '</body>', '</html>']);
    expect(page.match(/<title>[^]*<\/title>/u)?.[0]).not.toMatch(/<(?!\/?title>)/u);
  });

  it('comes beside the Markdown of every report, with the same words', async () => {
    const { said } = play({ lang: 'ko', answer: hopeful([planOf('짧게', ['ls; echo ok'])]) });
    const report = said.find(({ say }) => say.what === 'report');
    if (report === undefined) throw new Error('no report');
    const { attachments } = sayingOf(report.state, report.say, facts);
    expect(attachments.map(({ name, mediaType }) => `${name} ${mediaType}`)).toEqual([
      '임무-12-보고서.md text/markdown',
      '임무-12-보고서.html text/html',
    ]);
    const [markdown = '', page = ''] = await Promise.all(
      attachments.map(async ({ read }) => new TextDecoder().decode(await read())),
    );
    expect(markdown).toContain('# 임무 #12 보고서');
    expect(page).toContain('<h1>임무 #12 보고서</h1>');
  });
});
