import { expect, test } from 'vitest';
import { durationMs, durationText } from '../../src/core/frontmatter.ts';

test.each(['1s', '90m', '1h30m', '2d', '1d1h1m1s'])('%s as milliseconds and back says the same', (text) => {
  expect(durationMs(durationText(durationMs(text)))).toBe(durationMs(text));
});
