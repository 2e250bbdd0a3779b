/** What the machine refuses, wherever it is met: a full disk, too many open files. No mistake of Plans, and a person can mend it. */

const WRITES = 'Plans writes to the plans, to ".plans" and to ".git":';
const YOURS = `${WRITES} make them yours to write, or work in a clone.`;

/** By the error's code, or by the words that a program such as git prints for it. */
const REFUSALS: readonly { readonly codes: readonly string[]; readonly words: RegExp; readonly remedy: string }[] = [
  { codes: ['ENOSPC'], words: /No space left on device|Out of diskspace/, remedy: 'Free some space on the disk.' },
  { codes: ['EDQUOT'], words: /Disk quota exceeded/, remedy: 'Your disk quota is used up: free some space.' },
  { codes: ['EROFS'], words: /Read-only file system/, remedy: `${WRITES} make the file system writable, or work in a clone.` },
  { codes: ['EACCES', 'EPERM'], words: /Permission denied|Operation not permitted/, remedy: YOURS },
  { codes: ['EMFILE'], words: /Too many open files(?! in system)/, remedy: 'Raise the limit of open files (ulimit -n).' },
  { codes: ['ENFILE'], words: /Too many open files in system/, remedy: 'Close some programs.' },
  { codes: ['EAGAIN', 'ENOMEM'], words: /Cannot allocate memory|Resource temporarily unavailable/, remedy: 'Close some programs.' },
  { codes: [], words: /unable to write new.index file/, remedy: `Free some space on the disk, if it is full. ${YOURS}` },
  { codes: ['ENOTDIR'], words: /Not a directory/, remedy: 'A file stands where a folder has to be: move it away.' },
  {
    codes: [],
    words: /git \S+ (?:was ended before it was done|failed: exit code 1(?:29|[3-6]\d))/,
    remedy: 'Something ended git: look whether the machine is short of memory.',
  },
  { codes: ['EIO'], words: /Input\/output error/, remedy: 'Check the disk.' },
];

/** What a person has to do about an error; null where it is none of the machine's, and so perhaps a bug. */
export function remedyOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const refusal = REFUSALS.find(({ codes }) => codes.includes(code)) ?? REFUSALS.find(({ words }) => words.test(error.message));
  return refusal?.remedy ?? null;
}
