#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { parseAmount } from './money.js';
import { splitByOrder } from './orders.js';
import { receipt } from './receipt.js';
import { splitEvenly } from './split.js';
import { addTip } from './tip.js';

const USAGE = 'Usage: fair-share AMOUNT NAME[=ORDERED]... [--tip PERCENT]';

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { tip: { type: 'string', default: '0' } } });
  const [amount, ...people] = positionals;
  if (amount === undefined || people.length === 0) throw new RangeError(USAGE);
  const total = addTip(parseAmount(amount), Number(values.tip));
  const parts = people.map((person) => person.split('='));
  const names = parts.map(([name]) => name);
  const ordered = parts.every(([, order]) => order !== undefined);
  const shares = ordered ? splitByOrder(total, parts.map(([, order]) => parseAmount(order))) : splitEvenly(total, names.length);
  console.log(receipt(names, shares));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
