/**
 * A sandbox for agents and gates: `@anthropic-ai/sandbox-runtime`, where the person has installed it. It is no dependency, as it needs programs
 * that only they can install (on Linux bubblewrap, socat and ripgrep).
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../core/config.ts';
import { runProcess, type ProcessOptions, type ProcessResult } from './process.ts';

const PACKAGE = '@anthropic-ai/sandbox-runtime';

export interface Sandbox {
  /** The command as a line for `sh -c` that runs it with nothing but `folder`, the config's paths and the system's temporary folder to write to. */
  wrap(command: ProcessOptions['command'], folder: string): Promise<string>;
  /** To be called once for each wrapped command that has ended: the sandbox leaves empty files behind where it kept some from being made. */
  ended(): void;
  close(): Promise<void>;
}

export type OpenedSandbox =
  | { readonly type: 'sandbox'; readonly sandbox: Sandbox }
  /** One sentence that says what is missing. */
  | { readonly type: 'missing'; readonly reason: string };

/** As much of the package as is used. */
interface Manager {
  isSupportedPlatform(): boolean;
  checkDependencies(): { readonly errors: readonly string[] };
  initialize(config: object): Promise<void>;
  wrapWithSandbox(command: string, shell: string | undefined, config: object): Promise<string>;
  cleanupAfterCommand(): void;
  reset(): Promise<void>;
}

/** Opens the sandbox that the repository at `root` has installed. `protect` lists files and folders that stay as they are wherever they lie. */
export async function openSandbox(
  { domains, writable }: Config['sandbox'],
  root: string,
  protect: readonly string[],
): Promise<OpenedSandbox> {
  const manager = await load(root);
  if (manager === null)
    return missing(`The package ${PACKAGE} is not installed here. Install it with "npm install --save-dev ${PACKAGE}".`);
  try {
    if (!manager.isSupportedPlatform()) return missing(`${PACKAGE} does not support this platform.`);
    const { errors } = manager.checkDependencies();
    if (errors.length > 0)
      return missing(`${PACKAGE} cannot work here: ${errors.join('; ')}. On Linux it needs bubblewrap, socat and ripgrep.`);
    const filesystem = { denyRead: [], allowWrite: [root], denyWrite: [...protect] };
    await manager.initialize({ network: { allowedDomains: [...domains], deniedDomains: [] }, filesystem });
    await manager.wrapWithSandbox('true', undefined, {});
    manager.cleanupAfterCommand();
  } catch (error) {
    return missing(`${PACKAGE} does not work here: ${error instanceof Error ? error.message : String(error)}.`);
  }
  return {
    type: 'sandbox',
    sandbox: {
      wrap: (command, folder) => {
        const line = 'shell' in command ? command.shell : [command.file, ...command.args].map(quoted).join(' ');
        return manager.wrapWithSandbox(line, undefined, {
          filesystem: { denyRead: [], allowWrite: [folder, ...writable], denyWrite: [...protect] },
        });
      },
      ended: () => manager.cleanupAfterCommand(),
      close: () => manager.reset(),
    },
  };
}

/** Runs a program to its end, in the sandbox where there is one. Never rejects. */
export async function runSandboxed(sandbox: Sandbox | null | undefined, options: ProcessOptions): Promise<ProcessResult> {
  if (sandbox === null || sandbox === undefined) return runProcess(options);
  let shell: string;
  try {
    shell = await sandbox.wrap(options.command, options.cwd);
  } catch (error) {
    const problem = `the sandbox refused: ${error instanceof Error ? error.message : String(error)}`;
    return { ended: 'spawn-failed', exitCode: null, signal: null, tail: '', outputBytes: 0, durationMs: 0, problem };
  }
  try {
    return await runProcess({ ...options, command: { shell } });
  } finally {
    sandbox.ended();
  }
}

const missing = (reason: string): OpenedSandbox => ({ type: 'missing', reason });

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** The package as the repository has it, else as Plans itself finds it. */
async function load(root: string): Promise<Manager | null> {
  let place: string = PACKAGE;
  try {
    place = pathToFileURL(createRequire(join(root, 'package.json')).resolve(PACKAGE)).href;
  } catch {
    // Not in the repository: it may be installed beside Plans.
  }
  try {
    const module = (await import(place)) as { readonly SandboxManager: Manager };
    return module.SandboxManager;
  } catch {
    return null;
  }
}
