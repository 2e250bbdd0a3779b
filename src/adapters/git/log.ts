/** `git log` with everything a plan's history needs, in one spawn. */
import { StringDecoder } from 'node:string_decoder';
import { literal } from './entries.ts';
import type { Commit, FileChange, LogQuery } from './git.ts';
import type { GitProgram } from './process.ts';

/** Subject and body are free text but cannot hold NUL; trailers are unfolded, one a line. */
const FORMAT = '%H%x00%P%x00%an%x00%aI%x00%cI%x00%s%x00%b%x00%(trailers:only=true,unfold=true)';
const FIELDS = 8;
/** Ids on one command line: Windows takes 32,767 characters. */
const MAX_SINGLES = 400;
const NOTHING = /^0+$/;

/** The person's own log settings must not change what is read. */
const SETTINGS = ['log.showRoot=true', 'i18n.logOutputEncoding=UTF-8', 'trailer.separators=:', 'diff.ignoreSubmodules=none'].flatMap(
  (one) => ['-c', one],
);
const FLAGS =
  '--raw --no-abbrev --no-renames --topo-order --no-diff-merges --no-show-signature --no-color --no-ext-diff --no-notes --no-mailmap';

/** The commits up to one id, without those of another where it is given. */
export async function readLog(git: GitProgram, query: LogQuery, to: string, from: string | null): Promise<readonly Commit[]> {
  const parser = new LogParser();
  await git.must(logArguments(query, to, from), { onChunk: (chunk) => parser.push(chunk) });
  return parser.end();
}

/** These commits alone. */
export async function readSingles(git: GitProgram, ids: readonly string[]): Promise<readonly Commit[]> {
  const found: Commit[] = [];
  for (let at = 0; at < ids.length; at += MAX_SINGLES) {
    const parser = new LogParser();
    parser.push(await git.must(singleArguments(ids.slice(at, at + MAX_SINGLES))));
    found.push(...parser.end());
  }
  return found;
}

/** The command line for a log between two commit ids. */
function logArguments(query: LogQuery, to: string, from: string | null): readonly string[] {
  const limit = query.limit === undefined ? [] : [`--max-count=${query.limit}`];
  const range = from === null ? [to] : [to, `^${from}`];
  return [
    ...SETTINGS,
    'log',
    '-z',
    ...FLAGS.split(' '),
    `--format=${FORMAT}`,
    ...limit,
    ...range,
    '--',
    ...(query.paths ?? []).map(literal),
  ];
}

/** The command line for single commits by id. */
function singleArguments(ids: readonly string[]): readonly string[] {
  return [
    ...SETTINGS,
    'log',
    '-z',
    '--no-walk=unsorted',
    '--no-patch',
    '--no-show-signature',
    '--no-notes',
    `--format=${FORMAT}`,
    ...ids,
    '--',
  ];
}

/** Takes the output as it comes; `commits` is complete after `end()`. */
class LogParser {
  readonly commits: Commit[] = [];
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #fields: string[] = [];
  #changes: FileChange[] = [];
  /** A `:mode mode id id status` token whose path comes next. */
  #raw: string | null = null;

  push(chunk: Buffer): void {
    const tokens = (this.#rest + this.#decoder.write(chunk)).split('\0');
    this.#rest = tokens.pop() ?? '';
    for (const token of tokens) this.#take(token);
  }

  end(): readonly Commit[] {
    this.#finish();
    return this.commits;
  }

  #take(token: string): void {
    if (this.#raw !== null) {
      this.#changes.push(fileChange(this.#raw, token));
      this.#raw = null;
    } else if (this.#fields.length < FIELDS) {
      this.#fields.push(token);
    } else if (token.startsWith('\n:') || token.startsWith(':')) {
      this.#raw = token.trimStart();
    } else {
      this.#finish();
      this.#fields.push(token);
    }
  }

  #finish(): void {
    const [id, parents, authorName, authoredAt, committedAt, subject, body, trailers] = this.#fields;
    if (trailers !== undefined && id !== undefined) {
      const ids = parents ? parents.split(' ') : [];
      this.commits.push({
        id,
        parents: ids,
        authorName: authorName ?? '',
        authoredAt: authoredAt ?? '',
        committedAt: committedAt ?? '',
        subject: subject ?? '',
        body: (body ?? '').trimEnd(),
        trailers: parseTrailers(trailers),
        changes: ids.length > 1 ? [] : this.#changes,
      });
    }
    this.#fields = [];
    this.#changes = [];
  }
}

function fileChange(raw: string, path: string): FileChange {
  const [, , before = '', after = ''] = raw.split(' ');
  return { path, before: NOTHING.test(before) ? null : before, after: NOTHING.test(after) ? null : after };
}

function parseTrailers(text: string): (readonly [string, string])[] {
  return text.split('\n').flatMap((line): (readonly [string, string])[] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).trimEnd(), line.slice(colon + 1).trim()]] : [];
  });
}

/** The oldest commit without parents that HEAD stands on. */
export async function oldestRoot(git: GitProgram): Promise<string | null> {
  const listed = await git.must(['rev-list', '--max-parents=0', '--timestamp', 'HEAD']);
  const roots = listed.toString('utf8').split('\n').filter(Boolean);
  return roots.sort((a, b) => parseInt(a, 10) - parseInt(b, 10))[0]?.split(' ')[1] ?? null;
}
