/**
 * A repository as Claude may read it: its tracked files, and new ones that git does not ignore. Nothing outside of it, no file that is kept out
 * of git, none that usually holds secrets, and never more than a bounded answer.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { BetaRunnableTool } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import { z } from 'zod';
import type { Redaction } from '../../core/redact.ts';
import { gitEnvironment, GitProgram } from '../git/process.ts';
import { claudeTool, ToolFailure } from './tool.ts';

/** Lines of one answer of `tree`. */
const MAX_TREE_LINES = 600;
/** Bytes of a file that is read at all. */
const MAX_FILE_BYTES = 2 * 1024 * 1024;
/** Lines and characters of one answer of `read`. */
const MAX_READ_LINES = 1_500;
const MAX_READ_CHARS = 60_000;
/** Characters of one answer of `grep`, and of one line in it. */
const MAX_GREP_CHARS = 24_000;
const MAX_LINE_CHARS = 300;
const GIT_TIMEOUT_MS = 30_000;
/** Files that hold secrets, though they may be in git. */
const SECRET_FILE =
  /(?:^|\/)(?:\.env(?:\.(?!example$|sample$|template$)[^/]*)?|\.npmrc|\.netrc|\.pypirc|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519)|[^/]*\.(?:pem|key|p12|pfx|jks|keystore)|credentials(?:\.json)?|secrets?\.(?:json|ya?ml|toml))$/i;

export interface Repository {
  /** Absolute path of the work tree. */
  readonly root: string;
  /** The environment of git, already filtered. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes secrets out of what is read. */
  readonly redaction: Redaction;
}

/** The tools `tree`, `read` and `grep` of a repository. The files are listed once. */
export function readingTools(repository: Repository): BetaRunnableTool[] {
  const git = new GitProgram(repository.root, gitEnvironment(repository.env));
  let listing: Promise<readonly string[]> | null = null;
  const files = (): Promise<readonly string[]> => (listing ??= list(git));
  const clean = (text: string): string => repository.redaction.text(text);
  return [
    claudeTool(
      'tree',
      'Lists the files of the repository, folders that are deeper than `depth` with the number of files in them. Begin with it.',
      z.object({
        path: z.string().default('').describe('A folder, relative to the root. Empty: the root.'),
        depth: z.int().min(1).max(10).default(3).describe('Levels of folders.'),
      }),
      async ({ path, depth }) => clean(tree(await files(), inside(path), depth)),
    ),
    claudeTool(
      'read',
      `Reads a text file, at most ${MAX_READ_LINES} lines at a time.`,
      z.object({
        path: z.string().min(1).describe('Relative to the root.'),
        from: z.int().min(1).default(1).describe('The first line, counted from 1.'),
        lines: z.int().min(1).max(MAX_READ_LINES).default(MAX_READ_LINES),
      }),
      async ({ path, from, lines }) => clean(await read(repository.root, await files(), inside(path), { from, lines })),
    ),
    searchTool(git, repository.redaction),
  ];
}

/** The tool `grep`: through git, which knows what is ignored. Unlike the SDK's own it hands on no environment but that of `git`. */
export function searchTool(git: GitProgram, redaction: Pick<Redaction, 'text'>): BetaRunnableTool {
  return claudeTool(
    'grep',
    'Searches the files of the repository for an extended regular expression (as grep -E), line by line. What git ignores is left out.',
    z.object({
      pattern: z.string().min(1),
      path: z.string().default('').describe('A file or folder to search in, relative to the root. Empty: everywhere.'),
      ignoreCase: z.boolean().default(false),
    }),
    async ({ pattern, path, ignoreCase }) => redaction.text(await grep(git, pattern, inside(path), ignoreCase)),
  );
}

/** A path as git has it, without what leads nowhere. What leads outside is in no listing. */
function inside(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}

async function list(git: GitProgram): Promise<readonly string[]> {
  const listed = await git.must(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
    timeoutMs: GIT_TIMEOUT_MS,
  });
  return listed
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '' && !SECRET_FILE.test(path))
    .toSorted();
}

function tree(files: readonly string[], folder: string, depth: number): string {
  const prefix = folder === '' ? '' : `${folder}/`;
  const lines = new Map<string, number>();
  for (const file of files) {
    if (!file.startsWith(prefix)) continue;
    const parts = file.slice(prefix.length).split('/');
    const line = parts.length <= depth ? `${prefix}${parts.join('/')}` : `${prefix}${parts.slice(0, depth).join('/')}/`;
    lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  if (lines.size === 0) throw new ToolFailure(`There is no folder "${folder}" in the repository, or nothing in it that may be read.`);
  const shown = [...lines].slice(0, MAX_TREE_LINES).map(([line, count]) => (line.endsWith('/') ? `${line} (${count} files)` : line));
  if (lines.size > MAX_TREE_LINES) shown.push(`… ${lines.size - MAX_TREE_LINES} more lines. Ask for a folder, or for less depth.`);
  return shown.join('\n');
}

async function read(
  root: string,
  files: readonly string[],
  path: string,
  { from, lines }: { readonly from: number; readonly lines: number },
): Promise<string> {
  if (SECRET_FILE.test(path)) throw new ToolFailure(`"${path}" may hold secrets and is not read.`);
  if (!files.includes(path)) throw new ToolFailure(`There is no file "${path}" in the repository, or git ignores it.`);
  const file = join(root, path);
  let text: string;
  try {
    const real = await realpath(file);
    if (!real.startsWith((await realpath(root)) + sep)) throw new ToolFailure(`"${path}" leads outside the repository.`);
    const { size } = await stat(real);
    if (size > MAX_FILE_BYTES) throw new ToolFailure(`"${path}" has ${size} bytes, too many to read. Search in it with grep.`);
    text = await readFile(real, 'utf8');
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    throw new ToolFailure(`"${path}" could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (text.includes('\0')) throw new ToolFailure(`"${path}" is no text.`);
  const all = text.replace(/\n$/, '').split('\n');
  const wanted = all.slice(from - 1, from - 1 + lines).join('\n');
  const cut = wanted.length > MAX_READ_CHARS ? wanted.slice(0, MAX_READ_CHARS) : wanted;
  const last = from - 1 + cut.split('\n').length;
  if (last >= all.length && cut === wanted) return cut;
  return `${cut}\n… lines ${from} to ${last} of ${all.length}. Read on with from: ${last + (cut === wanted ? 1 : 0)}.`;
}

async function grep(git: GitProgram, pattern: string, path: string, ignoreCase: boolean): Promise<string> {
  let found = '';
  let tooMuch = false;
  const options = ['--no-color', '--untracked', '--exclude-standard', '-I', '-n', '-E', ...(ignoreCase ? ['-i'] : [])];
  const result = await git.run(['--literal-pathspecs', 'grep', ...options, '-e', pattern, '--', ...(path === '' ? [] : [path])], {
    timeoutMs: GIT_TIMEOUT_MS,
    onChunk: (chunk) => {
      if (found.length < 4 * MAX_GREP_CHARS) found += chunk.toString('utf8');
      else tooMuch = true;
    },
  });
  if (result.code > 1 || result.code < 0) throw new ToolFailure(`grep failed: ${result.stderr.trim().slice(0, MAX_LINE_CHARS)}`);
  const lines = found
    .split('\n')
    .filter((line) => line !== '' && !SECRET_FILE.test(line.slice(0, line.indexOf(':'))))
    .map((line) => (line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line));
  if (lines.length === 0) return 'Nothing was found.';
  let text = lines.join('\n');
  if (text.length > MAX_GREP_CHARS) {
    text = text.slice(0, text.lastIndexOf('\n', MAX_GREP_CHARS));
    tooMuch = true;
  }
  return tooMuch ? `${text}\n… and more. Search for something narrower, or in one folder.` : text;
}
