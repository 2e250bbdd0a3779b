import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receipt } from '../src/receipt.js';

test('amounts are aligned, and the total comes last', () => {
  assert.equal(
    receipt(['Ada', 'Grace', 'Joan'], [334, 1033, 33]),
    ['Ada     3.34', 'Grace  10.33', 'Joan    0.33', '------------', 'Total  14.00'].join('\n'),
  );
});
