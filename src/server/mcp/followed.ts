/** The addresses that one client follows, as its messages say. */
import { isJSONRPCNotification, isJSONRPCRequest, type JSONRPCMessage, type RequestId } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** At the most so many: more are answered and not followed. */
const MAX_FOLLOWED = 10_000;

/** Up to protocol 2025-11-25. */
const Subscribe = z.object({ uri: z.string() });
/** Since 2026-07-28: a request that stays open, and is cancelled. */
const Listen = z.object({ notifications: z.object({ resourceSubscriptions: z.array(z.string()) }) });
const Cancelled = z.object({ requestId: z.union([z.string(), z.number()]) });

export class Followed {
  readonly #subscribed = new Set<string>();
  readonly #listens = new Map<RequestId, readonly string[]>();

  /** Each that is `plan`'s or that of one of its tasks. */
  within(plan: string): ReadonlySet<string> {
    const all = [...this.#subscribed, ...[...this.#listens.values()].flat()];
    return new Set(all.filter((uri) => uri === plan || uri.startsWith(`${plan}/`)));
  }

  /** Notes what a message of the client says of this. */
  heard(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) this.#asked(message.method, message.params, message.id);
    else if (isJSONRPCNotification(message) && message.method === 'notifications/cancelled') {
      const { data } = Cancelled.safeParse(message.params);
      if (data !== undefined) this.#listens.delete(data.requestId);
    }
  }

  #asked(method: string, params: unknown, id: RequestId): void {
    switch (method) {
      case 'resources/subscribe': {
        const { data } = Subscribe.safeParse(params);
        if (data !== undefined && this.#left > 0) this.#subscribed.add(data.uri);
        return;
      }
      case 'resources/unsubscribe':
        this.#subscribed.delete(Subscribe.safeParse(params).data?.uri ?? '');
        return;
      case 'subscriptions/listen': {
        const { data } = Listen.safeParse(params);
        if (data !== undefined) this.#listens.set(id, data.notifications.resourceSubscriptions.slice(0, this.#left));
      }
    }
  }

  get #left(): number {
    const listened = [...this.#listens.values()].reduce((sum, { length }) => sum + length, 0);
    return MAX_FOLLOWED - this.#subscribed.size - listened;
  }
}
