/** Random plan files: what people and their editors write, with every trap that is known. */
import * as fc from 'fast-check';

const EOLS = ['\n', '\r\n', '\r'] as const;

const word = fc.constantFrom(
  'Add',
  'the',
  '`code`',
  '**bold**',
  'naïve',
  '数据',
  '🚀',
  '[link](x)',
  '*.ts',
  '~~no~~',
  '<b>',
  '#1',
  'a_b',
  '\\#',
);
const title = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));

/** Lines of a block that can stand at the top level or, indented, in an item. */
const block = fc.oneof(
  fc.constantFrom(
    ['Plain text'],
    ['Two lines', 'of text'],
    ['```', '- [ ] not a task', '## not a phase', '```'],
    ['~~~~ts', '```', '# x', '~~~~'],
    ['```', 'unclosed', '- [x] swallowed'],
    ['<!-- a comment', '- [ ] hidden', '## hidden', '-->'],
    ['<!-- one line -->'],
    ['<div>', '- [ ] in html', '</div>'],
    ['<pre>', '', '- [ ] in pre', '</pre>'],
    ['> quote', '> - [ ] quoted', 'lazy'],
    ['    indented code', '    - [ ] x'],
    ['\tindented by a tab'],
    ['- plain bullet', '  - [ ] nested box', '  - [x] nested ticked'],
    ['1. one', '2. two'],
    ['| a | b |', '| - | - |', '| 1 | 2 |'],
    ['***'],
    ['### Deeper', 'text'],
    ['[ref]: /url "title'],
    ['- [x](y)', '- [ ]', '- [ ]* optional', '- [-] skipped', '- [~] begun'],
    ['- [\t] tab in the box'],
    ['[x] no bullet'],
    ['text\u2028- [ ] not a line'],
    ['<?php', '## x', '?>'],
  ),
  title.map((text) => [text]),
);

const bullet = fc.constantFrom('- ', '* ', '+ ', '1. ', '10) ', '-   ', ' - ', '   * ', '-\t');
const mark = fc.constantFrom(' ', ' ', 'x', 'X');

const item = fc.record({ bullet, mark, title, body: fc.array(block, { maxLength: 3 }), gap: fc.boolean() }).map((parts) => {
  const indent = ' '.repeat(parts.bullet.includes('\t') ? 4 : parts.bullet.length);
  const lines = [`${parts.bullet}[${parts.mark}] ${parts.title}`];
  for (const body of parts.body) lines.push(...(parts.gap ? [''] : []), ...body.map((line) => (line === '' ? '' : indent + line)));
  return lines;
});

const heading = fc.oneof(
  title.map((text) => [`## ${text}`]),
  title.map((text) => [`## ${text} ##`]),
  fc.constant(['Setext phase', '---']),
  fc.constant(['# Top']),
  fc.constant(['##']),
);

const top = fc.constantFrom<readonly string[]>(
  [],
  ['---', 'status: ready', '---'],
  ['---', 'title: "x"', '---', '', '# Title'],
  ['---', '', 'text'],
  ['# T'],
);

/** Texts of plan files, valid and not. */
export const documentText = fc
  .record({
    bom: fc.boolean(),
    eol: fc.constantFrom(...EOLS),
    top,
    parts: fc.array(
      fc.tuple(fc.oneof({ weight: 4, arbitrary: item }, { weight: 1, arbitrary: heading }, { weight: 2, arbitrary: block }), fc.nat(2)),
      { maxLength: 12 },
    ),
    end: fc.boolean(),
  })
  .map(({ bom, eol, top: first, parts, end }) => {
    const lines = [...first, ...parts.flatMap(([part, gap]) => [...part, ...Array.from({ length: gap }, () => '')])];
    return (bom ? '\uFEFF' : '') + lines.join(eol) + (end ? eol : '');
  });

/** Anything, rich in characters that mean something to Markdown and YAML. */
export const garbage = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '- [ ] ',
        '- [x] ',
        '## ',
        '# ',
        '---',
        '```',
        '```yaml',
        '~~~',
        '\n',
        '\r',
        '\r\n',
        '\t',
        '  ',
        ': ',
        'id',
        '[',
        ']',
        '{',
        '}',
        '<!--',
        '-->',
        '>',
        '&a',
        '*a',
        '<<',
        '|',
        '"',
        "'",
        '\uFEFF',
        '\0',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

const line = fc.tuple(
  fc.constantFrom('', '', '> ', '>> ', ' ', '  ', '   ', '    ', '      ', '\t', '- ', '> - '),
  fc.constantFrom(
    '',
    'a',
    'a  ',
    '- a',
    '-',
    '-   a',
    '1. a',
    '3) a',
    '10. - 1) a',
    '# h',
    '===',
    '---',
    '```',
    '[a]: b',
    '[a]:',
    '[a',
    '"t"',
    '"t',
    '    c',
    '>',
    '<div>',
    '</p>',
    '<!--',
    '-->',
    '[ ] t',
    '- [ ] t',
  ),
  fc.constantFrom('\n', '\n', '\n', '\n\n', '\r\n'),
);

/** Quotes, items and what goes on in them or ends them, in every order, and a few such lines again and again. */
export const nestedText = fc.oneof(
  fc.array(line, { maxLength: 30 }).map((lines) => lines.flat().join('')),
  fc
    .tuple(line, fc.array(line, { minLength: 1, maxLength: 6 }), fc.integer({ min: 2, max: 20 }))
    .map(([first, lines, times]) => first.join('') + lines.flat().join('').repeat(times)),
);

/** Titles and descriptions as people give them, with all that could break a file. */
const piece = fc.constantFrom(
  'a',
  'Word',
  '- [ ] ',
  '- [x] box',
  '## h',
  '# t',
  '---',
  '```',
  '```yaml',
  'id: x',
  '~~~',
  '<!--',
  '-->',
  '    ',
  '\t',
  '>',
  '1. ',
  '#',
  '\\',
  '[',
  ']',
  '`',
  '<div>',
  '\u00A0',
  '=====',
  '🚀',
);
export const givenText = fc
  .array(fc.tuple(piece, fc.constantFrom('', ' ', '\n', '\n\n', '\r\n', '\r')), { maxLength: 8 })
  .map((parts) => parts.flat().join(''));

/** Plans of two phases and four tasks, `alpha` to `delta`, in all the ways people type them. */
export const editablePlan = fc
  .record({
    eol: fc.constantFrom(...EOLS),
    bom: fc.boolean(),
    end: fc.boolean(),
    gap: fc.boolean(),
    bullet: fc.constantFrom('- ', '* ', '1. ', ' - ', '-\t'),
    body: fc.constantFrom<readonly string[]>(
      [],
      ['', 'text'],
      ['- [ ] nested'],
      ['```yaml', 'x-own: 1 # mine', '```'],
      ['', '```yaml', '{ x-own: 1, x-b: [a] }', '```', '', 'text', '', 'more'],
    ),
  })
  .map(({ eol, bom, end, gap, bullet, body }) => {
    const indent = ' '.repeat(bullet === '-\t' ? 4 : bullet.length);
    const task = (name: string): string[] => [
      `${bullet}[ ] ${name}`,
      ...body.map((line) => (line === '' ? '' : indent + line)),
      ...(gap ? [''] : []),
    ];
    const lines = [
      '# Plan',
      '',
      'About it.',
      '',
      '## One',
      '',
      ...task('alpha'),
      ...task('beta'),
      ...task('gamma'),
      '',
      'Prose.',
      '',
      '## Two',
      '',
      ...task('delta'),
    ];
    return (bom ? '\uFEFF' : '') + lines.join(eol) + (end ? eol : '');
  });
