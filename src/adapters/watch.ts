/**
 * Tells when something may have changed in a folder. What it says is a hint and no more: the last save of a burst, or a change on another
 * machine's disk, may come without one. Whoever listens looks at the files.
 */
import { statfsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

export interface FolderWatch {
  close(): Promise<void>;
}

export interface WatchRequest {
  /** Absolute, and there as long as this lasts. */
  readonly root: string;
  /** Absolute, in the root or the root itself; need not exist. Folders in it are not watched. */
  readonly folder: string;
  /** Whether a name in it is worth a hint. */
  readonly concerns: (name: string) => boolean;
  readonly hint: () => void;
  /** The system gives no more hints; a sentence that says why. */
  readonly fail: (reason: string) => void;
}

/**
 * Watches a folder: one watch of the system's for it and for each that it lies in, none for its files. Resolves when changes are noticed;
 * throws where that cannot be.
 */
export async function watchFolder({ root, folder, concerns, hint, fail }: WatchRequest): Promise<FolderWatch> {
  const { watch } = await import('chokidar');
  const way = waysTo(folder, root);
  // From the root on, as a watch goes with its folder: that one is taken away and comes back (a branch without plans), or is renamed.
  const watcher = watch(root, {
    depth: way.size - 1,
    ignoreInitial: true,
    atomic: false,
    ignored: (path) => !way.has(path) && !(dirname(path) === folder && concerns(basename(path))),
  });
  watcher.on('all', hint);
  return await new Promise((ready, refuse) => {
    watcher.on('ready', () => ready({ close: () => watcher.close() }));
    watcher.on('error', (error) => {
      const reason = reasonOf(error);
      refuse(new Error(reason));
      fail(reason);
    });
  });
}

/** The root, the folder, and all between them. */
function waysTo(folder: string, root: string): ReadonlySet<string> {
  const way = new Set([root]);
  for (let path = folder; path !== root && path !== dirname(path); path = dirname(path)) way.add(path);
  return way;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC') return 'the system has no watches left (fs.inotify.max_user_watches)';
  if (code === 'EMFILE') return 'the system has no more files to open, or no more watchers (fs.inotify.max_user_instances)';
  return `the system cannot watch it (${code || (error instanceof Error ? error.message : String(error))})`;
}

/** File systems (`f_type` of statfs) whose changes may be made on another machine, of which the system here hears nothing. From linux/magic.h and statfs(2). */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x786f4256, 'a shared folder of VirtualBox'],
  [0x7c7c6673, 'a shared folder of Parallels'],
  [0xbacbacbc, 'a shared folder of VMware'],
]);

/** What kind of network drive or shared folder a path lies on; null where it lies on none, or the system does not say. */
export function remoteFileSystem(path: string, typeOf: (path: string) => number = (each) => statfsSync(each).type): string | null {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      return process.platform === 'linux' ? (REMOTE.get(typeOf(folder) >>> 0) ?? null) : null;
    } catch {
      // It is not there yet: what it will be in is.
      if (folder === dirname(folder)) return null;
    }
  }
}
