/** `plans serve` as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Repository } from '../support/repository.ts';
import { builtDashboard } from './built.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** A server as a person starts it: a process of its own, which can be killed. */
export class Serving {
  readonly #folders: readonly string[];
  readonly #env: Readonly<Record<string, string | undefined>>;
  #child: ChildProcess | null = null;
  #port = 0;

  constructor(repositories: readonly Pick<Repository, 'root'>[], env: Readonly<Record<string, string | undefined>> = {}) {
    this.#folders = repositories.map(({ root }) => root);
    this.#env = { ...process.env, ...env };
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  /** Starts it, the second time under the same port. */
  async start(): Promise<void> {
    await builtDashboard();
    const args = [join(ROOT, 'src/cli.ts'), 'serve', '--json', '--port', String(this.#port), ...this.#folders];
    const child = spawn(process.execPath, args, { cwd: this.#folders[0], env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.once('exit', (code) => reject(new Error(`plans serve ended with ${code}: ${text}`)));
      child.stdout.on('data', (piece: Buffer) => {
        text += piece.toString();
        const [, found] = /"url":\s*"([^"]+)"/.exec(text) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    this.#port = Number(new URL(url).port);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    this.#child = null;
  }
}
