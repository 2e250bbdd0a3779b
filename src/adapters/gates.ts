/** Runs a gate: a command whose exit code is evidence. */
import { posix } from 'node:path';
import type { GateConfig } from '../core/config.ts';
import { durationMs } from '../core/frontmatter.ts';
import type { GateResult } from '../core/outcome.ts';
import type { Redaction } from '../core/redact.ts';
import { TAIL_BYTES, type ProcessResult } from './process.ts';
import { runSandboxed, type Sandbox } from './sandbox.ts';

/** Lines of output that a result carries; the log has more. */
const TAIL_LINES = 100;

export interface GateContext {
  /** Absolute folder the gate runs in. */
  readonly cwd: string;
  /** The whole environment, already filtered. */
  readonly env: Readonly<Record<string, string>>;
  /** What the task changed: relative to `cwd`, `/`-separated. */
  readonly changedPaths: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly logFile?: string | undefined;
  readonly graceMs?: number | undefined;
  readonly redaction?: Redaction | undefined;
  readonly sandbox?: Sandbox | null | undefined;
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** Runs one gate, or skips it where its `when` globs match nothing that changed. Never rejects. A gate that was stopped has failed. */
export async function runGate(gate: GateConfig, context: GateContext): Promise<GateResult> {
  const skipped = skipReason(gate, context.changedPaths);
  if (skipped !== null) return { name: gate.name, status: 'skipped', durationMs: 0, exitCode: null, reason: skipped, tail: '' };
  const { onOutput } = context;
  const result = await runSandboxed(context.sandbox, {
    command: { shell: gate.run },
    cwd: context.cwd,
    env: context.env,
    wallTimeoutMs: durationMs(gate.timeout),
    logFile: context.logFile,
    signal: context.signal,
    graceMs: context.graceMs,
    tailBytes: TAIL_BYTES,
    redaction: context.redaction,
    onOutput: onOutput && ((_stream, text) => onOutput(text)),
  });
  const passed = result.ended === 'exit' && result.exitCode === 0;
  return {
    name: gate.name,
    status: passed ? 'passed' : 'failed',
    durationMs: result.durationMs,
    exitCode: result.ended === 'exit' ? result.exitCode : null,
    reason: passed ? '' : failureReason(gate, result),
    tail: lastLines(result.tail),
  };
}

/** Why the gate need not run for these changes, as a sentence; null when it must. */
function skipReason(gate: GateConfig, changedPaths: readonly string[]): string | null {
  const { when } = gate;
  if (when === undefined || changedPaths.some((path) => when.some((glob) => matchesPath(path, glob)))) return null;
  return `No changed path matches ${when.map((glob) => `"${glob}"`).join(' or ')}.`;
}

/**
 * Whether a path (`/`-separated) matches a glob. A name without wildcards matches a file or all of a folder. Names that
 * begin with a dot are no exception, so that `**` means everything: the platform's matcher skips them, and is kept
 * from seeing them by a private character before each such dot, in path and glob alike.
 */
export function matchesPath(path: string, glob: string): boolean {
  const wanted = glob.replace(/^\.\//, '').replace(/\/+$/, '');
  if (path === wanted || path.startsWith(`${wanted}/`)) return true;
  return posix.matchesGlob(path.replaceAll(/(^|\/)\./g, '$1\uE000.'), wanted.replaceAll(/(^|[/{,(|])\./g, '$1\uE000.'));
}

function failureReason(gate: GateConfig, result: ProcessResult): string {
  switch (result.ended) {
    case 'timeout_wall':
    case 'timeout_idle':
      return `It did not end within its timeout of ${gate.timeout} and was stopped.`;
    case 'aborted':
      return 'It was stopped before it ended.';
    case 'not-found':
      return 'The shell "sh" was not found. Gates need a POSIX shell in PATH.';
    case 'spawn-failed':
      return `It could not be started: ${result.problem ?? 'unknown reason'}.`;
    case 'exit':
      if (result.signal !== null) return `It was ended by ${result.signal}.`;
      if (result.exitCode === 127) {
        return 'A program was not found (exit code 127). Install it, or correct "run" of this gate in the config; the output names it.';
      }
      if (result.exitCode === 126) return 'A program could not be executed (exit code 126). Check that its file is executable.';
      return `It ended with exit code ${result.exitCode}.`;
  }
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
