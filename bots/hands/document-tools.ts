import { z } from 'zod';
import { codeWords } from '../../bridge/matrix/markdown-words.ts';
import * as say from '../../bridge/text/hands/at-work.ts';
import { type CommandToolsDeps, commandUse } from './command-tools.ts';
import { tool, type Tool } from './tool.ts';

/** Documents of the workspace, which posted files are in. */
export const documentTools = (deps: CommandToolsDeps): readonly Tool[] => [
  tool({
    name: 'read_document',
    description:
      'Reads a document of the workspace of this conversation as Markdown: PDF, DOCX, XLSX, PPTX, HWP, HWPX, ODT, CSV, HTML, EML, text in any encoding; of an archive the list of its files. Files that people posted lie there under their names. A long one comes in parts.',
    needs: 'act',
    input: z.strictObject({
      path: z.string().min(1).max(1_024).describe('In the workspace, such as report.pdf.'),
      from: z.int().min(0).max(10_000_000).optional().describe('The letter to begin at, as the part before says.'),
    }),
    use: ({ path, from = 0 }, { lang }) =>
      commandUse(deps, say.readsFile[lang](codeWords(path, 60)), {
        type: 'read_document',
        id: 'call',
        reason: say.readsFile[lang](path),
        path,
        from,
      }),
  }),
];
