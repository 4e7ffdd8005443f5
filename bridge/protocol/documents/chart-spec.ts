import { z } from 'zod';

/** A chart as an agent describes it: data and words, nothing of the library that draws it. */
export const CHART_TYPES = ['bar', 'hbar', 'stacked', 'line', 'area', 'pie'] as const;

const words = (most: number) => z.string().max(most);
/** Beyond this a drawn number says nothing. */
const Value = z.number().min(-1e15).max(1e15);

export const MAX_CHART_LABELS = 60;
export const MAX_CHART_SERIES = 8;

export const ChartSpec = z
  .strictObject({
    type: z.enum(CHART_TYPES),
    title: words(120).default(''),
    /** Behind each number: 원, 건, km, %. */
    unit: words(12).default(''),
    labels: z.array(words(60)).min(1).max(MAX_CHART_LABELS),
    series: z
      .array(z.strictObject({ name: words(60).default(''), values: z.array(Value.nullable()) }))
      .min(1)
      .max(MAX_CHART_SERIES),
  })
  .superRefine(({ type, labels, series }, context) => {
    for (const [index, { values }] of series.entries())
      if (values.length !== labels.length)
        context.addIssue({
          code: 'custom',
          path: ['series', index, 'values'],
          message: `${values.length} values for ${labels.length} labels; null stands for none`,
        });
    if (type !== 'pie') return;
    if (series.length > 1) context.addIssue({ code: 'custom', path: ['series'], message: 'a pie has one series' });
    if (series.some(({ values }) => values.some((value) => (value ?? 0) < 0) || values.every((value) => !value)))
      context.addIssue({ code: 'custom', path: ['series'], message: 'a pie needs values above 0 and none below' });
  });
export type ChartSpec = z.infer<typeof ChartSpec>;
