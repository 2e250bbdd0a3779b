/** What a request may weigh, and how often what costs money may be asked for. */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { headerOf, isFromNode } from './headers.ts';
import { Refusal } from './problem.ts';

/** Bytes of a body. A plan of ten thousand tasks has two millions. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const limit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Refusal('too-large', `A body has at most ${MAX_BODY_BYTES.toLocaleString('en')} bytes.`);
  },
});

/** No body is larger than a plan. One that nobody reads is not asked for. */
export const bounded: MiddlewareHandler = (context, next) => (isRead(context.req.method) ? next() : limit(context, next));

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Bodies are JSON, which no form of a foreign page can send without the browser asking first. */
export const jsonOnly: MiddlewareHandler = async (context, next) => {
  const { method, path } = context.req;
  if (isRead(method)) return next();
  const type = headerOf(context, 'content-type');
  if (!hasBody(context)) {
    // What clients that are generated say of a body which they leave out: there is none, and nothing to read.
    if (type !== undefined) context.req.raw.headers.delete('content-type');
    return next();
  }
  if (path !== '/login' && !/^application\/json\s*(?:;|$)/i.test(type ?? ''))
    throw new Refusal('wrong-media-type', `The body is "${(type ?? '').slice(0, 100)}"; send "content-type: application/json".`);
  await next();
};

function hasBody(context: Context): boolean {
  if (isFromNode(context))
    return Number(headerOf(context, 'content-length') ?? 0) > 0 || headerOf(context, 'transfer-encoding') !== undefined;
  return context.req.raw.body !== null;
}

/** So many at once, and so many a minute from then on. */
interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

/** A bucket that fills again. */
class Bucket {
  readonly #rate: Rate;
  readonly #now: () => number;
  #left: number;
  #at: number;

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#left = rate.burst;
    this.#at = now();
  }

  /** Seconds until there is one again; 0 where there is. */
  get wait(): number {
    const { burst, perMinute } = this.#rate;
    const now = this.#now();
    this.#left = Math.min(burst, this.#left + ((now - this.#at) * perMinute) / 60_000);
    this.#at = now;
    return this.#left >= 1 ? 0 : Math.ceil(((1 - this.#left) * 60) / perMinute);
  }

  take(): void {
    this.#left -= 1;
  }
}

/** For what costs money, whoever asks for it. */
export class RateLimit {
  readonly #what: string;
  readonly #perMinute: number;
  readonly #bucket: Bucket;

  constructor(what: string, rate: Rate, now: () => number = () => Date.now()) {
    this.#what = what;
    this.#perMinute = rate.perMinute;
    this.#bucket = new Bucket(rate, now);
  }

  /** Takes one, or says when there is one again. */
  take(): void {
    const seconds = this.#bucket.wait;
    if (seconds > 0) {
      const detail = `${this.#what} costs money, and at most ${this.#perMinute} a minute are begun. Try again in ${seconds} s.`;
      throw new Refusal('too-many', detail, {}, { 'retry-after': String(seconds) });
    }
    this.#bucket.take();
  }
}

/** Wrong tokens of one address. */
const GUESSES: Rate = { burst: 20, perMinute: 10 };
/** Addresses that are remembered. */
const MAX_ADDRESSES = 1_000;

/** Attempts to sign in: of an address that has given many wrong tokens none is looked at for a while, be it right. */
export class Guesses {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  constructor(now: () => number = () => Date.now()) {
    this.#now = now;
  }

  /** A {@link Refusal} where it is to wait. */
  check(address: string): void {
    const seconds = this.#buckets.get(address)?.wait ?? 0;
    if (seconds > 0)
      throw new Refusal(
        'too-many',
        `Too many wrong tokens came from there. Try again in ${seconds} s.`,
        {},
        { 'retry-after': String(seconds) },
      );
  }

  wrong(address: string): void {
    const bucket = this.#buckets.get(address) ?? new Bucket(GUESSES, this.#now);
    // What was wrong last is remembered longest.
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    bucket.take();
    for (const [oldest] of this.#buckets) if (this.#buckets.size > MAX_ADDRESSES) this.#buckets.delete(oldest);
  }
}
