/** One YAML frontmatter: read within bounds, with the exact place of every key and value in the file. */
import { isAlias, isMap, isNode, isScalar, parseDocument, visit, type Document, type Node, type YAMLMap } from 'yaml';
import type { Span } from './diagnostic.ts';
import type { FieldPlace, Frontmatter } from './plan.ts';
import { columnOf, lineStart, rowAt, type Line } from './lines.ts';
import { readPlainYaml } from './plain-yaml.ts';
import type { Finding } from './rules.ts';
import type { YamlBlock, YamlReading, YamlValue } from './yaml-reading.ts';

/** UTF-16 code units of YAML in one block. */
const YAML_MAX = 65_536;
/** Levels of nesting. */
const DEPTH_MAX = 32;
/** Errors reported of one block; those that follow are mostly consequences. */
const ERRORS_MAX = 3;

/** Maps offsets of the joined YAML lines to offsets of the text they stand in. */
class YamlSource {
  readonly text: string;
  readonly #block: YamlBlock;
  readonly #starts: number[] = [];

  constructor(block: YamlBlock) {
    this.#block = block;
    this.text = block.yaml.map((line) => `${line}\n`).join('');
    let start = 0;
    for (const line of block.yaml) {
      this.#starts.push(start);
      start += line.length + 1;
    }
  }

  /** Number of the line that holds `offset`. */
  row(offset: number): number {
    return rowAt(this.#starts, offset);
  }

  line(offset: number): Line {
    const { offset: start, length } = this.#block.content;
    return this.#block.lines[this.row(offset)] ?? { start: start + length, end: start + length, next: start + length };
  }

  place(offset: number): number {
    const row = this.row(offset);
    const line = this.line(offset);
    const length = this.#block.yaml[row]?.length ?? 0;
    // The YAML line is the end of the source line, so the distance to the end is what both share.
    return Math.max(line.start, line.end - Math.max(0, length - (offset - (this.#starts[row] ?? 0))));
  }

  span(start: number, end: number): Span {
    const offset = this.place(start);
    return { offset, length: Math.max(0, this.place(end) - offset) };
  }
}

/** Reads a block. Never throws: what is wrong is among the findings, and the values are then as many as could be read. */
export function readYaml(block: YamlBlock, text: string): YamlReading {
  return readPlainYaml(block) ?? parseYaml(block, text);
}

/** {@link readYaml} by the parser, for any block. */
export function parseYaml(block: YamlBlock, text: string): YamlReading {
  const source = new YamlSource(block);
  const empty = { block: block.block, content: block.content, indent: block.indent, style: 'block', fields: new Map() } as const;
  const nothing = (finding: Finding): YamlReading => ({ frontmatter: empty, values: new Map(), findings: [finding] });
  if (!isBounded(source.text)) {
    const message = `This frontmatter is larger than ${YAML_MAX / 1024} KiB or nested deeper than ${DEPTH_MAX} levels, and is not read. Shorten it.`;
    return nothing({ rule: 'frontmatter-too-large', message, span: block.block });
  }
  const document = parseDocument(source.text, { prettyErrors: false, logLevel: 'silent', stringKeys: true });
  const problems = [...problemsOf(document, source), ...references(document, source)];
  const map = document.contents;
  if (map !== null && !isMap(map) && problems.length === 0) {
    const span = source.span(map.range?.[0] ?? 0, map.range?.[1] ?? 0);
    return nothing({ rule: 'invalid-yaml', message: 'Frontmatter is a list of "key: value" lines, and this is something else.', span });
  }
  if (map === null || !isMap(map) || problems.some((problem) => problem.rule === 'yaml-reference')) {
    return { frontmatter: empty, values: new Map(), findings: problems };
  }
  const { fields, values } = fieldsOf(map, document, source, text);
  return { frontmatter: { ...empty, style: map.flow === true ? 'flow' : 'block', fields }, values, findings: problems };
}

/** Whether YAML of others may be given to a parser at all. */
export function isBounded(yaml: string): boolean {
  return yaml.length <= YAML_MAX && depthOf(yaml) <= DEPTH_MAX;
}

/** An upper bound of the nesting, without parsing: brackets outside quoted scalars, and indentation. */
function depthOf(yaml: string): number {
  let brackets = 0;
  let deepest = 0;
  const indents: number[] = [];
  for (const line of yaml.split('\n')) {
    const plain = line.replace(/(^|[:,[{-])(\s*)(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/g, '$1$2');
    for (const character of plain) {
      if (character === '[' || character === '{') brackets += 1;
      else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1);
      deepest = Math.max(deepest, brackets + indents.length);
    }
    const lead = /^ *(?:[-?:][ \t]+)*/.exec(line)?.[0] ?? '';
    if (lead.length === line.length) continue;
    const indent = lead.length - lead.trimStart().length;
    while ((indents.at(-1) ?? -1) >= indent) indents.pop();
    indents.push(indent);
    // `- - - x` opens a level with every mark.
    deepest = Math.max(deepest, brackets + indents.length + (lead.match(/[-?:]/g)?.length ?? 0));
  }
  return deepest;
}

function problemsOf(document: Document, source: YamlSource): Finding[] {
  return [...document.errors, ...document.warnings].slice(0, ERRORS_MAX).map((problem): Finding => {
    const [start, end] = problem.pos;
    if (problem.code === 'DUPLICATE_KEY') {
      const key = source.text.slice(start, end);
      const whole = /^[^:\s]+/.exec(source.text.slice(start))?.[0] ?? key;
      const message = `The key "${whole}" stands here a second time. Keep one of the two.`;
      return { rule: 'duplicate-key', message, span: source.span(start, start + whole.length) };
    }
    const sentence = problem.message.replace(/\s+/g, ' ').replace(/\.?$/, '.');
    return { rule: 'invalid-yaml', message: `This frontmatter is not valid YAML: ${sentence}`, span: source.span(start, end) };
  });
}

/** Anchors, aliases, tags and merge keys: refused, since they make a short text stand for a long one. */
function references(document: Document, source: YamlSource): Finding[] {
  const found: Finding[] = [];
  const refuse = (node: Node, what: string): void => {
    const [start = 0, end = start] = node.range ?? [];
    found.push({ rule: 'yaml-reference', message: `${what} not read in frontmatter. Write the value out.`, span: source.span(start, end) });
  };
  visit(document, (key, node) => {
    if (!isNode(node)) return;
    if (isAlias(node)) refuse(node, 'Aliases are');
    else if (node.anchor !== undefined) refuse(node, 'Anchors are');
    else if (node.tag?.startsWith('!') === true) refuse(node, 'Tags are');
    else if (key === 'key' && isScalar(node) && node.value === '<<') refuse(node, 'Merge keys are');
  });
  return found.slice(0, ERRORS_MAX);
}

function fieldsOf(
  map: YAMLMap,
  document: Document,
  source: YamlSource,
  text: string,
): { fields: Map<string, FieldPlace>; values: Map<string, YamlValue> } {
  const fields = new Map<string, FieldPlace>();
  const values = new Map<string, YamlValue>();
  for (const { key, value } of map.items) {
    if (!isScalar(key) || typeof key.value !== 'string' || values.has(key.value)) continue;
    const [keyStart = 0, keyEnd = keyStart] = key.range ?? [];
    const read = valueOf(isNode(value) ? value : null, document, source, keyEnd);
    const end = Math.max(keyEnd, contentEnd(source.text, isNode(value) ? (value.range?.[1] ?? keyEnd) : keyEnd, keyEnd));
    values.set(key.value, read);
    fields.set(key.value, {
      key: source.span(keyStart, keyEnd),
      value: read.span,
      entry: map.flow === true ? source.span(keyStart, end) : entryOf(source, keyStart, end, text),
    });
  }
  return { fields, values };
}

/** The end of a value without the blanks and line endings that a block scalar or a collection carries behind it. */
function contentEnd(yaml: string, end: number, from: number): number {
  let at = end;
  while (at > from && /\s/.test(yaml[at - 1] ?? '')) at -= 1;
  return at;
}

function entryOf(source: YamlSource, start: number, end: number, text: string): Span {
  const offset = lineStart(text, source.place(start));
  return { offset, length: source.line(Math.max(start, end - 1)).next - offset };
}

function valueOf(node: Node | null, document: Document, source: YamlSource, keyEnd: number): YamlValue {
  const [start = keyEnd, nodeEnd = start] = node?.range ?? [];
  const end = contentEnd(source.text, nodeEnd, start);
  const plain = isScalar(node) && node.type === 'PLAIN' ? node.source : undefined;
  const items = node !== null && 'items' in node && !isMap(node) ? node.items : [];
  // An empty value stands right after the colon.
  const span = end > start ? source.span(start, end) : afterColon(source, keyEnd);
  return {
    value: node?.toJS(document) as unknown,
    span,
    source: plain,
    items: items.filter((item) => isNode(item)).map((item) => valueOf(item, document, source, keyEnd)),
  };
}

function afterColon(source: YamlSource, keyEnd: number): Span {
  const colon = /^["']?[ \t]*:/.exec(source.text.slice(keyEnd))?.[0].length ?? 0;
  return { offset: source.place(keyEnd + colon), length: 0 };
}

/** The blanks before a new key of this block, so that it stands in one column with the keys that are there. */
export function keyIndent(text: string, frontmatter: Frontmatter): string {
  const first = frontmatter.fields.values().next().value;
  if (first === undefined) return frontmatter.indent;
  const start = lineStart(text, first.key.offset);
  const lead = text.slice(start, first.key.offset);
  return /^[ \t]*$/.test(lead) ? lead : ' '.repeat(columnOf(text, first.key.offset));
}
