/**
 * A scripted server of the Messages API on the loopback interface, so that tests drive the real SDK: streamed events, tools, structured
 * outputs, token counts, every kind of failure. Nothing in it is a clock. It refuses what the real one refuses.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventsOf, messageOf, type FailureReply, type MessageReply, type Reply } from './messages-reply.ts';
import { refusalOf, type RequestBody } from './messages-request.ts';

export interface MessagesRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly betas: readonly string[];
  readonly body: RequestBody;
  /** Settles once the client has gone, or has been answered. */
  readonly gone: Promise<void>;
}

/** What is answered to a request; `index` counts from 0, those to count tokens left out. */
export type Turn = Reply | ((request: MessagesRequest, index: number) => Reply | Promise<Reply>);

export interface MessagesServer extends AsyncDisposable {
  readonly url: string;
  /** Every request for a message so far, refused ones included. */
  readonly requests: MessagesRequest[];
  /** What was refused, one sentence each. */
  readonly refusals: string[];
  /** An environment in which the SDK finds this server, and nothing else. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The key that the environment of a scripted server holds. */
export const SCRIPTED_KEY = 'sk-ant-test-0123456789abcdefghij';

/** Starts a server that answers with `turns` in their order, or with what a function says. A request beyond the last is refused. */
export async function scriptedMessages(
  turns: readonly Turn[] | ((request: MessagesRequest, index: number) => Turn | Promise<Reply>),
): Promise<MessagesServer> {
  const requests: MessagesRequest[] = [];
  const refusals: string[] = [];
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming, response);
    const refused = (status: number, type: string, message: string): void => {
      refusals.push(message);
      sendFailure(response, { status, error: { type, message } });
    };
    if (request.headers['authorization'] === undefined && request.headers['x-api-key'] === undefined)
      return refused(401, 'authentication_error', 'authentication required');
    if (request.headers['anthropic-version'] === undefined)
      return refused(400, 'invalid_request_error', 'anthropic-version: header is required');
    if (request.path === '/v1/messages/count_tokens') return sendJson(response, 200, { input_tokens: tokensOf(request.body) });
    if (request.path !== '/v1/messages') return refused(404, 'not_found_error', `Not found: ${request.path}`);
    const index = requests.push(request) - 1;
    const problem = refusalOf(request.body, request.betas);
    if (problem !== null) return refused(400, 'invalid_request_error', problem);
    const turn = typeof turns === 'function' ? await turns(request, index) : turns[index];
    if (turn === undefined) return refused(400, 'invalid_request_error', `the script has no reply to request ${index}`);
    await send(response, request, typeof turn === 'function' ? await turn(request, index) : turn, `msg_${index}`);
  };
  const server = createServer((incoming, response) => {
    // A client that goes away in the middle is what some tests are about.
    response.on('error', () => {});
    answer(incoming, response).catch((error: unknown) => {
      refusals.push(`the server failed: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    refusals,
    environment: { ANTHROPIC_API_KEY: SCRIPTED_KEY, ANTHROPIC_BASE_URL: url },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readRequest(incoming: IncomingMessage, response: ServerResponse): Promise<MessagesRequest> {
  const gone = new Promise<void>((resolve) => response.once('close', resolve));
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const betas = (headers['anthropic-beta'] ?? '').split(',').map((beta) => beta.trim());
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as RequestBody;
  return { path: (incoming.url ?? '').replace(/\?.*$/, ''), headers, betas, body, gone };
}

async function send(response: ServerResponse, request: MessagesRequest, reply: Reply, id: string): Promise<void> {
  if ('drop' in reply) return void response.destroy();
  if ('body' in reply) return void response.writeHead(200, { 'content-type': reply.contentType }).end(reply.body);
  if ('status' in reply) return sendFailure(response, reply);
  const model = request.body.model ?? '';
  if (request.body.stream === true) return stream(response, request, reply, { model, id });
  return sendJson(response, 200, messageOf(reply, model, id));
}

async function stream(
  response: ServerResponse,
  { gone }: MessagesRequest,
  reply: MessageReply,
  { model, id }: { readonly model: string; readonly id: string },
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': `req_${id}` });
  const { fault, wait, pieceBytes = Infinity } = reply;
  const write = (raw: string): void => {
    const bytes = Buffer.from(raw);
    for (let at = 0; at < bytes.length; at += pieceBytes) response.write(bytes.subarray(at, Math.min(at + pieceBytes, bytes.length)));
  };
  const say = (type: string, data: object): void => write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  for (const [at, event] of eventsOf(reply, model, id).entries()) {
    if (wait?.before === at) await Promise.race([wait.until, gone]);
    if (fault?.after === at) {
      if (fault.type === 'error')
        say('error', { type: 'error', error: { type: fault.error, message: fault.message ?? 'It failed in the middle.' } });
      if (fault.type === 'malformed') write(`event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"del\n\n`);
      if (fault.type !== 'cut') return void response.end();
      // What has been written is to arrive before the connection is torn.
      await new Promise((resolve) => setImmediate(resolve));
      return void response.destroy();
    }
    say(event.type, event);
    if (at === 0) say('ping', { type: 'ping' });
  }
  response.end();
}

function sendFailure(response: ServerResponse, { status, error: { type, message, errorCode }, headers = {} }: FailureReply): void {
  const details = errorCode === undefined ? {} : { details: { error_code: errorCode } };
  sendJson(response, status, { type: 'error', error: { type, message, ...details }, request_id: 'req_test' }, headers);
}

function sendJson(response: ServerResponse, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Four characters a token: what a count has to be is only that more text is more. */
function tokensOf({ system, tools, messages }: RequestBody): number {
  return Math.ceil(JSON.stringify([system, tools, messages]).length / 4);
}
