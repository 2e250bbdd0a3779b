/** The dashboard as it is served, built where its sources are newer. */
import { globSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const ROOT = resolve(import.meta.dirname, '../..');
const WEB = join(ROOT, 'dist/web');

/** Gives the folder. Several files of tests may ask at once. */
export async function builtDashboard(): Promise<string> {
  const files = globSync('src/{web,core}/**/*.{ts,tsx,css,html,svg,webmanifest}', { cwd: ROOT });
  const newest = Math.max(...files.map((file) => statSync(join(ROOT, file)).mtimeMs));
  if ((statSync(join(WEB, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0) > newest) return WEB;
  const outDir = `${WEB}.${process.pid}`;
  // The one that is published: a test's environment would have React's for development.
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  await build({ configFile: join(ROOT, 'vite.config.ts'), root: join(ROOT, 'src/web'), build: { outDir } });
  process.env['NODE_ENV'] = before;
  rmSync(WEB, { recursive: true, force: true });
  try {
    renameSync(outDir, WEB);
  } catch {
    // Another one was quicker; its build is of the same sources.
    rmSync(outDir, { recursive: true, force: true });
  }
  return WEB;
}
