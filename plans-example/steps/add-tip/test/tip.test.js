import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addTip } from '../src/tip.js';

test('a tip is added, to the nearest cent', () => {
  assert.equal(addTip(4780, 10), 5258);
  assert.equal(addTip(333, 15), 383);
  assert.equal(addTip(4780, 0), 4780);
});

test('a tip out of range is refused', () => {
  for (const percent of [-1, 101, Number.NaN]) assert.throws(() => addTip(100, percent), RangeError);
});
