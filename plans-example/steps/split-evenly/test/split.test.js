import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitEvenly } from '../src/split.js';

const sum = (shares) => shares.reduce((total, share) => total + share, 0);

test('an amount that divides is divided', () => {
  assert.deepEqual(splitEvenly(1000, 4), [250, 250, 250, 250]);
});

test('the shares add up to the bill', () => {
  for (let people = 1; people <= 12; people++) {
    assert.equal(sum(splitEvenly(1000, people)), 1000, `10.00 among ${people}: the shares are not the bill`);
  }
});

test('nobody pays more than a cent over anybody else', () => {
  const shares = splitEvenly(1000, 3);
  assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
});
