/** Folders that tests write to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** Gives every test of a file an empty folder of its own, which is gone after it. */
export function folderForEach(use: (path: string) => void): void {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'plans-'));
    use(path);
  });
  afterEach(() => {
    rmSync(path, { recursive: true, force: true });
  });
}
