/** Every rule of the linter, as data: the documentation is made from this table. */
import type { Diagnostic, Severity, Span, TextEdit } from './diagnostic.ts';
import { LineIndex } from './lines.ts';

interface Rule {
  readonly severity: Severity;
  /** One line: what the rule finds. */
  readonly description: string;
}

const TABLE = {
  'unterminated-frontmatter': { severity: 'error', description: 'A frontmatter block that is opened and not closed.' },
  'thematic-break-first': {
    severity: 'error',
    description: 'The file begins with a thematic break `---`, and what follows would be taken for YAML.',
  },
  'dashed-frontmatter': {
    severity: 'error',
    description: 'A `---` block under a heading or a task, which GitHub shows as a heading; frontmatter there is a fenced `yaml` block.',
  },
  'frontmatter-too-large': { severity: 'error', description: 'A frontmatter block of more than 64 KiB, or nested deeper than 32 levels.' },
  'invalid-yaml': { severity: 'error', description: 'Frontmatter that is not valid YAML, or not a list of `key: value`.' },
  'yaml-reference': { severity: 'error', description: 'Anchors, aliases, tags and merge keys are not read.' },
  'duplicate-key': { severity: 'error', description: 'The same key twice in one frontmatter.' },
  'unknown-key': { severity: 'error', description: 'A key that has no meaning here; keys that begin with `x-` are ignored.' },
  'wrong-type': { severity: 'error', description: 'A value of another kind than the key takes.' },
  'unquoted-id': { severity: 'error', description: 'An id that YAML reads as a number or another value; it has to be quoted.' },
  'plan-name': { severity: 'error', description: 'A file whose name cannot be a name of a plan.' },
  'duplicate-id': { severity: 'error', description: 'Two tasks, or two phases, with the same id.' },
  'unknown-dependency': { severity: 'error', description: '`dependsOn` names no task of the plan.' },
  'self-dependency': { severity: 'error', description: 'A task that depends on itself.' },
  'later-dependency': { severity: 'error', description: 'A task that depends on a task of a later phase.' },
  'dependency-cycle': { severity: 'error', description: 'Tasks that wait for each other.' },
  'unknown-gate': { severity: 'error', description: 'A gate that the config does not define.' },
  'unknown-agent': { severity: 'error', description: 'An agent that is neither built in nor defined in the config.' },
  'conflict-marker': { severity: 'error', description: 'A merge conflict that has not been resolved.' },
  'unread-box': { severity: 'error', description: 'A checkbox that GitHub does not read as one, such as `- [x]text` or `- [ ]* text`.' },
  'split-box': { severity: 'error', description: 'A checkbox whose brackets stand on two lines.' },
  'unclosed-block': {
    severity: 'error',
    description: 'A fence, a comment or other HTML that is never closed: what follows is part of it, and no task.',
  },
  'linked-box': { severity: 'warning', description: 'A list item such as `- [x](url)`, which is a link and not a checkbox.' },
  'box-without-title': { severity: 'warning', description: 'A checkbox with nothing after it is no task.' },
  'contradictory-status': { severity: 'warning', description: 'A ticked box beside a `status:` that says otherwise; the box counts.' },
  'plan-without-tasks': { severity: 'warning', description: 'A plan in which there is nothing to do.' },
  'phase-without-tasks': { severity: 'warning', description: 'A phase in which there is nothing to do.' },
  'unusable-suggestion': { severity: 'error', description: 'In a review: a suggestion that does not say what it would change.' },
  'byte-order-mark': { severity: 'warning', description: 'The file begins with a byte order mark.' },
  'skipped-mark': { severity: 'hint', description: '`[-]` is read as skipped; GitHub shows it as text.' },
  'started-mark': { severity: 'hint', description: '`[~]` is read as not done; GitHub shows it as text.' },
} as const satisfies Record<string, Rule>;

type RuleName = keyof typeof TABLE;

/** Name, severity and one-line description of every rule, in the order of the documentation. */
export const RULES: readonly (Rule & { readonly name: string })[] = Object.entries(TABLE).map(([name, rule]) => ({ name, ...rule }));

/** A diagnostic before its severity, line and column are known; offsets are relative to whatever was read. */
export interface Finding {
  readonly rule: RuleName;
  readonly message: string;
  readonly span: Span;
  readonly fix?: { readonly title: string; readonly edits: readonly TextEdit[] };
}

/** The same finding in a text in which what was read begins at `base`. */
export function moveFinding(finding: Finding, base: number): Finding {
  const { rule, message, span, fix } = finding;
  const moved = { rule, message, span: { ...span, offset: span.offset + base } };
  if (fix === undefined) return moved;
  return { ...moved, fix: { title: fix.title, edits: fix.edits.map((edit) => ({ ...edit, offset: edit.offset + base })) } };
}

/** Findings in `text` as diagnostics: sorted by place, each once. */
export function toDiagnostics(findings: readonly Finding[], text: string): readonly Diagnostic[] {
  if (findings.length === 0) return [];
  const lines = new LineIndex(text);
  const seen = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const finding of findings.toSorted((a, b) => a.span.offset - b.span.offset)) {
    const key = `${finding.rule} ${finding.span.offset} ${finding.span.length} ${finding.message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const start = lines.at(finding.span.offset);
    const end = lines.at(finding.span.offset + finding.span.length);
    diagnostics.push({
      ...finding,
      severity: TABLE[finding.rule].severity,
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
    });
  }
  return diagnostics;
}
