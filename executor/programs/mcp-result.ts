import type { CallToolResult } from '@modelcontextprotocol/client';

/** As much as a model reads at once. */
const MAX_CHARACTERS = 12_000;

/** What a tool gave, as text: its words joined, what is no text named, what is structured as JSON where there are no words. */
export function resultText({
  content,
  structuredContent,
}: Pick<CallToolResult, 'content' | 'structuredContent'>): string {
  const parts = content.map((part) => {
    switch (part.type) {
      case 'text':
        return part.text;
      case 'image':
      case 'audio':
        return `[${part.type}: ${part.mimeType}, ${Math.ceil((part.data.length * 3) / 4)} bytes]`;
      case 'resource_link':
        return `[file: ${part.name} ${part.uri}]`;
      case 'resource':
        return 'text' in part.resource ? part.resource.text : `[file: ${part.resource.uri}]`;
    }
  });
  const words = parts.join('\n').trim();
  const text = words === '' && structuredContent !== undefined ? JSON.stringify(structuredContent) : words;
  return text.length <= MAX_CHARACTERS
    ? text
    : `${text.slice(0, MAX_CHARACTERS)}\n[cut: ${text.length} characters in all]`;
}
