import { describe, expect, it } from 'vitest';
import { flagWords, weakened } from '../../src/core/weakened.ts';

const flags = (path: string, before: string | null, after: string | null, commands: string[] = []) =>
  Object.fromEntries(weakened([{ path, before, after }], commands).map(({ name, count }) => [name, count]));
const config = (lines: number) => `coverage: { thresholds: { lines: ${lines}, branches: 80 } }`;
const scripts = (test: string, more = {}) => JSON.stringify({ scripts: { test, ...more } });

describe('weakened checks', () => {
  it.each([
    ['a.test.ts', "it('x', () => {", "it.skip('x', () => {"],
    ['a.test.ts', "it('x', () => {", "xit('x', () => {"],
    ['a.spec.ts', "describe('x', () => {", "describe.todo('x');"],
    ['test/a.ts', "test.each([1])('x', () => {", "test.skip.each([1])('x', () => {"],
    ['test_a.py', 'def test_a():', '@pytest.mark.skip\ndef test_a():'],
    ['test_a.py', 'def test_a(self):', '    @unittest.skipIf(True, "x")\ndef test_a(self):'],
    ['src/lib.rs', '#[test]\nfn a() {', '#[test]\n#[ignore]\nfn a() {'],
    ['a_test.go', 'func TestA(t *testing.T) {', 'func TestA(t *testing.T) {\n\tt.Skip("later")'],
    ['src/test/java/ATest.java', '@Test\nvoid a() {', '@Test\n@Disabled("x")\nvoid a() {'],
    ['ATests.cs', '[Fact]\nvoid A() {', '[Fact(Skip = "x")]\nvoid A() {'],
  ])('%s: a skipped test', (path, before, after) => {
    expect(flags(path, before, after)['tests-skipped']).toBe(1);
  });

  it.each(["it.only('x', () => {", "describe.only('x', () => {", "fit('x', () => {"])('a focused test: %s', (line) => {
    expect(flags('a.test.ts', "it('x', () => {", line)['tests-focused']).toBe(1);
  });

  it.each([
    ['a.ts', '// eslint-disable-next-line no-console'],
    ['a.ts', '// @ts-ignore'],
    ['a.py', 'x = 1  # noqa: E501'],
    ['a.py', 'x = f()  # type: ignore'],
    ['a.go', 'x() //nolint:errcheck'],
    ['a.rs', '#[allow(dead_code)]'],
    ['A.java', '@SuppressWarnings("unchecked")'],
    ['a.ts', '/* v8 ignore next */'],
  ])('%s: a silenced check: %s', (path, line) => {
    expect(flags(path, 'a', `a\n${line}`)).toEqual({ 'checks-silenced': 1 });
    expect(flags(path, `a\n${line}`, `${line}\na`)).toEqual({});
  });

  it('tests that are gone, but none that were moved or renamed', () => {
    const two = "it('a', () => {});\nit('b', () => {});\n";
    expect(flags('a.test.ts', two, "it('a', () => {});\n")).toEqual({ 'tests-removed': 1 });
    expect(flags('a.test.ts', two, null)).toEqual({ 'test-files-deleted': 1, 'tests-removed': 2 });
    expect(flags('a.test.ts', two, two.replace("'b'", "'c'"))).toEqual({});
    expect(
      weakened([
        { path: 'a.test.ts', before: two, after: null },
        { path: 'test/a.test.ts', before: null, after: two },
      ]),
    ).toEqual([]);
    expect(flags('test/fixtures/data.json', '{}', null)).toEqual({});
  });

  it('lower thresholds', () => {
    expect(flags('vitest.config.ts', config(90), config(80))).toEqual({ 'thresholds-lowered': 1, 'checks-configured': 1 });
    expect(flags('pyproject.toml', 'fail_under = 90', 'fail_under = 10')).toEqual({ 'thresholds-lowered': 1 });
    expect(flags('pyproject.toml', 'fail_under = 90', 'x = 1')).toEqual({ 'thresholds-lowered': 1 });
    expect(flags('pyproject.toml', 'fail_under = 80', 'fail_under = 90')).toEqual({});
  });

  it('what decides how is checked', () => {
    for (const path of [
      '.github/workflows/ci.yml',
      'jest.config.js',
      '.eslintrc.json',
      'packages/a/tsconfig.json',
      'Makefile',
      '.husky/pre-commit',
    ])
      expect(flags(path, 'a', 'b'), path).toEqual({ 'checks-configured': 1 });
    expect(flags('scripts/check.sh', 'a', 'b', ['sh ./scripts/check.sh && true'])).toEqual({ 'checks-configured': 1 });
    expect(flags('package.json', scripts('vitest'), scripts('true'))).toEqual({ 'checks-configured': 1 });
    expect(flags('package.json', scripts('vitest'), scripts('vitest', { build: 'tsc' }))).toEqual({});
    expect(flags('package.json', '{', '{')).toEqual({});
    expect(flags('.gitattributes', '', '*.x filter=evil\n*.y text')).toEqual({ 'filters-added': 1 });
  });

  it('says nothing of ordinary work', () => {
    const before = "import { it } from 'vitest';\nit('skips blanks', () => {});\nconst only = latest.only;\n";
    expect(flags('a.test.ts', before, `${before}it('skips more', () => {});\n`)).toEqual({});
    expect(flags('src/a.ts', null, 'list.skip(2);\nconst fit = (x) => x;\nfit(1);\nfunction commit() { it.skip }\n')).toEqual({});
    expect(flags('README.md', null, 'Use `it.skip` and // eslint-disable')).toEqual({});
  });

  it('has words', () => {
    expect(flagWords(weakened([{ path: 'a.test.ts', before: "it('a', x);", after: null }]))).toBe('1 test file deleted, 1 test removed');
  });
});
