/** A YAML frontmatter before and after it is read. */
import type { Span } from './diagnostic.ts';
import type { Line } from './lines.ts';
import type { Frontmatter } from './plan.ts';
import type { Finding } from './rules.ts';

/** A block as it was found in the Markdown. `lines[i]` is the source line that holds `yaml[i]` at its end. */
export interface YamlBlock {
  readonly block: Span;
  readonly content: Span;
  readonly indent: string;
  readonly yaml: readonly string[];
  readonly lines: readonly Line[];
}

/** A value with its place; `source` is its text when it is a plain (unquoted) scalar. */
export interface YamlValue {
  readonly value: unknown;
  readonly span: Span;
  readonly source: string | undefined;
  readonly items: readonly YamlValue[];
}

export interface YamlReading {
  readonly frontmatter: Frontmatter;
  readonly values: ReadonlyMap<string, YamlValue>;
  readonly findings: readonly Finding[];
}
