/** Frontmatter fields as YAML text: one line each, which no value can break out of. */
import { stringify } from 'yaml';

/** What a field can be set to; null removes it. */
export type FieldValue = string | number | boolean | readonly string[] | null;
export type FieldValues = Readonly<Record<string, FieldValue | undefined>>;

const ONE_LINE = {
  blockQuote: false,
  lineWidth: 0,
  collectionStyle: 'flow',
  flowCollectionPadding: false,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

/** A value on one line, for a `key: value` line. */
export function yamlValue(value: Exclude<FieldValue, null>): string {
  // In a collection `#`, `,` and brackets are quoted as they have to be; alone, most need not be.
  const text = stringify(value, ONE_LINE).replace(/\n+$/, '');
  return /[\r\n]/.test(text) ? JSON.stringify(value) : text;
}

/** A value on one line, for a place within `{ }`. */
export function yamlFlowValue(value: Exclude<FieldValue, null>): string {
  return yamlValue(value) === String(value) && /^[\w-]+$/.test(String(value)) ? String(value) : JSON.stringify(value);
}

/** The lines of the fields that have a value. */
export function yamlLines(fields: FieldValues): readonly string[] {
  return Object.entries(fields).flatMap(([key, value]) => (value === null || value === undefined ? [] : [`${key}: ${yamlValue(value)}`]));
}
