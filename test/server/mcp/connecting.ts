/** Clients of the protocol over the real process and over a server's route. */
import { Client, StreamableHTTPClientTransport, type CallToolResult, type ClientOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { resolve } from 'node:path';
import { expect } from 'vitest';
import type { TestServer } from '../serving.ts';

export const CLI = resolve(import.meta.dirname, '../../../src/cli.ts');
/** What a client says that speaks this version, and no other. */
export const SPEAKING = {
  '2024-11-05': { supportedProtocolVersions: ['2024-11-05'] },
  '2025-03-26': { supportedProtocolVersions: ['2025-03-26'] },
  '2025-06-18': { supportedProtocolVersions: ['2025-06-18'] },
  '2025-11-25': {},
  '2026-07-28': { versionNegotiation: { mode: { pin: '2026-07-28' } } },
} as const satisfies Readonly<Record<string, ClientOptions>>;

export interface Connection extends AsyncDisposable {
  readonly client: Client;
  /** What a tool answers; throws where it refuses. The client holds it against the tool's schema. */
  // Answers are looked at as JSON, whatever their shape.
  call(name: string, input?: Record<string, unknown>): Promise<any>;
  /** What a tool says where it refuses. */
  refused(name: string, input?: Record<string, unknown>): Promise<string>;
}

const text = ({ content }: CallToolResult) => content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');

async function connected(transport: StdioClientTransport | StreamableHTTPClientTransport, options: ClientOptions): Promise<Connection> {
  const client = new Client({ name: 'test', version: '1.0.0' }, options);
  await client.connect(transport);
  await client.listTools();
  const ask = (name: string, input: Record<string, unknown>) => client.callTool({ name, arguments: input });
  return {
    client,
    call: async (name, input = {}) => {
      const result = await ask(name, input);
      if (result.isError === true) throw new Error(text(result));
      expect(JSON.parse(text(result))).toEqual(result.structuredContent);
      return result.structuredContent;
    },
    refused: async (name, input = {}) => {
      const result = await ask(name, input);
      expect(result.isError, text(result)).toBe(true);
      return text(result);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** `plans mcp` as a client starts it. */
export function overStdio(root: string, options: ClientOptions = {}, ...words: readonly string[]): Promise<Connection> {
  const env = { ...(process.env as Record<string, string>) };
  return connected(
    new StdioClientTransport({ command: process.execPath, args: [CLI, 'mcp', ...words], cwd: root, env, stderr: 'inherit' }),
    options,
  );
}

/** `/mcp` of a server that is asked without a socket. */
export function overHttp(
  server: TestServer,
  headers: Readonly<Record<string, string>> = {},
  options: ClientOptions = {},
): Promise<Connection> {
  return connected(
    new StreamableHTTPClientTransport(new URL('http://localhost:4280/mcp'), {
      requestInit: { headers },
      fetch: (url, init) => server.fetch(new URL(url).pathname, init),
    }),
    options,
  );
}
