import { mkdirSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetDecisions, leaveDecisions, readDecisions, spendDecisions } from '../../src/engine/decisions.ts';
import { runFolder } from '../../src/engine/lock.ts';
import { folderForEach } from '../support/folder.ts';

let at: string;
folderForEach((path) => (at = path));
beforeEach(() => mkdirSync(runFolder(at)));

const read = (run = 'r1') => [...readDecisions(at, 'p', run)];

describe('a decision', () => {
  it('counts for its run until it is committed, and again when it is made again', () => {
    leaveDecisions(at, 'p', 'r1', ['two=skipped', 'plan=paused']);
    leaveDecisions(at, 'p', 'r2', ['two=pending']);
    expect([read(), read('r2'), read('r3')]).toEqual([['two=skipped', 'plan=paused'], ['two=pending'], []]);
    spendDecisions(at, 'p', 'r1', ['two=skipped']);
    expect(read()).toEqual(['plan=paused']);
    leaveDecisions(at, 'p', 'r1', ['two=skipped']);
    expect(read()).toEqual(['plan=paused', 'two=skipped']);
    forgetDecisions(at, 'p');
    expect(read()).toEqual([]);
  });

  it('takes the place of an earlier one about the same thing, also where that is being committed', () => {
    leaveDecisions(at, 'p', 'r1', ['two=skipped']);
    leaveDecisions(at, 'p', 'r1', ['two=pending']);
    spendDecisions(at, 'p', 'r1', ['two=skipped']);
    expect(read()).toEqual(['two=pending']);
  });
});
