/** How three clients are told of the server. */

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface ClientConfig {
  readonly client: string;
  /** Where it goes, as the client's own documentation has it. */
  readonly file: string;
  readonly config: unknown;
}

const NAME = 'memskill';

export function clientConfigs({ command, args }: ServerCommand): ClientConfig[] {
  const servers = { mcpServers: { [NAME]: { command, args } } };
  return [
    { client: 'Claude Desktop', file: 'claude_desktop_config.json', config: servers },
    { client: 'Cursor', file: '.cursor/mcp.json', config: servers },
    {
      client: 'Visual Studio Code',
      file: '.vscode/mcp.json',
      config: { servers: { [NAME]: { type: 'stdio', command, args } } },
    },
  ];
}
