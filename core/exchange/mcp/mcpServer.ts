import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { CallInput, CallName, CallOutput } from '../../contract/calls.ts';
import {
  daySchema,
  MEMORY_LIMITS,
  rememberedSchema,
  skillSelectionSchema,
  spaceNameSchema,
} from '../../contract/memory.ts';
import type { LiveMemory } from '../../contract/memory.ts';
import type { Skill } from '../../contract/skill.ts';
import { AppError } from '../../shared/errors.ts';

/**
 * A workspace's skills and live memory for agents (Model Context Protocol). Law: without `canWrite` no tool changes
 * anything; those that would are not there at all.
 */

/** How the server reaches the workspace. */
export interface WorkspaceCalls {
  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    signal?: AbortSignal,
  ): Promise<CallOutput<Name>>;
}

export interface McpServerOptions {
  readonly workspace: WorkspaceCalls;
  readonly canWrite: boolean;
  readonly version: string;
}

const DEFAULT_SPACE = 'default';
const DEFAULT_LIMIT = 10;

const space = spaceNameSchema
  .default(DEFAULT_SPACE)
  .describe('Name of the memory space; a space for each user, project or agent keeps them apart.');
const day = daySchema.nullable().default(null);

const recalledSchema = z.strictObject({
  memories: z.array(
    z.strictObject({
      id: z.string(),
      text: z.string(),
      date: z.string().nullable(),
      skill: z.string(),
      writtenBy: z.string(),
      score: z.number(),
      similarity: z.number().nullable(),
    }),
  ),
});
const skillTextSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  description: z.string(),
  instruction: z.string(),
  bankVersion: z.number().int(),
  bankHash: z.string(),
});
const forgottenSchema = z.strictObject({ forgotten: z.array(z.string()) });

function result(value: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value, null, 2) }], structuredContent: value };
}

function skillMarkdown({ name, type, description, instruction }: Skill): string {
  return `# ${name}\n\n${description}\n\nKind of memory action: ${type}\n\n${instruction}\n`;
}

function brief({ id, text, origin }: LiveMemory): Record<string, unknown> {
  return { id, text, date: origin.date, skill: origin.skill };
}

async function skillNamed(
  workspace: WorkspaceCalls,
  name: string,
): Promise<{ skill: Skill; bankVersion: number; bankHash: string }> {
  const bank = await workspace.call('bank.get', { version: null });
  const skill = bank.skills.find((one) => one.name === name);
  if (skill !== undefined) return { skill, bankVersion: bank.version, bankHash: bank.hash };
  throw new AppError(
    'NOT_FOUND',
    `The bank has no skill "${name}": it has ${bank.skills.map((one) => one.name).join(', ')}.`,
  );
}

function addSkillTools(server: McpServer, { workspace }: McpServerOptions): void {
  server.registerTool(
    'select_memory_skills',
    {
      title: 'Select memory skills',
      description:
        'Says which memory skills fit a text, given what is remembered already. The trained controller chooses where there is one, else similarity does; the reason says which.',
      inputSchema: {
        text: z.string().min(1).max(200_000).describe('What was said or read, for example the last turns.'),
        memories: z
          .array(z.string().min(1))
          .max(100)
          .default([])
          .describe('Memories at hand; without any, those the space recalls.'),
        space,
        run: z.string().nullable().default(null).describe('Use this run’s bank and controller.'),
        k: z.number().int().min(1).max(50).nullable().default(null),
      },
      outputSchema: skillSelectionSchema.shape,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ text, memories, space: name, run, k }, { signal }) =>
      result(
        await workspace.call('memory.selectSkills', { text, memories, space: name, runId: run, k }, signal),
      ),
  );
  server.registerTool(
    'get_memory_skill',
    {
      title: 'Get a memory skill',
      description: 'The full instruction of one skill of the current bank, to be followed as it is.',
      inputSchema: { name: z.string().min(1) },
      outputSchema: skillTextSchema.shape,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ name }) => {
      const { skill, bankVersion, bankHash } = await skillNamed(workspace, name);
      const { type, description, instruction } = skill;
      return result({ name, type, description, instruction, bankVersion, bankHash });
    },
  );
}

function addRecallTool(server: McpServer, { workspace }: McpServerOptions): void {
  server.registerTool(
    'recall',
    {
      title: 'Recall memories',
      description: 'Memories of a space that fit a question, by meaning and by words, best first.',
      inputSchema: {
        query: z.string().min(1).max(MEMORY_LIMITS.textLength),
        space,
        limit: z.number().int().min(1).max(MEMORY_LIMITS.foundAtOnce).default(DEFAULT_LIMIT),
        from: day.describe('From this day on, 2024-05-08.'),
        to: day.describe('Up to this day.'),
        skill: z.string().nullable().default(null).describe('Only what this skill wrote.'),
      },
      outputSchema: recalledSchema.shape,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ query, space: name, limit, from, to, skill }, { signal }) => {
      const known = await workspace.call('memory.spaces', {}, signal);
      // A space is made by what is first written to it: before that nothing is remembered, which is no mistake.
      if (!known.some((one) => one.name === name)) return result({ memories: [] });
      const filter = { from, to, skill };
      const hits = await workspace.call('memory.search', { space: name, query, limit, filter }, signal);
      const memories = hits.map(({ memory, score, similarity }) => ({
        id: memory.id,
        text: memory.text,
        date: memory.origin.date,
        skill: memory.origin.skill,
        writtenBy: memory.origin.author,
        score,
        similarity,
      }));
      return result({ memories });
    },
  );
}

function addWritingTools(server: McpServer, { workspace }: McpServerOptions): void {
  server.registerTool(
    'remember',
    {
      title: 'Remember a text',
      description:
        'Runs memory skills on a text and keeps what they say is worth keeping. Without skills, they are selected for each part of the text.',
      inputSchema: {
        text: z.string().min(1).max(200_000),
        space,
        date: day.describe('The day the text is of, 2024-05-08: relative dates count from it.'),
        skills: z.array(z.string()).min(1).max(50).nullable().default(null),
      },
      outputSchema: {
        ...rememberedSchema.shape,
        inserted: z.array(z.looseObject({ id: z.string(), text: z.string() })),
        updated: z.array(z.looseObject({ id: z.string(), text: z.string() })),
      },
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    },
    async ({ text, space: name, date, skills }, { signal }) => {
      const author = `mcp:${server.server.getClientVersion()?.name ?? 'unnamed'}`.slice(0, 100);
      const input = { space: name, text, date, skills, runId: null, author };
      const done = await workspace.call('memory.remember', input, signal);
      return result({ ...done, inserted: done.inserted.map(brief), updated: done.updated.map(brief) });
    },
  );
  server.registerTool(
    'forget',
    {
      title: 'Forget memories',
      description:
        'Deletes memories for good, by the ids that recall gave: they are found no more at once. This cannot be undone.',
      inputSchema: { ids: z.array(z.string()).min(1).max(1000) },
      outputSchema: forgottenSchema.shape,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ ids }, { signal }) => {
      const { forgotten } = await workspace.call('memory.forget', { memoryIds: ids }, signal);
      return result({ forgotten });
    },
  );
}

function addSkillResources(server: McpServer, { workspace }: McpServerOptions): void {
  const uri = (name: string): string => `skill://${encodeURIComponent(name)}`;
  server.registerResource(
    'memory skill',
    new ResourceTemplate('skill://{name}', {
      list: async () => {
        const bank = await workspace.call('bank.get', { version: null });
        return {
          resources: bank.skills.map(({ name, description }) => ({
            uri: uri(name),
            name,
            description,
            mimeType: 'text/markdown',
          })),
        };
      },
    }),
    { description: 'A skill of the current bank: what to remember, and how.', mimeType: 'text/markdown' },
    async (address, { name }) => {
      const { skill } = await skillNamed(workspace, decodeURIComponent(String(name)));
      return {
        contents: [{ uri: address.href, mimeType: 'text/markdown', text: skillMarkdown(skill) }],
      };
    },
  );
}

/** A server that is not connected to a client yet. */
export function createMcpServer(options: McpServerOptions): McpServer {
  const server = new McpServer(
    { name: 'memskill', version: options.version },
    {
      instructions:
        'Memory for agents. Recall before answering about the past. Select memory skills for a text, read them, and follow them' +
        (options.canWrite ? ', or let "remember" run them on the text and keep the result.' : '.'),
    },
  );
  addSkillTools(server, options);
  addRecallTool(server, options);
  if (options.canWrite) addWritingTools(server, options);
  addSkillResources(server, options);
  return server;
}
