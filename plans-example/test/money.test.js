import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAmount, parseAmount } from '../src/money.js';

test('amounts are read as cents', () => {
  assert.equal(parseAmount('47.80'), 4780);
  assert.equal(parseAmount('47,80'), 4780);
  assert.equal(parseAmount(' 47 '), 4700);
});

test('what is no amount is refused', () => {
  for (const text of ['', 'ten', '4.5', '-3', '1e3']) assert.throws(() => parseAmount(text), RangeError);
});

test('cents are written as amounts', () => {
  assert.equal(formatAmount(4780), '47.80');
  assert.equal(formatAmount(5), '0.05');
});
