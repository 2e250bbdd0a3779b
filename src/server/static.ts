/** The dashboard as it was built, from a folder of the package. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { Context, Handler } from 'hono';
import { accepts } from 'hono/accepts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** A name with a digest of its content in it never means anything else. */
const HASHED = /[-.][A-Za-z0-9_-]{8,}\.\w+$/;

/** Serves the files below `folder`; a path that is no file is a page of the dashboard, which finds its way itself. */
export function staticFiles(folder: string): Handler {
  return async (context) => {
    const path = decode(context.req.path);
    const asked = path === null ? null : normalize(path).split(sep).join('/');
    if (asked === null || asked.includes('\0') || asked.startsWith('..')) return context.notFound();
    const type = TYPES[extname(asked)];
    const file = type === undefined ? null : await readAs(context, join(folder, asked));
    if (file !== null) {
      const isForever = asked.startsWith('/assets/') && HASHED.test(asked);
      const caching = isForever ? 'public, max-age=31536000, immutable' : 'no-cache';
      return context.body(file.bytes, 200, { ...file.headers, 'content-type': type ?? '', 'cache-control': caching });
    }
    if (type !== undefined && extname(asked) !== '.html') return context.notFound();
    const page = await readAs(context, join(folder, 'index.html'));
    if (page === null) return context.text('The dashboard is not part of this build. The API is described at /api/docs.\n', 404);
    return context.body(page.bytes, 200, { ...page.headers, 'content-type': TYPES['.html'] ?? '', 'cache-control': 'no-cache' });
  };
}

interface Read {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** A file as it stands, or as the build has compressed it where the browser takes that; gzip is made on the way. Null where there is none. */
async function readAs(context: Context, path: string): Promise<Read | null> {
  if (takesBrotli(context)) {
    const bytes = await readFile(`${path}.br`).catch(() => null);
    if (bytes !== null) return { bytes: new Uint8Array(bytes), headers: { 'content-encoding': 'br', vary: 'Accept-Encoding' } };
  }
  const bytes = await readFile(path).catch(() => null);
  return bytes === null ? null : { bytes: new Uint8Array(bytes), headers: {} };
}

function takesBrotli(context: Context): boolean {
  return accepts(context, { header: 'Accept-Encoding', supports: ['br'], default: '', match: brotliIn }) === 'br';
}

/** Not the one that a browser names first: they name gzip first, and prefer none. */
function brotliIn(accepted: readonly { readonly type: string; readonly q: number }[]): string {
  return accepted.some(({ type, q }) => type.toLowerCase() === 'br' && q > 0) ? 'br' : '';
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
