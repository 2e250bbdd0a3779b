/** Git over HTTP as git itself serves it: its own `http-backend`, called as a CGI program. */
import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers one request about a bare repository; who may ask is decided before. */
export function serveGit(incoming: IncomingMessage, response: ServerResponse, bare: string, what: string): Promise<void> {
  const { headers, method = 'GET', url = '' } = incoming;
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: bare,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${what}`,
      QUERY_STRING: url.split('?')[1] ?? '',
      REQUEST_METHOD: method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REMOTE_USER: 'token',
      REMOTE_ADDR: '127.0.0.1',
      ...(headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: headers['content-length'] }),
    },
  });
  child.stdin.on('error', () => {});
  incoming.pipe(child.stdin);
  return new Promise((resolve) => {
    let head: Buffer | null = Buffer.alloc(0);
    child.stdout.on('data', (chunk: Buffer) => {
      if (head === null) return void response.write(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const lines = head.subarray(0, end).toString('utf8').split('\r\n');
      const fields = new Map(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const status = Number((fields.get('status') ?? '200').slice(0, 3));
      fields.delete('status');
      response.writeHead(status, Object.fromEntries(fields));
      response.write(head.subarray(end + 4));
      head = null;
    });
    child.on('close', () => {
      if (head !== null) response.writeHead(500);
      response.end();
      resolve();
    });
  });
}
