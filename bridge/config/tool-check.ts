import { z } from 'zod';
import { ToolCheck } from '../protocol/tools/tool-servers.ts';

const ToolCheckSettings = z.object({
  CHAVION_EXECUTOR_FOLDER: z.string().startsWith('/'),
  CHAVION_TOOL_CHECK: z.string(),
  CHAVION_TZ: z.string(),
  CHAVION_DROP_TO: z.string().optional(),
});

/** What the launcher put into the environment of the process that tries an MCP server. */
export function toolCheckEnvironment(): {
  readonly folder: string;
  readonly check: ToolCheck;
  readonly timeZone: string;
  readonly dropTo: string | undefined;
} {
  const settings = ToolCheckSettings.safeParse(process.env);
  if (!settings.success)
    throw new Error(
      `this is started by npm start -- tools; its environment is not complete:\n${z.prettifyError(settings.error)}`,
    );
  const { CHAVION_EXECUTOR_FOLDER: folder, CHAVION_TZ: timeZone, CHAVION_DROP_TO: dropTo } = settings.data;
  return { folder, timeZone, dropTo, check: ToolCheck.parse(JSON.parse(settings.data.CHAVION_TOOL_CHECK)) };
}
