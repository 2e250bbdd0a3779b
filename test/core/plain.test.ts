/** What is read without a parser is what the parsers read. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TaskFrontmatter } from '../../src/core/frontmatter.ts';
import { linesOf } from '../../src/core/lines.ts';
import { readPlainYaml } from '../../src/core/plain-yaml.ts';
import { parseItems, readPlainSection } from '../../src/core/section.ts';
import { parseYaml } from '../../src/core/yaml-block.ts';
import { runs } from '../support/runs.ts';

const WORDS = ['\u00A0', '\u2028', 'é', ': ', ' #', 'true', 'null', '```', '---', '- [ ] ', '0x', '1e5', '.inf'];
const SIGNS = 'a b z 0 1 9 . : # - _ / [ ] { } ( ) , " \' \\ ` ~ ! @ % & * | < > = + ? $ ^'.split(' ');
const piece = fc.constantFrom(...SIGNS, ...WORDS, ' ', '\t', '\n');
const noise = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const key = fc.constantFrom('id', 'run', 'dependsOn', 'files', 'timeout', 'x-a', 'true', 'maxAttempts', 'gates', 'allowNoChanges', 'a b');
const PLAIN_VALUES = `abc|t1|10m|true|false|3|[a, b]|[]|["src/**", b]|"q r"|'s'|npm run test:unit|echo hi > x.txt|1 of 2|0|http://x/y|(a)|""|_x|/p|1e|999999999999999`;
const OTHER_VALUES = `True|NULL|01|1_000|2024-01-01|a: b|x:|[a,b]|[null]|[1]|"a\\n"|"a" b|[a] b|&a b|*a|!t x|a # c|a#c|1e3|0o7|0xa|- a|{a: 1}|>|1000000000000000|`;
const plainValue = fc.constantFrom(...PLAIN_VALUES.split('|'));
const otherValue = fc.constantFrom(...OTHER_VALUES.split('|'));
const yaml = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(key, plainValue).map(([name, value]) => `${name}: ${value}`) },
    { weight: 1, arbitrary: fc.tuple(key, fc.oneof(otherValue, noise)).map(([name, value]) => `${name}: ${value}`) },
    { weight: 1, arbitrary: noise },
  ),
  { maxLength: 4 },
);

test('frontmatter', () => {
  let plain = 0;
  fc.assert(
    fc.property(yaml, fc.constantFrom('', '  '), (source, indent) => {
      const written = source.flatMap((line) => line.split('\n'));
      const text = `\`\`\`yaml\n${written.map((line) => `${indent}${line}\n`).join('')}\`\`\``;
      const lines = linesOf(text).slice(1, -1);
      const start = lines[0]?.start ?? 8;
      const content = { offset: start, length: (lines.at(-1)?.next ?? start) - start };
      const block = { block: { offset: 0, length: text.length }, content, indent, yaml: written, lines };
      const read = readPlainYaml(block);
      if (read === null) return;
      plain += 1;
      expect(read).toEqual(parseYaml(block, text));
    }),
    runs(600),
  );
  expect(plain).toBeGreaterThan(60);
});

const often = <Value>(usual: Value, ...others: readonly Value[]) => fc.constantFrom(...Array.from(others, () => usual), usual, ...others);
const title = fc.oneof(fc.constantFrom('Do it', 'a **b**', '[l](x)', '[x]: y', '`c`', 'a\\', '---', '# h', '<b>', ' two'), noise);
const LINES = 'text|- nested|- [ ] nested|- |- - -|```|```yaml|~~~|<div>|<!--|> q|    code|## h|---|===|1. x|***|[a]: /u|\ttab|id: x';
const below = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: noise },
    {
      weight: 3,
      arbitrary: fc.constantFrom(...LINES.split('|'), ''),
    },
  ),
  { maxLength: 4 },
);

const indented = (lines: readonly string[], indent: string) => lines.map((line) => (line === '' ? '' : indent + line));

/** An item: most of its parts as usual, any of them otherwise. */
const item = fc
  .record({
    bullet: often('- ', '* ', '+ ', '1. ', '-  ', ' - '),
    mark: often(' ', 'x', 'X', '-', '\t'),
    title,
    gap: fc.nat(2),
    yaml: fc.option(yaml),
    opening: often('```yaml', '```yml', '``` yaml', '```', '````yaml', '~~~yaml', '```yaml x', '---'),
    closing: often('```', '````', '``` ', '~~~', '---', ''),
    below,
    indent: often('  ', '   ', '    ', ' ', ''),
    eol: often('\n', '\r\n', '\r'),
    ends: fc.boolean(),
  })
  .map((parts) => {
    const gap = Array.from({ length: parts.gap }, () => '');
    const fence = parts.yaml === null ? [] : indented([parts.opening, ...parts.yaml, parts.closing], '  ');
    const lines = [`${parts.bullet}[${parts.mark}] ${parts.title}`, ...gap, ...fence, ...gap, ...indented(parts.below, parts.indent)];
    return lines.join(parts.eol) + (parts.ends ? parts.eol : '');
  });

test('tasks', () => {
  let plain = 0;
  fc.assert(
    fc.property(item, (text) => {
      const read = readPlainSection(text);
      if (read === null) return;
      plain += 1;
      expect(read).toEqual(parseItems(text, { schema: TaskFrontmatter, noun: 'task' }));
    }),
    runs(2_000),
  );
  expect(plain).toBeGreaterThan(100);
});

test('what people write is plain', () => {
  const texts = [
    '- [ ] Add the model\n',
    '- [x] Add the model\n\n  ```yaml\n  id: model\n  dependsOn: [a, b]\n  files: ["src/**", docs/x.md]\n  timeout: 10m\n  ```\n\n  Any *Markdown*:\n\n  - [ ] nested\n\n  ```ts\n  code\n  ```\n\n',
    '* [ ] 数据 `x` <b>\r\n  - at once a list\r\n    - deeper\r\n',
  ];
  for (const text of texts) expect(readPlainSection(text)?.blocks).toHaveLength(1);
});
