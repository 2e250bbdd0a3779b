/** What a request may weigh. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refusal } from './problem.ts';

/** Bytes of a body. A plan of ten thousand tasks has two millions. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** No body is larger than a plan. */
export const bounded: MiddlewareHandler = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Refusal('too-large', `A body has at most ${MAX_BODY_BYTES.toLocaleString('en')} bytes.`);
  },
});

/** Bodies are JSON, which no form of a foreign page can send without the browser asking first. */
export const jsonOnly: MiddlewareHandler = async (context, next) => {
  const { method, path } = context.req;
  const hasBody = Number(context.req.header('content-length') ?? 0) > 0 || context.req.header('transfer-encoding') !== undefined;
  const type = context.req.header('content-type') ?? '';
  if (hasBody && method !== 'GET' && method !== 'HEAD' && path !== '/login' && !/^application\/json\s*(?:;|$)/i.test(type))
    throw new Refusal('wrong-media-type', `The body is "${type.slice(0, 100)}"; send "content-type: application/json".`);
  await next();
};
