import { z } from 'zod';

/** One tool as its server describes it; what is not named here is the server's own affair. */
export const DescribedTool = z.object({
  name: z.string().max(200),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()),
  annotations: z.record(z.string(), z.unknown()).optional(),
});
export type DescribedTool = z.infer<typeof DescribedTool>;

/** What `mcp-call.ts` is told on its input: one JSON value. */
export const McpErrand = z.object({
  connection: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('http'),
      url: z.string(),
      /** Of the proxy that lets it out. */
      socket: z.string().optional(),
    }),
    z.object({
      kind: z.literal('stdio'),
      argv: z.tuple([z.string()], z.string()),
      /** All that it gets: nothing of the program's own. */
      environment: z.record(z.string(), z.string()),
    }),
  ]),
  /** Without it the tools are listed only. `tool`: as it has to be still, else it is not called. */
  call: z.object({ tool: DescribedTool, arguments: z.record(z.string(), z.unknown()) }).optional(),
  timeoutMs: z.int().positive(),
});
export type McpErrand = z.infer<typeof McpErrand>;

export const MOST_LISTED = 256;
const tools = z.array(z.unknown()).max(MOST_LISTED);

/** What it answers. Everything in it is a stranger's word. */
export const McpAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listed'), tools }),
  z.object({ kind: z.literal('called'), text: z.string(), failed: z.boolean(), tools }),
  /** It is no longer the tool that was pinned: it was not called. */
  z.object({ kind: z.literal('changed'), tools }),
  z.object({ kind: z.literal('failed'), why: z.string().max(600) }),
]);
export type McpAnswer = z.infer<typeof McpAnswer>;
