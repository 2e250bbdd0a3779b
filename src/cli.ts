#!/usr/bin/env node
// What stands in this file runs under any Node from 14 on: it must get as far as saying that a newer one is needed.
import module from 'node:module';
import { readFileSync } from 'node:fs';
import type { Programs } from './commands/context.ts';

const NEEDED = [24, 15] as const;

function isTooOld(version: string): boolean {
  const parts = version.split('.').map(Number);
  const major = parts[0] || 0;
  return major < NEEDED[0] || (major === NEEDED[0] && (parts[1] || 0) < NEEDED[1]);
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const version = /"version":\s*"([^"]+)"/.exec(text);
  return (version && version[1]) || 'unknown';
}

function bug(error: unknown): void {
  const said = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    'plans: this is a bug in plans: ' +
      said +
      '\nPlease report it with what you did: https://www.npmjs.com/package/gitplans (PLANS_DEBUG=1 shows where it happened).\n',
  );
  if (process.env['PLANS_DEBUG'] === '1' && error instanceof Error && error.stack) process.stderr.write(error.stack + '\n');
  // The live view may have hidden the cursor and turned wrapping off.
  if (process.stdout.isTTY) process.stdout.write('\u001B[?25h\u001B[?7h');
  process.exitCode = 2;
}

const programs: Programs = {
  serve: (options) => import('./server/serve.ts').then((server) => server.serve(options)),
  connect: (options) =>
    import('./server/mcp/stdio.ts').then((mcp) => mcp.serveStdio({ ...options, input: process.stdin, output: process.stdout })),
};

let isTold = false;

/** A reader that has seen enough (`plans log | head`) is no error; a full disk is one, and what the command did stands all the same. */
function unwritten(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || isTold) return;
  isTold = true;
  process.once('exit', () => (process.exitCode = 2));
  process.stderr.write('plans: The output could not be written (' + error.message + '), but what the command did stands.\n');
}

process.stdout.on('error', unwritten);
// Of what cannot be said there nobody can be told.
process.stderr.on('error', () => {});

if (isTooOld(process.versions.node)) {
  process.stderr.write(
    'plans needs Node ' +
      NEEDED.join('.') +
      ' or newer, and this is Node ' +
      process.versions.node +
      '. Install a newer one (nodejs.org, or your version manager) and try again.\n',
  );
  process.exitCode = 2;
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-v')) {
  process.stdout.write(packageVersion() + '\n');
} else {
  module.enableCompileCache();
  import('./commands/main.ts')
    .then((main) => main.main(process, packageVersion(), programs))
    .then((code) => (process.exitCode = code), bug);
}
