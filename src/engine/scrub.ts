/** Secrets in files that an attempt wrote: none gets into a commit, be it the task's or one that only keeps what was tried. */
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redaction } from '../core/redact.ts';

/** Larger files are not looked into. Bytes. */
const MAX_SCANNED_BYTES = 4 * 1024 * 1024;

export interface Leak {
  readonly path: string;
  /** Names of the variables whose values stand in it. */
  readonly names: readonly string[];
}

/** The files in which the value of a secret variable stands. */
export function leaksIn(root: string, paths: readonly string[], redaction: Redaction): readonly Leak[] {
  return paths.flatMap((path) => {
    const names = redaction.named(textOf(join(root, path)) ?? '');
    return names.length === 0 ? [] : [{ path, names }];
  });
}

/** Replaces such values in the files themselves by `[redacted NAME]`; gives the files in which there were any. */
export function scrub(root: string, paths: readonly string[], redaction: Redaction): readonly Leak[] {
  const leaks = leaksIn(root, paths, redaction);
  for (const { path } of leaks) {
    const file = join(root, path);
    writeFileSync(file, redaction.values(textOf(file) ?? ''), 'latin1');
  }
  return leaks;
}

/** One character for each byte, so that what is written back differs in nothing else; null where there is no file to look into. */
function textOf(file: string): string | null {
  try {
    const stat = lstatSync(file);
    return stat.isFile() && stat.size <= MAX_SCANNED_BYTES ? readFileSync(file, 'latin1') : null;
  } catch {
    return null;
  }
}
