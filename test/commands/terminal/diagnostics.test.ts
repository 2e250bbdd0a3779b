import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/core/diagnostic.ts';
import { diagnosticsSummary, renderDiagnostics } from '../../../src/commands/terminal/diagnostics.ts';
import { lineColumns, paint } from '../../../src/commands/terminal/line.ts';

const finding = (line: number, column: number, length: number, rest: Partial<Diagnostic> = {}): Diagnostic => ({
  rule: 'unknown-key',
  severity: 'error',
  message: 'A task has no key "dependOn". Did you mean "dependsOn"?',
  span: { offset: 0, length },
  line,
  column,
  endLine: line,
  endColumn: column + length,
  ...rest,
});
const show = (text: string, diagnostic: Diagnostic, columns = 80) =>
  renderDiagnostics('plans/a.plan.md', text, [diagnostic], columns).map((line) => paint(line, false).trimEnd());

describe('a finding', () => {
  it('has its place, its rule, its line with a squiggle, and its fix', () => {
    const fixable = finding(2, 3, 8, { fix: { title: 'Write "dependsOn"', edits: [] } });
    expect(show('- [ ] x\n  dependOn: [a]\n', fixable)).toMatchInlineSnapshot(`
      [
        "plans/a.plan.md:2:3  error  unknown-key",
        "  A task has no key "dependOn". Did you mean "dependsOn"?",
        "     2 │   dependOn: [a]",
        "       │   ^^^^^^^^",
        "  fix: Write "dependsOn"  (plans lint --fix)",
        "",
      ]
    `);
  });

  it('underlines what it means also behind tabs and wide characters', () => {
    const [, , source, squiggle] = show('\t日本 bad\r\n', finding(1, 5, 3));
    expect(source?.indexOf('bad')).toBe((squiggle?.indexOf('^') ?? 0) - 2);
    expect(squiggle?.trim().endsWith('^^^')).toBe(true);
  });

  it('stays in sight on a long line, and no line is wider than the terminal', () => {
    const lines = renderDiagnostics('plans/a.plan.md', `${'x'.repeat(500)} bad ${'y'.repeat(500)}`, [finding(1, 502, 3)], 60);
    expect(lines.map((line) => paint(line, false)).join('\n')).toContain(' bad y');
    for (const line of lines) expect(lineColumns(line)).toBeLessThanOrEqual(60);
  });

  it('may span lines, or stand behind the end of the text', () => {
    expect(show('abc\ndef', finding(1, 2, 5, { endLine: 2, endColumn: 3 }))[3]).toMatch(/│ {2}\^\^$/);
    expect(show('abc', finding(9, 1, 0))[3]).toMatch(/\^$/);
  });
});

const text = (all: readonly Diagnostic[], plans: number) => paint(diagnosticsSummary(all, plans), false);

it('sums up', () => {
  expect(text([], 3)).toBe('✔ 3 plans checked, nothing to complain about');
  expect(text([finding(1, 1, 1), finding(1, 1, 1, { severity: 'hint', fix: { title: 'x', edits: [] } })], 1)).toBe(
    '✘ 1 error, 1 hint in 1 plan; plans lint --fix mends 1 of them',
  );
});
