import { readTools, type ServerTool, type ToolServer } from '../protocol/tools/tool-servers.ts';
import { canonicalHash } from './canonical.ts';

/** Of all that a server says of one tool: another word anywhere in it is another tool. */
export const toolPin = ({ name, title, description, inputSchema, annotations }: ServerTool): string =>
  canonicalHash({ v: 1, name, title, description, inputSchema, annotations });

/** Whom it is that is called, and what the owner lets it do. */
export const serverPin = ({ name, connection, trustReading }: ToolServer): string =>
  canonicalHash({ v: 1, name, connection, trustReading });

/** What is otherwise than it was when the owner saw it, by name. */
export interface ToolChanges {
  readonly changed: readonly string[];
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

/** `listed`: what the server says now. Of tools that the owner did not want none is told. */
export function toolChanges({ tools, only }: ToolServer, listed: readonly unknown[]): ToolChanges | null {
  const pins = new Map(tools.map((tool) => [tool.name, toolPin(tool)]));
  const now = new Map(readTools(listed).tools.map((tool) => [tool.name, toolPin(tool)]));
  const changes = {
    changed: [...pins].filter(([name, pin]) => now.has(name) && now.get(name) !== pin).map(([name]) => name),
    gone: [...pins.keys()].filter((name) => !now.has(name)),
    added: [...now.keys()].filter((name) => !pins.has(name) && (only === undefined || only.includes(name))),
  };
  return changes.changed.length + changes.gone.length + changes.added.length === 0 ? null : changes;
}
