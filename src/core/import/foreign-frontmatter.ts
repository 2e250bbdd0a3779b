/** The frontmatter of another tool's file: its values, and which of its lines say something that a plan keeps. */
import { linesOf } from '../lines.ts';
import { readYaml } from '../yaml-block.ts';
import type { YamlValue } from '../yaml-reading.ts';
import type { Ledger } from './ledger.ts';
import type { SourceLine } from './scan.ts';

/** The values by key; none where it is no YAML, or too large. */
export function foreignFrontmatter(lines: readonly SourceLine[]): ReadonlyMap<string, unknown> {
  const yaml = lines
    .filter(({ kind }) => kind === 'frontmatter')
    .slice(1, -1)
    .map(({ text }) => text);
  const text = yaml.map((line) => `${line}\n`).join('');
  const block = { offset: 0, length: text.length };
  const { values } = readYaml({ block, content: block, indent: '', yaml, lines: linesOf(text) }, text);
  return new Map([...values].map(([key, value]) => [key, asWritten(value)]));
}

/** A number as it is written: `02` is an id. */
function asWritten({ value, source, items }: YamlValue): unknown {
  if (Array.isArray(value)) return items.map(asWritten);
  return typeof value === 'number' ? (source ?? value) : value;
}

/** Takes the lines of the keys that were used, and the fences. */
export function takeKeys(lines: readonly SourceLine[], ledger: Ledger, used: ReadonlySet<string>): void {
  let key = '';
  const own = lines.filter(({ kind }) => kind === 'frontmatter');
  for (const [index, line] of own.entries()) {
    key = /^([\w-]+)[ \t]*:/.exec(line.text)?.[1] ?? key;
    if (used.has(key) || index === 0 || index === own.length - 1 || line.text.trim() === '') ledger.take([line]);
  }
}

/** A value as a text; empty where it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A value as a list of texts. */
export function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map(textOf).filter((text) => text !== '');
}
