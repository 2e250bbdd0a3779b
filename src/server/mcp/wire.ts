/**
 * Standard input and output as a transport of the protocol. The library's own drops what it has not answered when the input ends; here what was
 * asked is answered first, so that `… | plans mcp` prints every answer.
 */
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  ReadBuffer,
  serializeMessage,
  type JSONRPCMessage,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server';
import type { Readable, Writable } from 'node:stream';

/** So long what was asked may take after the input has ended: longer than any call waits by itself. Milliseconds. */
const LAST_ANSWERS_MS = 60_000;
const LINE_END = Buffer.from('\n');
/** Is answered when the connection ends. */
const LISTEN = 'subscriptions/listen';

export class Wire implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #buffer = new ReadBuffer();
  readonly #heard: (message: JSONRPCMessage) => void;
  readonly #unanswered = new Set<RequestId>();
  readonly #end = Promise.withResolvers<void>();
  #lastAnswers: NodeJS.Timeout | undefined;
  #closed = false;

  /** `heard` is told of each message of the client before it is handed on. */
  constructor(input: Readable, output: Writable, heard: (message: JSONRPCMessage) => void) {
    this.#input = input;
    this.#output = output;
    this.#heard = heard;
  }

  /** Once the client has gone, or the connection was closed. */
  get closed(): Promise<void> {
    return this.#end.promise;
  }

  async start(): Promise<void> {
    this.#input.on('data', this.#read);
    for (const event of ['end', 'close', 'error']) this.#input.once(event, this.#ended);
    this.#output.once('error', this.#close);
    if (this.#input.readableEnded || this.#input.destroyed) setImmediate(this.#ended);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#output.write(serializeMessage(message), (error) => (error ? reject(error) : resolve())),
    );
    if ((isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) && message.id !== undefined) this.#answered(message.id);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#lastAnswers);
    this.#input.off('data', this.#read);
    for (const event of ['end', 'close', 'error']) this.#input.off(event, this.#ended);
    this.#output.off('error', this.#close);
    // A pipe that is read keeps the process alive.
    this.#input.pause();
    this.#buffer.clear();
    this.onclose?.();
    this.#end.resolve();
  }

  #read = (chunk: Buffer): void => {
    try {
      this.#buffer.append(chunk);
    } catch (error) {
      // A message beyond every measure: where the next begins is not known.
      this.#failed(error);
      this.#close();
      return;
    }
    while (!this.#closed && this.#next());
  };

  /** Hands one message on; false where there is none yet. */
  #next(): boolean {
    try {
      const message = this.#buffer.readMessage();
      if (message === null) return false;
      this.#note(message);
      this.#heard(message);
      this.onmessage?.(message);
    } catch (error) {
      this.#failed(error);
    }
    return true;
  }

  #note(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message) && message.method !== LISTEN) this.#unanswered.add(message.id);
    if (!isJSONRPCNotification(message) || message.method !== 'notifications/cancelled') return;
    const id = message.params?.['requestId'];
    if (typeof id === 'string' || typeof id === 'number') this.#answered(id);
  }

  #answered(id: RequestId): void {
    this.#unanswered.delete(id);
    if (this.#lastAnswers !== undefined && this.#unanswered.size === 0) this.#close();
  }

  #ended = (): void => {
    // The last message needs no end of its line: half of one is no JSON.
    if (this.#lastAnswers === undefined) this.#read(LINE_END);
    if (this.#unanswered.size === 0) this.#close();
    else this.#lastAnswers ??= setTimeout(this.#close, LAST_ANSWERS_MS);
  };

  #close = (): void => void this.close();

  #failed(error: unknown): void {
    this.onerror?.(error instanceof Error ? error : new Error(String(error)));
  }
}
