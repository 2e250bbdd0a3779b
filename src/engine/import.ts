/** Foreign task lists: which files make one up, what format they are in, and the plan that they become. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { assemble, type Assembled } from '../core/import/assemble.ts';
import { detectFormat, FORMATS, type Format } from '../core/import/formats.ts';
import type { Imported, SourceFile } from '../core/import/imported.ts';
import { titleFromPath } from '../core/import/naming.ts';
import { Problem } from '../core/problem.ts';
import { suggest } from '../core/suggest.ts';
import type { Workspace } from './workspace.ts';

/** Largest file that is read, in bytes: the largest lists of other trackers have 2 MB. */
const MAX_BYTES = 16 * 1024 * 1024;
/** So many files are looked at in a folder, so deep. */
const MAX_FILES = 10_000;
const MAX_DEPTH = 8;
/** Lists that are named where a folder holds several. */
const MAX_NAMED = 8;
const SKIPPED = new Set(['node_modules', '.git', '.plans', 'dist', 'vendor']);

/** A foreign list, read. */
export interface ForeignList {
  readonly format: Format;
  /** The files that it was read from, as they were named. */
  readonly files: readonly string[];
  readonly imported: Imported;
  /** The title that it gives itself, or its path does. */
  readonly title: string;
}

/** The format of that name. A {@link Problem} says which there are. */
export function formatNamed(name: string): Format {
  const format = FORMATS.find((each) => each.name === name);
  if (format !== undefined) return format;
  const names = FORMATS.map((each) => each.name);
  const meant = suggest(name, names);
  throw new Problem(`There is no format "${name}". ${meant === null ? `Known: ${names.join(', ')}.` : `Did you mean "${meant}"?`}`);
}

/**
 * Reads the list in a file or a folder.
 *
 * @param path absolute
 * @param root what the names of files are relative to
 * @param format where it is not to be told from the files
 */
export function readForeign(path: string, root: string, format: Format | null): ForeignList {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new Problem(`There is no file or folder ${nameOf(path, root)}.`);
  return stat.isDirectory() ? listIn(path, root, format) : listOf([fileAt(path, root)], format, path);
}

/** The list in a text that has no file. */
export function readForeignText(text: string, path: string, format: Format | null = null): ForeignList {
  return listOf([{ path, text }], format, null);
}

/** The same of several texts, as those of a folder. A {@link Problem} says why they are no list. */
export function readForeignTexts(files: readonly SourceFile[], format: Format | null): ForeignList {
  const [first, ...others] = files;
  if (first !== undefined && others.length === 0) return listOf([first], format, null);
  return listAmong(
    files.map((file) => ({ name: file.path, read: () => file })),
    `The ${files.length} files`,
    format,
  );
}

/** The list as a plan, or a sentence why it makes none. */
export function planFrom(
  list: ForeignList,
  workspace: Pick<Workspace, 'known'>,
  plan: { readonly id: string; readonly title: string },
): Assembled | { readonly refused: string } {
  const name = list.files.length === 1 ? (list.files[0] ?? '') : `${list.files.length} files`;
  if (list.imported.phases.every(({ tasks }) => tasks.length === 0)) {
    const hint = '"- [ ] task" or "- task" at the beginning of a line makes a task';
    return { refused: `${name} has no list of tasks (read as ${list.format.title}): in Markdown ${hint}. Nothing was written.` };
  }
  const assembled = assemble(list.imported, { ...plan, known: workspace.known });
  return 'refused' in assembled ? { refused: `${name} makes no plan. ${assembled.refused} Nothing was written.` } : assembled;
}

function listOf(files: readonly SourceFile[], named: Format | null, file: string | null): ForeignList {
  const [first] = files as readonly [SourceFile, ...SourceFile[]];
  const format = named ?? detectFormat(first);
  // A plan of GSD's is done when its summary stands beside it.
  const summary =
    file === null || format.name !== 'gsd'
      ? null
      : join(
          dirname(file),
          first.path
            .split('/')
            .at(-1)
            ?.replace(/PLAN\.md$/, 'SUMMARY.md') ?? '',
        );
  const isDone = summary !== null && summary !== file && statSync(summary, { throwIfNoEntry: false }) !== undefined;
  const imported = format.read(isDone ? [...files, { path: first.path.replace(/PLAN\.md$/, 'SUMMARY.md'), text: '' }] : files);
  return { format, files: files.map(({ path }) => path), imported, title: imported.title ?? titleFromPath(first.path) };
}

/** The one list that a folder holds. */
function listIn(folder: string, root: string, named: Format | null): ForeignList {
  const read = (path: string) => () => fileAt(path, root);
  return listAmong(
    filesIn(folder).map((path) => ({ name: nameOf(path, root), read: read(path) })),
    nameOf(folder, root),
    named,
  );
}

/** The one list that files hold; those are read that may be part of it. `shown` is what people call them. */
function listAmong(
  files: readonly { readonly name: string; readonly read: () => SourceFile }[],
  shown: string,
  named: Format | null,
): ForeignList {
  for (const format of named === null ? FORMATS.filter(({ name }) => name !== 'markdown') : [named]) {
    const candidates = files.filter(({ name }) => format.belongs.test(name));
    const found = candidates.map(({ read }) => read()).filter((file) => named !== null || isOf(format, file));
    const [first] = found.filter(({ path }) => !path.endsWith('SUMMARY.md'));
    if (first === undefined) continue;
    if (!format.together && found.length > 1) {
      const some = found.slice(0, MAX_NAMED).map(({ path }) => path);
      throw new Problem(
        `${shown} holds ${found.length} lists (${format.title}): ${some.join(', ')}${found.length > MAX_NAMED ? ', …' : ''}. Name one of them.`,
      );
    }
    const list = listOf(found, format, null);
    return found.length > 1 ? { ...list, title: list.imported.title ?? titleFromPath(shown) } : list;
  }
  const names = FORMATS.map(({ name }) => name).join(', ');
  throw new Problem(`${shown} holds no task list that is known (${names}). Name a file, or say its format (--format).`);
}

function isOf(format: Format, file: SourceFile): boolean {
  return file.path.endsWith('SUMMARY.md') ? format.name === 'gsd' : detectFormat(file) === format;
}

/** The files below a folder, in the order of their names. */
function filesIn(folder: string, depth = 0): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) =>
    a.name.localeCompare(b.name, 'en', { numeric: true }),
  )) {
    const path = join(folder, entry.name);
    if (entry.isFile() && /\.(?:md|json|jsonl)$/.test(entry.name)) found.push(path);
    else if (entry.isDirectory() && depth < MAX_DEPTH && !SKIPPED.has(entry.name)) found.push(...filesIn(path, depth + 1));
    if (found.length > MAX_FILES)
      throw new Problem(`${folder} holds more than ${MAX_FILES} files. Name the file, or the folder that holds the tasks.`);
  }
  return found;
}

function fileAt(path: string, root: string): SourceFile {
  const name = nameOf(path, root);
  let bytes: Buffer;
  try {
    if (statSync(path).size > MAX_BYTES)
      throw new Problem(`${name} is larger than ${MAX_BYTES / 1024 / 1024} MiB, too large for a task list.`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${name} cannot be read: the system says ${error instanceof Error ? error.message : String(error)}.`);
  }
  try {
    return { path: name, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    throw new Problem(`${name} is not valid UTF-8. Save it as UTF-8.`);
  }
}

/** As people name it: relative to the root where it lies there. */
function nameOf(path: string, root: string): string {
  const name = relative(root, path).split(sep).join('/');
  return name === '' ? '.' : name.startsWith('../') ? path.split(sep).join('/') : name;
}
