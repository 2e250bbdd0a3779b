/** `plans mcp`: MCP on standard input and output, for a client that has started this process. */
import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio as serveOver } from '@modelcontextprotocol/server/stdio';
import type { Readable, Writable } from 'node:stream';
import type { Connected, ConnectOptions } from '../../engine/programs.ts';
import { createRoutes } from '../app.ts';
import { openServer } from '../open.ts';
import type { Watched } from '../served.ts';
import type { Api } from '../server.ts';
import { asking, type Ask } from './ask.ts';
import { Followed } from './followed.ts';
import { planUri } from './resources.ts';
import { mcpServer } from './server.ts';
import { Wire } from './wire.ts';

interface StdioOptions extends ConnectOptions {
  readonly input: Readable;
  readonly output: Writable;
}

/** Connects the client. A {@link Problem} says why it cannot be. */
export async function serveStdio({ readOnly, input, output, ...options }: StdioOptions): Promise<Connected> {
  let tell: Watched | undefined;
  const { server, close } = await openServer({
    ...options,
    access: { token: null, readToken: null },
    // What is found is told here alone: it would be an event twice where a server is at work too.
    watched: (served, event) => tell?.(served, event),
  });
  let made: Api | undefined;
  const asked = asking(() => (made ??= createRoutes(server, options.notice)));
  const underWay = new Set<Promise<unknown>>();
  const ask: Ask = (...request) => {
    const answer = asked(...request);
    underWay.add(answer);
    return answer.finally(() => underWay.delete(answer));
  };
  const right = readOnly ? 'read' : 'write';
  const followed = new Followed();
  const wire = new Wire(input, output, (message) => followed.heard(message));
  /** Of the protocol that the client speaks, which its first words say. */
  let mcp: McpServer | undefined;
  const connection = serveOver(() => (mcp = mcpServer({ ask, jobs: server.jobs, version: options.version, right, tells: true })), {
    transport: wire,
  });
  tell = ({ id }, { event }) => {
    if (mcp === undefined || event.type !== 'plans-changed') return;
    const isListed = event.plans.some(({ kind }) => kind !== 'edited');
    // Nobody hears it where the client has gone meanwhile.
    if (isListed) mcp.server.sendResourceListChanged().catch(() => {});
    for (const { plan } of event.plans)
      for (const uri of followed.within(planUri(id, plan))) mcp.server.sendResourceUpdated({ uri }).catch(() => {});
  };
  return {
    ended: wire.closed,
    close: async () => {
      await connection.close();
      // What is looked at is still open then, and what is being written is written to its end.
      await Promise.allSettled(underWay);
      await Promise.all(server.registry.all.map((served) => served.inTurn(async () => {})));
      await close();
    },
  };
}
