/** `plans serve`: opens the repositories, listens, and ends in order. Nothing that it holds is missed when it is killed. */
import { createAdaptorServer } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Problem } from '../core/problem.ts';
import type { ServeOptions, Serving } from '../engine/programs.ts';
import { checkTokens, isLoopback, newToken } from './access.ts';
import { createApp } from './app.ts';
import { openServer } from './open.ts';

/** Set when the program is built; see `engine/kept-reading.ts`. */
declare const PLANS_BUILD: string | undefined;
/** A request's head has to come within this time; its answer may take as long as it takes. Milliseconds. */
const HEADERS_MS = 20_000;
/** More than there may be event streams: what is left is for files, git and runs. */
const MAX_CONNECTIONS = 4_000;

/** Starts a server. A {@link Problem} says why it cannot be. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { host, port, env, version, notice } = options;
  const given = env['PLANS_TOKEN'] ?? null;
  const readToken = env['PLANS_READ_TOKEN'] ?? null;
  checkTokens({ token: given, readToken }, { token: 'PLANS_TOKEN', readToken: 'PLANS_READ_TOKEN' });
  // Who may only look would be of no account where everybody may do everything.
  const isOpen = isLoopback(host) && !options.guarded && given === null && readToken === null;
  const made = isOpen || given !== null ? null : newToken();
  const access = { token: isOpen ? null : (given ?? made), readToken };
  const { folders, cwd } = options;
  const { server, close } = await openServer({ folders, cwd, env, version, access, notice });
  const { registry, streams } = server;
  try {
    const hosts = [...options.hosts, ...(isLoopback(host) || isAny(host) ? [] : [bracketed(host)])];
    const app = createApp(server, { hosts, anyAddress: isAny(host), webFolder: webFolder(), notice });
    const listener = createAdaptorServer({ fetch: app.fetch, serverOptions: { headersTimeout: HEADERS_MS } });
    if ('maxConnections' in listener) listener.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      listener.once('error', (error: NodeJS.ErrnoException) => reject(unheard(error, host, port)));
      listener.listen(port, host, resolve);
    });
    for (const { log } of registry.all) log.said({ type: 'server-started', version });
    const { port: actual } = listener.address() as AddressInfo;
    return {
      url: `http://${isAny(host) ? 'localhost' : bracketed(host)}:${actual}`,
      repositories: registry.all.map(({ id, workspace }) => ({ id, root: workspace.root })),
      newToken: made,
      close: async () => {
        streams.close();
        await server.jobs.close();
        await new Promise((resolve) => {
          listener.close(resolve);
          if ('closeAllConnections' in listener) listener.closeAllConnections();
        });
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Beside the program where it was built; in the sources' `dist` where they are run as they are. */
function webFolder(): string {
  return fileURLToPath(new URL(typeof PLANS_BUILD === 'string' ? './web/' : '../../dist/web/', import.meta.url));
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function unheard(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new Problem(`Port ${port} of ${host} is taken by another program. Choose another: plans serve --port ${port + 1}`);
  if (error.code === 'EACCES') return new Problem(`Port ${port} may not be opened by you. Choose one above 1023.`);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new Problem(`"${host}" is no address of this machine. Use 127.0.0.1, 0.0.0.0, or one that it has.`);
  return error;
}
