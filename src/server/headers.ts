/** Headers: those of every answer, and how those of a request are read. */
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

/** Nothing runs but what the server itself has sent, nothing is framed, nothing is taken for what it is not. */
export const SAFETY_HEADERS = {
  'content-security-policy': POLICY.join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Set before the answer is made: afterwards it would have to be taken apart for them, at the price of half of all requests a second. */
export const safetyHeaders: MiddlewareHandler = async (context, next) => {
  for (const [name, value] of Object.entries(SAFETY_HEADERS)) context.header(name, value);
  // What is kept of them somewhere on the way, nobody may look at a token for; a route that has a tag for its answer says otherwise.
  if (context.req.path.startsWith('/api/')) context.header('cache-control', 'no-store');
  await next();
};

/** Whether the request came over a socket; else somebody in this process has made it. */
export function isFromNode(context: Context): boolean {
  return (context.env as Partial<HttpBindings> | undefined)?.incoming !== undefined;
}

/** Where a request came from; empty where it came over no socket. */
export function addressOf(context: Context): string {
  return (context.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? '';
}

/** A header of a request by its name in lower case; from Node where it is at hand, which has parsed them already. */
export function headerOf(context: Context, name: string): string | undefined {
  const incoming = (context.env as Partial<HttpBindings> | undefined)?.incoming;
  if (incoming === undefined) return context.req.header(name);
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
