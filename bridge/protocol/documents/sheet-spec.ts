import { z } from 'zod';

/** A workbook as an agent describes it: values and no formulas. */
const Cell = z.union([z.string().max(8_000), z.number(), z.boolean(), z.null()]);

export const SheetSpec = z.strictObject({
  name: z.string().max(100).default(''),
  /** The first is the heading. */
  rows: z.array(z.array(Cell).max(100)).min(1).max(10_000),
});
export type SheetSpec = z.infer<typeof SheetSpec>;

export const WorkbookSpec = z.strictObject({ sheets: z.array(SheetSpec).min(1).max(20) });
export type WorkbookSpec = z.infer<typeof WorkbookSpec>;
