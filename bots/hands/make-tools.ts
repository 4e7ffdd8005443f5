import { z } from 'zod';
import { codeWords } from '../../bridge/matrix/markdown-words.ts';
import { CHART_TYPES, ChartSpec } from '../../bridge/protocol/documents/chart-spec.ts';
import { DOCUMENT_KINDS } from '../../bridge/protocol/documents/document-kind.ts';
import type { Lang } from '../../bridge/protocol/ids.ts';
import * as say from '../../bridge/text/hands/at-work.ts';
import { commandUse, type CommandToolsDeps } from './command-tools.ts';
import { tool, type Tool } from './tool.ts';

const MAKING_MS = 60_000;

const path = z.string().min(1).max(1_024);
const keep = z
  .boolean()
  .optional()
  .describe('true: it only stays in the workspace, such as a chart for a report. Else the owner gets it as a file.');

const text = z.string().max(40_000);
/** As it comes from a model; what does not fit is told with the field. */
const ChartInput = z.strictObject({
  path: path.describe('Where in the workspace, such as sales.png.'),
  type: z.enum(CHART_TYPES).describe('hbar: lying bars, for long names. stacked: parts of a whole, side by side.'),
  title: text.optional(),
  unit: text.optional().describe('Of the numbers, such as 원, 건, %.'),
  labels: z.array(text).describe('What each value belongs to, at most 60.'),
  series: z
    .array(z.strictObject({ name: text.optional(), values: z.array(z.union([z.number(), z.null()])) }))
    .describe('At most 8; each has as many values as there are labels, null where there is none. Plain numbers.'),
  keep,
});

/** Files that agents make for people, by the house's own program, and hand over. */
export function makeTools(deps: CommandToolsDeps): readonly Tool[] {
  return [
    tool({
      name: 'make_document',
      description: `Makes a file and gives it to the owner in this conversation. The path's ending says which: ${DOCUMENT_KINDS.map((kind) => `.${kind}`).join(' ')}. For .pdf .docx .pptx .html .md the content is Markdown: a # title, ## parts (a slide each), tables, lists, and pictures of the workspace as ![words](chart.png). For .xlsx it is {"sheets":[{"name":"…","rows":[["이름","금액"],["김",1200]]}]}, a Markdown table or CSV: values, no formulas. For .ics it is {"events":[{"title":"…","start":"2026-12-01T09:00","end":"2026-12-01T10:00","place":"…","remind":30}]} by the owner's clock. For a chart use make_chart.`,
      needs: 'act',
      input: z.strictObject({
        path: path.describe('Where in the workspace, such as report.pdf. The owner sees the name.'),
        content: text.min(1),
        keep,
      }),
      use: (wanted, { lang }) => making(deps, wanted, lang),
    }),
    tool({
      name: 'make_chart',
      description:
        'Draws a chart of numbers that you have as a PNG and gives it to the owner. To put it into a document, make it with keep first and name it there.',
      needs: 'act',
      input: ChartInput,
      use: ({ path: to, keep: stays, ...said }, { lang }) => {
        const spec = ChartSpec.safeParse(said);
        if (!spec.success)
          return { bad: spec.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') };
        if (!to.toLowerCase().endsWith('.png')) return { bad: 'path: a chart is a .png' };
        return making(deps, { path: to, content: JSON.stringify(spec.data), keep: stays }, lang);
      },
    }),
    tool({
      name: 'send_file',
      description:
        'Gives the owner a file of the workspace in this conversation, such as one that a script has written; less than 4 MiB. What make_document and make_chart make is given already.',
      needs: 'act',
      input: z.strictObject({ path: path.describe('In the workspace.') }),
      use: ({ path: from }, { lang }) =>
        commandUse(deps, say.sendsFile[lang](codeWords(from, 60)), {
          type: 'send_file',
          id: 'call',
          reason: say.sendsFile[lang](from),
          path: from,
        }),
    }),
  ];
}

function making(
  deps: CommandToolsDeps,
  made: { readonly path: string; readonly content: string; readonly keep?: boolean | undefined },
  lang: Lang,
): ReturnType<typeof commandUse> {
  return commandUse(deps, say.makesDocument[lang](codeWords(made.path, 60)), {
    type: 'make_document',
    id: 'call',
    reason: say.makesDocument[lang](made.path),
    path: made.path,
    content: made.content,
    ...(made.keep === true ? { hand: false } : {}),
    timeoutMs: MAKING_MS,
  });
}
