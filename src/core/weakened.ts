/**
 * Whether a change makes "every gate passed" mean less: tests that are gone or skipped, checks that are silenced, thresholds that are
 * lower, and changes of what decides how is checked. A flag is no verdict: it says where a person should look.
 */

/** One file of a change; null where there is none on that side. */
export interface FileVersions {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

const FLAGS = [
  'test-files-deleted',
  'tests-removed',
  'tests-skipped',
  'tests-focused',
  'thresholds-lowered',
  'checks-silenced',
  'checks-configured',
  'filters-added',
] as const;
type FlagName = (typeof FLAGS)[number];

/** How often a change does it. */
export interface Flag {
  readonly name: FlagName | (string & {});
  readonly count: number;
}

const TEST_PATH =
  /(?:^|\/)(?:__tests__|tests?|specs?|e2e)\/|(?:^|[./_-])(?:test|spec)s?\.[^/]+$|(?:^|\/)test_[^/]+\.py$|_test\.[^/]+$|Tests?\.(?:java|kt|cs|swift)$/i;
const CODE_PATH = /\.(?:[cm]?[jt]sx?|vue|svelte|py|rs|go|java|kt|kts|cs|rb|php|swift|scala|c|cc|cpp|h|hpp|dart|ex|exs|sh)$/i;
/** What decides how is checked. `package.json` is looked into. */
const CHECK_CONFIG = new RegExp(
  [
    String.raw`^\.github/workflows/|^\.circleci/|(?:^|/)(?:\.gitlab-ci\.ya?ml|azure-pipelines\.ya?ml|Jenkinsfile|\.travis\.ya?ml|codecov\.ya?ml|\.codecov\.ya?ml)$`,
    String.raw`(?:^|/)(?:vitest|jest|playwright|cypress|karma|ava|web-test-runner|stryker|eslint|biome|prettier|stylelint|commitlint|knip)\.[^/]*(?:config|conf|workspace)[^/]*$`,
    String.raw`(?:^|/)\.(?:mocharc|nycrc|c8rc|eslintrc|eslintignore|oxlintrc|oxfmtrc|prettierrc|prettierignore|stylelintrc|pylintrc|flake8|coveragerc|rubocop|golangci|rspec|pre-commit-config|lintstagedrc)[^/]*$`,
    String.raw`(?:^|/)(?:biome\.jsonc?|tsconfig[^/]*\.json|pytest\.ini|tox\.ini|noxfile\.py|conftest\.py|mypy\.ini|ruff\.toml|clippy\.toml|rustfmt\.toml|phpunit\.xml|phpstan\.neon|Makefile|justfile)$`,
    String.raw`^\.husky/[^_]|^lefthook\.ya?ml$`,
  ].join('|'),
);
/** Where a threshold of coverage may stand. */
const THRESHOLD_PATH =
  /(?:vitest|jest|nyc|c8|coverage|codecov|pyproject|setup\.cfg|tox\.ini|package\.json|pom\.xml|gradle|Makefile|\.ya?ml$)/i;
const THRESHOLD =
  /\b(branches|functions|lines|statements|target|threshold|minimum|cov-fail-under|fail[_-]under|check-coverage[\w-]*)["']?\s*[:=\s]\s*["']?(\d+(?:\.\d+)?)/gi;

/** The beginning of a test, in the usual languages. */
const TEST_DECLARATION =
  /^\s*(?:(?:it|test|specify|scenario)(?:\.\w+)*(?:\([^)]*\))?\s*[(`]|(?:async )?def test_\w+|func Test\w+\(|#\[(?:\w+::)?test\b|@(?:Parameterized|Repeated)?Test\b|\[(?:Fact|Theory|Test|TestMethod)\]|(?:it|test|specify) ["'].*\bdo$|(?:public )?function test\w+\()/;
const SKIPPED =
  /\b(?:it|test|describe|suite|context|specify)(?:\.\w+)*\.(?:skip|todo|fixme|skipIf|runIf|fails|failing)\b|\b(?:xit|xtest|xdescribe|xcontext|xspecify)\s*[(`]|@(?:pytest\.mark\.|unittest\.)?(?:skip|skipif|skipIf|skipUnless|xfail|expectedFailure)\b|\bpytest\.(?:skip|xfail)\(|#\[ignore\b|\b[tb]\.Skip(?:f|Now)?\(|@(?:Disabled|Ignore)\b|\[(?:Ignore|Explicit)\b|\(Skip\s*=|\bself\.skipTest\(|\bmarkTest(?:Skipped|Incomplete)\(|\btesting\.Short\(\)/;
const FOCUSED = /\b(?:it|test|describe|suite|context|specify)(?:\.\w+)*\.only\b|\b(?:fit|fdescribe|fcontext)\s*\(/;
const SILENCED =
  /\b(?:es|ox)lint-disable|biome-ignore|@ts-(?:ignore|expect-error|nocheck)|#\s*noqa\b|#\s*type:\s*ignore|#\s*pyright:\s*ignore|pylint:\s*disable|\/\/\s*nolint\b|#!?\[allow\(|@SuppressWarnings\b|@Suppress\(|\bNOSONAR\b|rubocop:disable|shellcheck disable|(?:istanbul|c8|v8) ignore|pragma:\s*no cover|stylelint-disable|prettier-ignore|phpstan-ignore|swiftlint:disable|#nosec\b/;
const FILTER = /\s(?:filter|diff|merge)=/;

/** The flags of a change, in a fixed order, without those that count nothing. `commands` are the gates': a script that one calls decides too. */
export function weakened(files: readonly FileVersions[], commands: readonly string[] = []): readonly Flag[] {
  const counts: Record<FlagName, number> = {
    'test-files-deleted': deletedTests(files),
    'tests-removed': Math.max(0, declarations(files, 'before') - declarations(files, 'after')),
    'tests-skipped': 0,
    'tests-focused': 0,
    'thresholds-lowered': 0,
    'checks-silenced': 0,
    'checks-configured': 0,
    'filters-added': 0,
  };
  const called = new Set(commands.flatMap((command) => command.split(/[\s;&|"'()]+/)).map((word) => word.replace(/^\.\//, '')));
  for (const file of files) {
    const { path } = file;
    if (CHECK_CONFIG.test(path) || (called.has(path) && CODE_PATH.test(path)) || scriptsChanged(file)) counts['checks-configured'] += 1;
    if (THRESHOLD_PATH.test(path)) counts['thresholds-lowered'] += loweredThresholds(file);
    if (path.endsWith('.gitattributes')) counts['filters-added'] += count(addedLines(file), FILTER);
    if (!CODE_PATH.test(path)) continue;
    const added = addedLines(file);
    counts['tests-skipped'] += TEST_PATH.test(path) || path.endsWith('.rs') ? count(added, SKIPPED) : 0;
    counts['tests-focused'] += TEST_PATH.test(path) ? count(added, FOCUSED) : 0;
    counts['checks-silenced'] += count(added, SILENCED);
  }
  return FLAGS.map((name) => ({ name, count: counts[name] })).filter((flag) => flag.count > 0);
}

const count = (lines: readonly string[], pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;

/** Files of tests that are gone; one of the same name elsewhere has been moved. */
function deletedTests(files: readonly FileVersions[]): number {
  const isTest = ({ path }: FileVersions) => TEST_PATH.test(path) && CODE_PATH.test(path);
  const name = ({ path }: FileVersions) => path.slice(path.lastIndexOf('/') + 1);
  const made = new Set(files.filter((file) => file.before === null && isTest(file)).map(name));
  return files.filter((file) => file.after === null && isTest(file) && !made.has(name(file))).length;
}

function declarations(files: readonly FileVersions[], side: 'before' | 'after'): number {
  return files
    .filter(({ path }) => CODE_PATH.test(path))
    .reduce((sum, file) => sum + count((file[side] ?? '').split('\n'), TEST_DECLARATION), 0);
}

/** Lines that occur more often than before. A line that was moved within its file is not new. */
function addedLines({ before, after }: FileVersions): readonly string[] {
  const left = new Map<string, number>();
  for (const line of (before ?? '').split('\n')) left.set(line.trim(), (left.get(line.trim()) ?? 0) + 1);
  return (after ?? '').split('\n').filter((line) => {
    const old = left.get(line.trim()) ?? 0;
    left.set(line.trim(), old - 1);
    return old <= 0;
  });
}

/** Thresholds that were there and are lower now, or gone, by their names. */
function loweredThresholds({ before, after }: FileVersions): number {
  if (before === null) return 0;
  const now = thresholds(after ?? '');
  return [...thresholds(before)].filter(([name, value]) => (now.get(name) ?? -1) < value).length;
}

/** The highest value of each. */
function thresholds(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [, name = '', value = '0'] of text.matchAll(THRESHOLD)) {
    const key = name.toLowerCase();
    found.set(key, Math.max(found.get(key) ?? 0, Number(value)));
  }
  return found;
}

/** A script of `package.json` that was there and says something else, or is gone: gates call them. A new one weakens nothing. */
function scriptsChanged({ path, before, after }: FileVersions): boolean {
  if (path !== 'package.json' && !path.endsWith('/package.json')) return false;
  const old = scripts(before);
  const now = scripts(after);
  return [...old].some(([name, value]) => now.get(name) !== value);
}

function scripts(text: string | null): ReadonlyMap<string, string> {
  try {
    const value: unknown = Reflect.get(Object(JSON.parse(text ?? '{}')) as object, 'scripts');
    return new Map(Object.entries(Object(value) as object).map(([name, script]) => [name, JSON.stringify(script)]));
  } catch {
    return new Map();
  }
}

/** `2 tests removed, 1 check silenced`: the flags in words. */
export function flagWords(flags: readonly Flag[]): string {
  return flags.map(({ name, count: times }) => `${times} ${words(name, times)}`).join(', ');
}

function words(name: string, times: number): string {
  const [plural = name, single = plural] = WORDS[name] ?? [name.replaceAll('-', ' ')];
  return times === 1 ? single : plural;
}

const WORDS: Readonly<Record<string, readonly [plural: string, single: string]>> = {
  'test-files-deleted': ['test files deleted', 'test file deleted'],
  'tests-removed': ['tests removed', 'test removed'],
  'tests-skipped': ['tests skipped', 'test skipped'],
  'tests-focused': ['tests focused, so that others do not run', 'test focused, so that others do not run'],
  'thresholds-lowered': ['thresholds lowered', 'threshold lowered'],
  'checks-silenced': ['checks silenced', 'check silenced'],
  'checks-configured': ['files changed that decide what is checked', 'file changed that decides what is checked'],
  'filters-added': ['git filters added', 'git filter added'],
};
