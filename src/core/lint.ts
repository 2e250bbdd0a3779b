/** Everything that can be said against a plan, and the fixes that are safe. */
import type { Check } from './check.ts';
import type { SectionCache } from './section-cache.ts';
import { configFindings, dependencyFindings, idFindings, nameFindings, shapeFindings, statusFindings, type Known } from './checks.ts';
import { conflictFindings } from './conflict.ts';
import type { Diagnostic } from './diagnostic.ts';
import { applyEdits } from './edit.ts';
import { readPlan } from './parse.ts';
import { toDiagnostics, type Finding } from './rules.ts';

/**
 * Reads a plan and applies every rule.
 *
 * @param options `known`: the config's names, or null where there is no config to ask; `cache`: see `parsePlan`
 */
export function checkPlan(text: string, id: string, options: { readonly known?: Known | null; readonly cache?: SectionCache } = {}): Check {
  return options.cache?.check(text, id, options.known, () => check(text, id, options)) ?? check(text, id, options);
}

function check(text: string, id: string, options: { readonly known?: Known | null; readonly cache?: SectionCache }): Check {
  const { plan, findings } = readPlan(text, id, options.cache);
  const all = [
    ...findings,
    ...textFindings(text),
    ...nameFindings(text, plan),
    ...shapeFindings(text, plan),
    ...statusFindings(text, plan),
    ...idFindings(plan),
    ...dependencyFindings(plan),
    ...(options.known ? configFindings(plan, options.known) : []),
  ];
  const diagnostics = toDiagnostics(all, text);
  return { plan, diagnostics, valid: diagnostics.every((diagnostic) => diagnostic.severity !== 'error') };
}

/**
 * Applies the fixes among the diagnostics of `text`, each whole or not at all: of two that overlap the first is taken, so check and apply
 * again until nothing is applied. `applied` are the diagnostics that were fixed.
 */
export function applyFixes(
  text: string,
  diagnostics: readonly Diagnostic[],
): { readonly text: string; readonly applied: readonly Diagnostic[] } {
  const applied: Diagnostic[] = [];
  const taken: { readonly start: number; readonly end: number }[] = [];
  for (const diagnostic of diagnostics) {
    const spans = diagnostic.fix?.edits.map(({ offset, length }) => ({ start: offset, end: offset + length })) ?? [];
    // Touching counts as overlapping: two insertions at one place have no order.
    if (spans.length === 0 || spans.some((a) => taken.some((b) => a.start <= b.end && b.start <= a.end))) continue;
    taken.push(...spans);
    applied.push(diagnostic);
  }
  return {
    text: applyEdits(
      text,
      applied.flatMap((diagnostic) => diagnostic.fix?.edits ?? []),
    ),
    applied,
  };
}

/** Rules that look at the text alone. */
function textFindings(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  if (text.startsWith('\uFEFF')) {
    const fix = { title: 'Remove it', edits: [{ offset: 0, length: 1, text: '' }] };
    const message = 'The file begins with a byte order mark, which other tools take for text. Save it as UTF-8 without one.';
    findings.push({ rule: 'byte-order-mark', message, span: { offset: 0, length: 1 }, fix });
  }
  findings.push(...conflictFindings(text));
  return findings;
}
