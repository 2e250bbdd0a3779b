/** Who may do what: tokens, the cookie that stands for one in a browser, and what a request must look like to come from where it says. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { Problem } from '../core/problem.ts';
import { headerOf } from './headers.ts';
import { Refusal } from './problem.ts';

export const COOKIE = 'plans-session';
/** Bytes of a token that is made here. */
const TOKEN_BYTES = 32;
/** Paths that a person without a token must reach to give one. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/api/health', '/api/session', '/login']);

/** What a request is allowed. */
export type Right = 'write' | 'read';

export interface AccessOptions {
  /** Null: whoever reaches the server may do everything. */
  readonly token: string | null;
  /** Lets its bearer look and change nothing. */
  readonly readToken: string | null;
}

/** Characters of a token that somebody has chosen: nobody guesses so many. */
const MIN_TOKEN_CHARS = 16;

/**
 * Refuses tokens that protect nothing, by a {@link Problem}: one that is empty, as a variable is that somebody forgot to set, or short, and two
 * that are the same. `names` are what a person knows them by.
 */
export function checkTokens({ token, readToken }: AccessOptions, names: { readonly token: string; readonly readToken: string }): void {
  for (const [name, text] of [[names.token, token] as const, [names.readToken, readToken] as const]) {
    if (text === null) continue;
    if (text.length < MIN_TOKEN_CHARS)
      throw new Problem(
        `${name} has ${text.length} characters, and could be guessed: a token has at least ${MIN_TOKEN_CHARS}. Make one with "openssl rand -hex 24", or leave ${name} away.`,
      );
    if (/\s/.test(text)) throw new Problem(`${name} has blanks in it, and no client can send it so. Make one with "openssl rand -hex 24".`);
  }
  if (token !== null && token === readToken)
    throw new Problem(`${names.token} and ${names.readToken} are the same, so that whoever may only look could change everything.`);
}

export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Compares digests, so that neither length nor content can be measured by the time that it takes. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export class Access {
  readonly #tokens: readonly (readonly [token: string, right: Right])[];

  constructor({ token, readToken }: AccessOptions) {
    const given = [[token, 'write'] as const, [readToken, 'read'] as const];
    this.#tokens = given.flatMap(([text, right]) => (text === null ? [] : [[text, right] as const]));
  }

  /** False where everybody may do everything. */
  get isGuarded(): boolean {
    return this.#tokens.some(([, right]) => right === 'write');
  }

  /** What a token allows; null for one that is none. */
  rightOf(token: string): Right | null {
    // All are compared, whichever it is.
    const found = this.#tokens.filter(([known]) => isSame(token, known));
    return found[0]?.[1] ?? null;
  }

  /** What a browser keeps in place of a token: made from it, so that it holds as long as that does, and says nothing of it. */
  sessionOf(token: string): string {
    return createHmac('sha256', token).update(COOKIE).digest('base64url');
  }

  /** What a request may do; null where it shows no token, or a wrong one. */
  rightOfRequest(context: Context): Right | null {
    if (!this.isGuarded) return 'write';
    const [, bearer] = /^Bearer\s+(\S+)$/i.exec(headerOf(context, 'authorization') ?? '') ?? [];
    if (bearer !== undefined) return this.rightOf(bearer);
    const session = getCookie(context, COOKIE);
    if (session === undefined) return null;
    return this.#tokens.filter(([token]) => isSame(session, this.sessionOf(token)))[0]?.[1] ?? null;
  }

  /** Lets a request through that may do what it asks for. */
  readonly check: MiddlewareHandler = async (context, next) => {
    const { path, method } = context.req;
    const isOpen = OPEN_PATHS.has(path) || (!path.startsWith('/api/') && !path.startsWith('/mcp') && path !== '/metrics');
    if (!isOpen) {
      const right = this.rightOfRequest(context);
      if (right === null)
        throw new Refusal(
          'unauthorized',
          'Send the token that the server has printed, as "Authorization: Bearer TOKEN", or sign in at /login.',
          {},
          { 'www-authenticate': 'Bearer realm="plans"' },
        );
      // Every message of an MCP client is a POST: there the tools are those that the right allows.
      if (right === 'read' && method !== 'GET' && method !== 'HEAD' && path !== '/mcp')
        throw new Refusal('forbidden', 'This token may look and change nothing.');
    }
    await next();
  };
}

/** Names by which a server on the loopback interface is called. */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Refuses what another site has made a browser send. The name in `Host` must be one of ours: else a name that is made to point here would make
 * a foreign page one of ours (DNS rebinding). An address is no name that could be made to point elsewhere: with `anyAddress` any one will do. `Origin` must be the same as `Host`. `names` are the server's own, beyond those of the loopback.
 */
export function sameSite(names: readonly string[], anyAddress: boolean): MiddlewareHandler {
  const known = new Set([...LOOPBACK, ...names].map((name) => name.toLowerCase()));
  return async (context, next) => {
    const host = (headerOf(context, 'host') ?? '').toLowerCase();
    const name = host.replace(/:\d+$/, '');
    if (!known.has(name) && !(anyAddress && isAddress(name)))
      throw new Refusal('forbidden', `This server does not go by the name "${name.slice(0, 100)}". Allow it with --allow-host.`);
    const origin = headerOf(context, 'origin');
    if (origin !== undefined && hostOf(origin) !== host)
      throw new Refusal('forbidden', 'Another site has sent this request, and this server takes none from there.');
    const site = headerOf(context, 'sec-fetch-site');
    if ((site === 'cross-site' || site === 'same-site') && !isLink(context))
      throw new Refusal('forbidden', 'Another site has sent this request, and this server takes none from there.');
    await next();
  };
}

/** A link of another site may lead to a page here, in a window of its own; what only programs ask for is nothing to link to. */
function isLink(context: Context): boolean {
  const { method, path } = context.req;
  const destination = headerOf(context, 'sec-fetch-dest');
  const isPage = (!path.startsWith('/api/') && !path.startsWith('/mcp')) || path === '/api/docs';
  const isWindow = destination === undefined || destination === 'document';
  return method === 'GET' && isPage && isWindow && headerOf(context, 'sec-fetch-mode') === 'navigate';
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host.toLowerCase();
  } catch {
    return null;
  }
}
