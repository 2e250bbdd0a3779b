import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { CommandContext, ExitCode } from '../../src/commands/context.ts';
import { runCommandLine } from '../../src/commands/main.ts';
import { serveStdio } from '../../src/server/mcp/stdio.ts';
import { serve } from '../../src/server/serve.ts';
import { captured } from './support.ts';

/** A repository in a temporary folder, and `plans` called in-process there. */
export function world() {
  const root = mkdtempSync(join(tmpdir(), 'plans-commands-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  let signal: ((name: 'SIGINT') => void) | undefined;
  return {
    root,
    git,
    write,
    read: (path: string) => readFileSync(join(root, path), 'utf8'),
    commit: (message = 'x') => {
      git('add', '-A');
      git('commit', '-qm', message);
    },
    interrupt: () => signal?.('SIGINT'),
    /** Runs a command line; each argument is a word. */
    async plans(
      argv: readonly string[],
      extra: {
        input?: string;
        answer?: string | readonly string[];
        isTTY?: boolean;
        heard?: (text: string) => void;
        env?: Record<string, string>;
      } = {},
    ): Promise<{ code: ExitCode; out: string; err: string }> {
      const given = typeof extra.answer === 'string' ? [] : [...(extra.answer ?? [])];
      const out = captured({ columns: 80, isTTY: extra.isTTY ?? false, heard: extra.heard });
      const err = captured({ columns: 80 });
      const code = await runCommandLine(argv, (choice): CommandContext => ({
        cwd: choice.cwd === undefined ? root : resolve(root, choice.cwd),
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm', ...extra.env },
        version: '1.2.3',
        out: out.output,
        err: err.output,
        json: choice.json,
        quiet: choice.quiet,
        now: () => Date.now(),
        inputIsPiped: extra.input !== undefined,
        readInput: () => Promise.resolve(extra.input ?? ''),
        ask:
          extra.answer === undefined
            ? undefined
            : () => Promise.resolve(given.shift() ?? (typeof extra.answer === 'string' ? extra.answer : 'n')),
        serve,
        connect: (options) => serveStdio({ ...options, input: Readable.from([]), output: new PassThrough() }),
        onSignal: (listener) => {
          signal = listener;
          return () => {
            signal = undefined;
          };
        },
      }));
      return { code, out: out.text(), err: err.text() };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export const PLAN = `---
status: ready
---

# Greet

## Write

- [ ] Write the greeting

  \`\`\`yaml
  id: greeting
  run: echo hello > hello.txt
  \`\`\`

- [ ] Write the farewell

  \`\`\`yaml
  id: farewell
  run: echo bye > bye.txt
  \`\`\`

## Look

- [ ] Read it aloud

  \`\`\`yaml
  id: read
  assignee: human
  \`\`\`
`;
