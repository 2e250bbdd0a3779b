/** A fenced `yaml` block of the Markdown as frontmatter. */
import type { Code, Nodes } from 'mdast';
import { lineStart, linesOf } from './lines.ts';
import type { PlainFence } from './plain-item.ts';
import type { Finding } from './rules.ts';
import { readYaml } from './yaml-block.ts';
import type { YamlReading } from './yaml-reading.ts';

/** Whether a block is a fenced block marked `yaml` or `yml`. */
export function isYamlFence(node: Nodes): node is Code {
  return node.type === 'code' && /^ya?ml$/i.test(node.lang ?? '') && (node.meta ?? '') === '' && node.data?.fences !== undefined;
}

export interface FencedYaml {
  readonly reading: YamlReading;
  readonly finding: readonly Finding[];
}

/** Reads a block that was found without the parser. */
export function plainFence({ block, indent, lines, yaml, closing }: PlainFence, text: string): FencedYaml {
  const start = lines[0]?.start ?? closing;
  const content = { offset: start, length: (lines.at(-1)?.next ?? start) - start };
  return { reading: readYaml({ block, content, indent, yaml, lines }, text), finding: [] };
}

/** Reads the block. A missing closing fence is a finding. */
export function fencedYaml(node: Code, text: string): FencedYaml {
  const start = node.position?.start.offset ?? 0;
  const end = node.position?.end.offset ?? start;
  const block = { offset: start, length: end - start };
  const closed = node.data?.fences === 2;
  const lines = linesOf(text, start, end).slice(1, closed ? -1 : undefined);
  // Markdown has removed the container's indentation; what it left is the end of each source line.
  const values = node.value.split(/\r\n|\n|\r/);
  const contentStart = lines[0]?.start ?? linesOf(text, start, end).at(-1)?.start ?? end;
  const contentEnd = lines.at(-1)?.next ?? contentStart;
  const reading = readYaml(
    {
      block,
      content: { offset: contentStart, length: contentEnd - contentStart },
      indent: text.slice(lineStart(text, start), start),
      yaml: lines.map((_, index) => values[index] ?? ''),
      lines,
    },
    text,
  );
  if (closed) return { reading, finding: [] };
  const message = 'This frontmatter block is not closed. Close it with a line of the same fence.';
  return { reading, finding: [{ rule: 'unterminated-frontmatter', message, span: { offset: start, length: Math.min(3, block.length) } }] };
}
