/** `plans mcp`: MCP on standard input and output, for a client that has started this process. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { SubscribeRequestSchema, UnsubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Readable, Writable } from 'node:stream';
import { createRoutes } from '../app.ts';
import { openServer, type OpenOptions } from '../open.ts';
import type { Watched } from '../served.ts';
import type { Api } from '../server.ts';
import { asking } from './ask.ts';
import { planUri } from './resources.ts';
import { mcpServer } from './server.ts';

/** Addresses that one client may follow. */
const MAX_FOLLOWED = 10_000;

export interface StdioOptions extends Pick<OpenOptions, 'folders' | 'cwd' | 'env' | 'version' | 'notice'> {
  readonly readOnly: boolean;
  readonly input: Readable;
  readonly output: Writable;
}

/** A connection that is open. */
export interface Connected {
  /** The client has gone. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Connects the client. A {@link Problem} says why it cannot be. */
export async function serveStdio({ readOnly, input, output, ...options }: StdioOptions): Promise<Connected> {
  const ended = new Promise<void>((resolve) => {
    input.once('end', resolve);
    input.once('close', resolve);
  });
  let tell: Watched | undefined;
  const { server, close } = await openServer({
    ...options,
    access: { token: null, readToken: null },
    // What is found is told here alone: it would be an event twice where a server is at work too.
    watched: (served, event) => tell?.(served, event),
  });
  let made: Api | undefined;
  const mcp = mcpServer({
    ask: asking(() => (made ??= createRoutes(server, options.notice))),
    jobs: server.jobs,
    version: options.version,
    right: readOnly ? 'read' : 'write',
    tells: true,
  });
  const followed = new Set<string>();
  mcp.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    if (followed.size < MAX_FOLLOWED) followed.add(params.uri);
    return {};
  });
  mcp.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    followed.delete(params.uri);
    return {};
  });
  tell = ({ id }, { event }) => {
    if (event.type !== 'plans-changed') return;
    const isListed = event.plans.some(({ kind }) => kind !== 'edited');
    // Nobody hears it where the client has gone meanwhile.
    if (isListed) mcp.server.sendResourceListChanged().catch(() => {});
    for (const { plan } of event.plans)
      for (const uri of followed) if (isOf(uri, planUri(id, plan))) mcp.server.sendResourceUpdated({ uri }).catch(() => {});
  };
  await mcp.connect(new StdioServerTransport(input, output));
  return {
    ended,
    close: async () => {
      await mcp.close();
      // What is being written is written to its end.
      await Promise.all(server.registry.all.map((served) => served.inTurn(async () => {})));
      await close();
    },
  };
}

/** The plan's address, or that of one of its tasks. */
function isOf(uri: string, plan: string): boolean {
  return uri === plan || uri.startsWith(`${plan}/`);
}
