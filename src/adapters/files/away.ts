/**
 * The names of files in the middle of a write, and how a file that a dead writer left renamed away comes back.
 * Both names begin with a dot, carry the writer's pid and are ignored by everything that lists or watches plans.
 */
import { basename, dirname, join } from 'node:path';
import { codeOf, type FileSystem } from './system.ts';

/** A write takes milliseconds: after so long its writer is gone, whoever has its pid now. */
const ABANDONED_MS = 10_000;
const NAME = /^\.(.+)\.(\d+)-\d+\.plans-(new|away)$/;

let count = 0;

/** Fresh names beside `path`: for the text to be published, and for the file it replaces. */
export function workNames(path: string): { fresh: string; away: string } {
  count += 1;
  const stem = join(dirname(path), `.${basename(path)}.${process.pid}-${count}`);
  return { fresh: `${stem}.plans-new`, away: `${stem}.plans-away` };
}

/** Whether a file's name is one of those, whoever writes it. */
export function isWorkName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Puts back what a dead writer left renamed away, where nothing else has taken its place, and removes its temporary
 * files. `path` is one file, or a folder with a trailing separator for all in it. True when something was put back.
 *
 * It can do no harm to a writer that lives after all: the file comes back by a hard link, so that the writer's own
 * publishing fails and is tried again on the text that is there.
 */
export function recover(fs: FileSystem, path: string): boolean {
  const whole = /[\\/]$/.test(path);
  const folder = whole ? path : dirname(path);
  let recovered = false;
  for (const entry of namesIn(fs, folder)) {
    const match = NAME.exec(entry);
    if (match === null || (!whole && match[1] !== basename(path))) continue;
    const left = join(folder, entry);
    if (!isAbandoned(fs, left, Number(match[2]))) continue;
    if (match[3] === 'away') recovered = putBack(fs, left, join(folder, match[1] ?? '')) || recovered;
    else unlinkIfThere(fs, left);
  }
  return recovered;
}

/** Gives a renamed file its name back, unless somebody has written a newer one. True when it did. */
export function putBack(fs: FileSystem, away: string, path: string): boolean {
  const done = publishExclusive(fs, away, path);
  unlinkIfThere(fs, away);
  return done;
}

/** Gives `from` the name `to` as well; false where `to` is taken. */
export function publishExclusive(fs: FileSystem, from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(code)) throw error;
  }
  // A file system without hard links (FAT, some network shares): a look before the rename is the most there is.
  try {
    fs.accessSync(to);
    return false;
  } catch {
    fs.renameSync(from, to);
    return true;
  }
}

export function unlinkIfThere(fs: FileSystem, path: string): void {
  try {
    fs.unlinkSync(path);
  } catch (error) {
    if (codeOf(error) === '') throw error;
    // Gone already, or it cannot be removed: `recover` tries again later.
  }
}

function namesIn(fs: FileSystem, folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function isAbandoned(fs: FileSystem, path: string, pid: number): boolean {
  if (pid !== process.pid && !isAlive(pid)) return true;
  try {
    const { ctimeNs } = fs.statSync(path, { bigint: true });
    return Date.now() - Number(ctimeNs / 1_000_000n) > ABANDONED_MS;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
