/** What the house can make, by the ending of the file's name: Markdown for texts, data as JSON for tables, charts and dates. */
export const DOCUMENT_KINDS = ['md', 'html', 'pdf', 'docx', 'pptx', 'xlsx', 'png', 'ics'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** Null where the ending is none of them. */
export function documentKindOf(path: string): DocumentKind | null {
  const ending = /\.([A-Za-z]{2,4})$/.exec(path)?.[1]?.toLowerCase();
  return DOCUMENT_KINDS.find((kind) => kind === ending) ?? null;
}
