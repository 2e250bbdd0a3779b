/**
 * Frontmatter as nearly everybody writes it, read without a YAML parser: lines of `key: value`, where no value could mean anything else. What
 * it gives is what the parser gives; where that is not certain at a glance it gives nothing.
 */
import type { FieldPlace } from './plan.ts';
import type { YamlBlock, YamlReading, YamlValue } from './yaml-reading.ts';

/** UTF-16 code units. What is longer may be more than the reader by the parser takes. */
const CONTENT_MAX = 16_384;
const LINE_MAX = 1_000;
const LINE = /^([A-Za-z][\w-]*): (\S(?:.*\S)?)$/;
/** Of printable ASCII, without comments, and a colon only inside a word. It begins with nothing that means something to YAML. */
const PLAIN = /^[A-Za-z0-9/_(](?:[ !"$-9;-~]|:(?=[!-~]))*$/;
/** Quoted, without escapes. */
const QUOTED = /^(?:"[ !#-[\]-~]*"|'[ -&(-~]*')$/;
const LIST = /^\[(?:ITEM(?:, ITEM)*)?\]$/;
const ITEM = /[A-Za-z_][\w./-]*|"[ !#-[\]-~]*"/;
const ITEMS = new RegExp(LIST.source.replaceAll('ITEM', `(?:${ITEM.source})`));

/** Null where a parser has to look. */
export function readPlainYaml({ block, content, indent, yaml, lines }: YamlBlock): YamlReading | null {
  if (yaml.length === 0 || content.length > CONTENT_MAX) return null;
  const fields = new Map<string, FieldPlace>();
  const values = new Map<string, YamlValue>();
  for (const [index, source] of yaml.entries()) {
    const line = lines[index];
    const [, key = '', value = ''] = source.length > LINE_MAX ? [] : (LINE.exec(source) ?? []);
    if (line === undefined || key === '' || values.has(key)) return null;
    // The YAML line is the end of the source line.
    const start = line.end - source.length;
    const read = readValue(value, start + key.length + 2);
    if (read === null) return null;
    values.set(key, read);
    fields.set(key, {
      key: { offset: start, length: key.length },
      value: read.span,
      entry: { offset: line.start, length: line.next - line.start },
    });
  }
  return { frontmatter: { block, content, indent, style: 'block', fields }, values, findings: [] };
}

function readValue(source: string, offset: number): YamlValue | null {
  const span = { offset, length: source.length };
  if (QUOTED.test(source)) return { value: source.slice(1, -1), span, source: undefined, items: [] };
  if (source.startsWith('[')) return ITEMS.test(source) ? readList(source, offset) : null;
  const value = PLAIN.test(source) ? meaningOf(source) : null;
  return value === null ? null : { value, span, source, items: [] };
}

function readList(source: string, offset: number): YamlValue | null {
  const items: YamlValue[] = [];
  for (const match of source.matchAll(new RegExp(ITEM, 'g'))) {
    const item = readValue(match[0], offset + match.index);
    if (item === null) return null;
    items.push(item);
  }
  return { value: items.map(({ value }) => value), span: { offset, length: source.length }, source: undefined, items };
}

/** https://yaml.org/spec/1.2.2/#1032-tag-resolution, the part of it that is sure; null for the rest. */
function meaningOf(source: string): string | number | boolean | null {
  if (/^[A-Za-z]/.test(source)) {
    if (/^(?:true|false)$/i.test(source)) return source === 'true' ? true : source === 'false' ? false : null;
    return /^null$/i.test(source) ? null : source;
  }
  if (!/^\d/.test(source)) return source;
  if (/^(?:0|[1-9]\d{0,14})$/.test(source)) return Number(source);
  // A number with a unit, or the first word of several.
  return /^[1-9]\d{0,14}(?:[A-Za-z]+|(?: [A-Za-z].*))$/.test(source) ? source : null;
}
