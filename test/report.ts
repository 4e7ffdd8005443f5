import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { z } from 'zod';

const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(z.object({ name: z.string(), startTime: z.number(), endTime: z.number() })),
});

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The slowest test files, slowest first, as lines to print. */
  readonly slowest: readonly string[];
}

const SHOWN = 10;

/** @param ended whether vitest itself ended well: a file that does not load fails the run without a failed test. */
export function outcomeOf(file: string, ended: boolean, project: string): Outcome {
  try {
    const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
    const failed = report.numFailedTests + (!ended && report.numFailedTests === 0 ? 1 : 0);
    const slowest = report.testResults
      .map(({ name, startTime, endTime }) => ({ name: relative(project, name), seconds: (endTime - startTime) / 1000 }))
      .toSorted((a, b) => b.seconds - a.seconds)
      .slice(0, SHOWN)
      .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${name}`);
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests, slowest };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, slowest: [] };
  }
}
