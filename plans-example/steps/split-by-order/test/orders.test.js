import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitByOrder } from '../src/orders.js';

test('who ordered twice as much pays twice as much', () => {
  assert.deepEqual(splitByOrder(3000, [1000, 2000]), [1000, 2000]);
});

test('the shares add up to the bill', () => {
  const shares = splitByOrder(5258, [1290, 1750, 1740]);
  assert.equal(shares.reduce((sum, share) => sum + share, 0), 5258);
});

test('left-over cents go to those whom rounding down cost the most', () => {
  assert.deepEqual(splitByOrder(1000, [100, 100, 500]), [143, 143, 714]);
});

test('an empty order is refused', () => {
  assert.throws(() => splitByOrder(100, [0, 0]), RangeError);
});
