/** Splices that set and remove single keys of a frontmatter and leave every other byte of it. */
import type { Span, TextEdit } from './diagnostic.ts';
import { afterLineEnding, lineEnd } from './lines.ts';
import type { FieldPlace, Frontmatter } from './plan.ts';
import { keyIndent } from './yaml-block.ts';
import { yamlFlowValue, yamlLines, yamlValue, type FieldValues } from './yaml-text.ts';

/** Edits of a block that is there. A value of null removes its key; undefined leaves it. */
export function editFields(text: string, frontmatter: Frontmatter, values: FieldValues, eol: string): readonly TextEdit[] {
  if (frontmatter.style === 'flow') return editFlow(text, frontmatter, values);
  const edits: TextEdit[] = [];
  const added: Record<string, Exclude<FieldValues[string], null>> = {};
  for (const [key, value] of Object.entries(values)) {
    const place = frontmatter.fields.get(key);
    if (value === undefined) continue;
    if (place === undefined) {
      if (value !== null) added[key] = value;
    } else if (value === null) edits.push({ ...place.entry, text: '' });
    else edits.push({ ...valueSpan(text, place), text: ` ${yamlValue(value)}` });
  }
  const lines = yamlLines(added);
  if (lines.length === 0) return edits;
  const offset = frontmatter.content.offset + frontmatter.content.length;
  const indent = keyIndent(text, frontmatter);
  edits.push({ offset, length: 0, text: lines.map((line) => `${indent}${line}${eol}`).join('') });
  return edits;
}

/** From after the colon to the end of the value, so that a value on lines of its own is replaced whole. */
function valueSpan(text: string, place: FieldPlace): Span {
  const keyEnd = place.key.offset + place.key.length;
  const offset = keyEnd + (/^[ \t]*:/.exec(text.slice(keyEnd, place.entry.offset + place.entry.length))?.[0].length ?? 0);
  return { offset, length: Math.max(0, place.value.offset + place.value.length - offset) };
}

/** `{ a: 1, b: 2 }`: what stands between the entries stays, but for the comma of one that goes. */
function editFlow(text: string, frontmatter: Frontmatter, values: FieldValues): readonly TextEdit[] {
  const rest = new Map(Object.entries(values).filter(([, value]) => value !== undefined));
  const entries = [...frontmatter.fields].sort(([, a], [, b]) => a.entry.offset - b.entry.offset);
  let start = entries[0]?.[1].entry.offset ?? -1;
  let end = start;
  let result = '';
  for (const [key, place] of entries) {
    const separator = text.slice(end, place.entry.offset);
    end = place.entry.offset + place.entry.length;
    const value = rest.get(key);
    rest.delete(key);
    if (value === null) continue;
    const kept =
      value === undefined
        ? text.slice(place.entry.offset, end)
        : `${text.slice(place.entry.offset, valueSpan(text, place).offset)} ${yamlFlowValue(value)}`;
    result += result === '' ? kept : separator + kept;
  }
  for (const [key, value] of rest)
    if (value !== null && value !== undefined) result += `${result === '' ? '' : ', '}${key}: ${yamlFlowValue(value)}`;
  if (start < 0) start = end = text.indexOf('{', frontmatter.content.offset) + 1;
  return result === text.slice(start, end) ? [] : [{ offset: start, length: end - start, text: result }];
}

/** A new fenced block after the line that holds `at`: under a task's title or a phase's heading. */
export function insertFence(text: string, at: number, indent: string, lines: readonly string[], eol: string): readonly TextEdit[] {
  if (lines.length === 0) return [];
  const end = lineEnd(text, at);
  const next = afterLineEnding(text, end);
  const nextIsBlank = next < text.length && text.slice(next, lineEnd(text, next)).trim() === '';
  // Between the items of a tight list a blank line would make it a loose one.
  const block = [...(nextIsBlank ? [''] : []), `${indent}\`\`\`yaml`, ...lines.map((line) => indent + line), `${indent}\`\`\``];
  return [{ offset: end, length: 0, text: block.map((line) => eol + line).join('') }];
}
