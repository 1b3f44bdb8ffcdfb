import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createMcpServer, type McpServerOptions } from './mcpServer.ts';

/** Serves the client on this process's stdin and stdout until it closes them or `signal` is aborted. */
export async function serveOnStdio(options: McpServerOptions, signal: AbortSignal): Promise<void> {
  const server = createMcpServer(options);
  const ended = new Promise<void>((done) => {
    // The client is gone when it closes our input; the SDK itself does not look.
    process.stdin.once('end', done);
    process.stdin.once('close', done);
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
}
