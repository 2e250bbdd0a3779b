/** Frontmatter values against their zod schema; every problem at its exact place. */
import type { z } from 'zod';
import type { TextEdit } from './diagnostic.ts';
import type { Finding } from './rules.ts';
import { suggest } from './suggest.ts';
import type { YamlReading, YamlValue } from './yaml-reading.ts';

const ID_KEYS: readonly string[] = ['id', 'dependsOn'];
/** Code units of a value that are shown in a message. */
const SHOWN_MAX = 40;

/**
 * The fields of a frontmatter that are right, and a finding for each that is not. A wrong field counts as not written. Keys that
 * begin with `x-` are let pass.
 */
export function checkFields<Schema extends z.ZodObject>(
  schema: Schema,
  reading: YamlReading,
  noun: 'plan' | 'phase' | 'task' | 'review' | 'suggestion',
): { readonly fields: Partial<z.output<Schema>>; readonly findings: readonly Finding[] } {
  const known = Object.keys(schema.shape);
  const findings: Finding[] = [];
  const given: Record<string, unknown> = {};
  for (const [key, value] of reading.values) {
    if (known.includes(key)) given[key] = value.value;
    else if (!key.startsWith('x-')) findings.push(unknownKey(key, reading, known, noun));
  }
  const result = schema.safeParse(given);
  if (result.success) return { fields: result.data, findings };
  for (const issue of result.error.issues) {
    const [key, index] = issue.path;
    if (typeof key !== 'string') continue;
    const value = reading.values.get(key);
    if (value === undefined) continue;
    const at = typeof index === 'number' ? (value.items[index] ?? value) : value;
    findings.push(wrongValue(key, at, issue));
    delete given[key];
  }
  const rest = schema.safeParse(given);
  return { fields: rest.success ? rest.data : {}, findings };
}

function unknownKey(key: string, reading: YamlReading, known: readonly string[], noun: string): Finding {
  const span = reading.frontmatter.fields.get(key)?.key ?? reading.frontmatter.block;
  const meant = suggest(key, known);
  const start = `"${key}" is no key of a ${noun}'s frontmatter`;
  if (meant === null) {
    return { rule: 'unknown-key', message: `${start}. Known keys: ${known.join(', ')}. A key of your own begins with "x-".`, span };
  }
  const finding: Finding = { rule: 'unknown-key', message: `${start}; did you mean "${meant}"?`, span };
  if (reading.values.has(meant)) return finding;
  return { ...finding, fix: { title: `Rename it to "${meant}"`, edits: [{ ...span, text: meant }] } };
}

function wrongValue(key: string, at: YamlValue, issue: z.core.$ZodIssue): Finding {
  const found = at.value === null || at.value === undefined ? 'empty' : shown(at);
  const quotable = at.source !== undefined && at.source !== '' && typeof at.value !== 'string';
  const wantsText = issue.code === 'invalid_type' && issue.expected === 'string';
  if (wantsText && quotable) {
    const fix = { title: 'Quote it', edits: [{ ...at.span, text: `"${at.source}"` } satisfies TextEdit] };
    if (ID_KEYS.includes(key)) {
      const message = `The id ${at.source} is a ${typeof at.value} to YAML (${String(at.value)}), and ids are text. Quote it: "${at.source}".`;
      return { rule: 'unquoted-id', message, span: at.span, fix };
    }
    return {
      rule: 'wrong-type',
      message: `"${key}" is ${found}, which YAML reads as a ${typeof at.value}; expected text. Quote it.`,
      span: at.span,
      fix,
    };
  }
  return { rule: 'wrong-type', message: `"${key}" is ${found}; expected ${expected(issue)}.`, span: at.span };
}

function shown(at: YamlValue): string {
  const text = at.source ?? JSON.stringify(at.value) ?? '';
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values
        .map((value) => JSON.stringify(value))
        .join(', ')
        .replace(/, ([^,]*)$/, ' or $1');
    case 'invalid_type':
      return (
        { array: 'a list such as [a, b]', string: 'text', boolean: 'true or false', int: 'a whole number' }[issue.expected as string] ??
        `a ${issue.expected}`
      );
    case 'invalid_format':
      return issue.message;
    case 'too_small':
      if (issue.origin === 'string') return 'some text';
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
    default:
      return issue.message;
  }
}
