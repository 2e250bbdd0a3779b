/** `/mcp`: MCP over HTTP. Each message stands alone, so that nothing is lost where the server is started anew, and nobody's session can be taken. */
import { SAFETY_HEADERS } from '../headers.ts';
import { Refusal } from '../problem.ts';
import type { Api, Server } from '../server.ts';
import { asking } from './ask.ts';

/** Adds the route. What a tool asks for goes to `routes`, which let everybody in: whoever comes here has been let in already, and may look or write. */
export function mcpRoute(app: Api, { access, jobs, version }: Server, routes: () => Api): void {
  let made: Api | undefined;
  const ask = asking(() => (made ??= routes()));
  app.all('/mcp', async (context) => {
    if (context.req.method !== 'POST')
      throw new Refusal(
        'not-allowed',
        'Messages are sent here by POST; each is answered by itself, and there is no stream to listen to.',
        {},
        { allow: 'POST' },
      );
    const right = access.rightOfRequest(context) ?? 'read';
    // Loaded by the first client, as nobody else needs it.
    const [{ mcpServer }, { createMcpHandler }] = await Promise.all([import('./server.ts'), import('@modelcontextprotocol/server')]);
    const { fetch } = createMcpHandler(() => mcpServer({ ask, jobs, version, right, tells: false }));
    const response = await fetch(context.req.raw);
    for (const [name, value] of Object.entries(SAFETY_HEADERS)) response.headers.set(name, value);
    return response;
  });
}
