import { spawnSync } from 'node:child_process';
import * as nodeFs from 'node:fs';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memfs } from 'memfs';
import { describe, expect, test } from 'vitest';
import { digestOf, listPlanFiles, MAX_FILE_BYTES, openFiles, recoverFiles, type FileSystem } from '../../src/adapters/files.ts';
import { changeBetween } from '../../src/adapters/files/recent.ts';
import { folderForEach } from '../support/folder.ts';

const OLD = '\uFEFF# Plan\r\n\r\n- [ ] One\r\n- [ ] Two\r\n- [ ] Three';
const tick = (title: string) => (text: string) => text.replace(`[ ] ${title}`, `[x] ${title}`);

let folder: string;
let path: string;
folderForEach((own) => {
  folder = own;
  path = join(folder, 'a.plan.md');
  writeFileSync(path, OLD);
});
const now = (): string => readFileSync(path, 'utf8');

describe('reading', () => {
  test('keeps every byte, and tells its digest and signature', async () => {
    const read = await openFiles().readText(path);
    const { size, ino } = statSync(path, { bigint: true });
    expect(read).toMatchObject({ type: 'text', text: OLD, digest: digestOf(OLD), signature: { size, ino } });
  });

  test('refuses what is no plan, with a sentence', async () => {
    const { readText } = openFiles({ root: folder });
    const file = (name: string, make: (at: string) => void): string => {
      make(join(folder, name));
      return join(folder, name);
    };
    const reason = async (at: string) => readText(at).then((read) => (read.type === 'failed' ? read.reason : read.text));
    expect(await reason(file('latin1', (at) => writeFileSync(at, Buffer.from([0x66, 0xfc, 0x72]))))).toBe('not-utf8');
    expect(await reason(file('folder', (at) => mkdirSync(at)))).toBe('not-a-file');
    expect(await reason(file('link', (at) => symlinkSync('/dev/null', at)))).toBe('outside');
    expect(await reason(join(folder, 'missing'))).toBe('missing');
    const large = file('large', (at) => writeFileSync(at, ''));
    truncateSync(large, MAX_FILE_BYTES + 1);
    expect(await reason(large)).toBe('too-large');
  });
});

describe('writing', () => {
  test('changes what was meant, keeps mode and neighbours, leaves nothing behind', async () => {
    chmodSync(path, 0o640);
    const result = await openFiles().editText(path, tick('Two'));
    expect(result).toEqual({ type: 'written', text: OLD.replace('[ ] Two', '[x] Two'), reapplied: 0, tries: 1 });
    expect(now()).toBe(OLD.replace('[ ] Two', '[x] Two'));
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['a.plan.md']);
  });

  test('nothing to do is nothing done', async () => {
    const before = statSync(path, { bigint: true });
    const files = openFiles();
    expect(await files.editText(path, () => null)).toMatchObject({ type: 'unchanged', text: OLD });
    expect(await files.editText(path, (text) => text)).toMatchObject({ type: 'unchanged' });
    expect(statSync(path, { bigint: true }).ctimeNs).toBe(before.ctimeNs);
  });

  test('a symlink stays one; one that leads outside is refused', async () => {
    mkdirSync(join(folder, 'plans'));
    const link = join(folder, 'plans', 'a.plan.md');
    symlinkSync('../a.plan.md', link);
    expect(await openFiles({ root: folder }).editText(link, tick('One'))).toMatchObject({ type: 'written' });
    expect(nodeFs.lstatSync(link).isSymbolicLink() && now()).toContain('[x] One');
    expect(await openFiles({ root: join(folder, 'plans') }).editText(link, tick('Two'))).toMatchObject({
      type: 'failed',
      reason: 'outside',
    });
  });

  test('edits of one file at once all arrive', async () => {
    const { editText } = openFiles();
    await Promise.all(['One', 'Two', 'Three'].map((title) => editText(path, tick(title))));
    expect(now()).toBe(OLD.replaceAll('[ ]', '[x]'));
  });

  test('an error in the edit is thrown, and the file as it was', async () => {
    const { editText } = openFiles();
    const broken = editText(path, () => {
      throw new TypeError('a bug');
    });
    await expect(broken).rejects.toThrow('a bug');
    expect(now()).toBe(OLD);
    expect(await editText(path, tick('One'))).toMatchObject({ type: 'written' });
  });

  test('works on another file system', async () => {
    const { vol, fs } = memfs({ '/plans/a.plan.md': OLD });
    const result = await openFiles({ fs: fs as unknown as FileSystem }).editText('/plans/a.plan.md', tick('One'));
    expect(result).toMatchObject({ type: 'written' });
    expect(vol.toJSON()).toEqual({ '/plans/a.plan.md': OLD.replace('[ ] One', '[x] One') });
  });
});

/** The real file system, which fails the nth call of a method: before it took effect, or after. */
function faulty(method: string, nth: number, code: string, when: 'before' | 'after'): { fs: FileSystem; hit: () => boolean } {
  let count = 0;
  const fs = new Proxy<FileSystem>(nodeFs, {
    get(target, name, receiver) {
      const original: unknown = Reflect.get(target, name, receiver);
      if (name !== method || typeof original !== 'function') return original;
      return (...args: unknown[]): unknown => {
        count += 1;
        const fails = count === nth;
        const result: unknown = fails && when === 'before' ? undefined : Reflect.apply(original, target, args);
        if (fails) throw Object.assign(new Error(code), { code });
        return result;
      };
    },
  });
  return { fs, hit: () => count >= nth };
}

const METHODS = [
  'openSync',
  'closeSync',
  'fstatSync',
  'fsyncSync',
  'fchmodSync',
  'readSync',
  'writeSync',
  'accessSync',
  'realpathSync',
  'renameSync',
  'linkSync',
  'unlinkSync',
];

describe('faults', () => {
  test.each(['ENOSPC', 'EIO', 'EMFILE', 'EACCES', 'EROFS'])('%s at any call leaves the old text or the new one, whole', async (code) => {
    let cases = 0;
    for (const method of METHODS) {
      for (const when of ['before', 'after'] as const) {
        for (let nth = 1; nth < 20; nth += 1) {
          writeFileSync(path, OLD);
          const { fs, hit } = faulty(method, nth, code, when);
          const result = await openFiles({ fs }).editText(path, tick('One'));
          if (!hit()) break;
          cases += 1;
          const at = `${method} ${nth} ${when}: ${JSON.stringify(result)}`;
          expect([OLD, tick('One')(OLD)], at).toContain(now());
          if (result.type === 'written') expect(now(), at).toBe(tick('One')(OLD));
          else if (when === 'before' && method !== 'closeSync') expect(now(), at).toBe(OLD);
          if (method !== 'unlinkSync') expect(readdirSync(folder), at).toEqual(['a.plan.md']);
          for (const name of readdirSync(folder)) if (name.startsWith('.')) rmSync(join(folder, name));
        }
      }
    }
    expect(cases).toBeGreaterThan(20);
  });

  test.each([
    ['openSync', 2, 'ENOSPC', 'disk-full', 'The disk is full'],
    ['fsyncSync', 1, 'EDQUOT', 'disk-full', 'The disk is full'],
    ['openSync', 2, 'EROFS', 'read-only', 'read-only for you'],
    ['openSync', 2, 'EACCES', 'read-only', 'read-only for you'],
    ['openSync', 1, 'EMFILE', 'too-many-open-files', 'too many files are open'],
    ['fsyncSync', 1, 'EIO', 'io', 'EIO'],
  ])('%s %i %s is "%s"', async (method, nth, code, reason, message) => {
    const { fs } = faulty(method, nth, code, 'before');
    expect(await openFiles({ fs }).editText(path, tick('One'))).toEqual({
      type: 'failed',
      reason,
      message: expect.stringContaining(message),
    });
  });

  test('a disk that writes short without an error', async () => {
    const fs: FileSystem = {
      ...nodeFs,
      writeSync: (file, buffer, offset, length, position) =>
        position > 0 ? 0 : nodeFs.writeSync(file, buffer, offset, length >> 1, position),
    };
    expect(await openFiles({ fs }).editText(path, tick('One'))).toMatchObject({ type: 'failed', reason: 'disk-full' });
    expect([now(), readdirSync(folder)]).toEqual([OLD, ['a.plan.md']]);
  });

  test.skipIf(process.getuid?.() === 0)('a read-only folder, a read-only file', async () => {
    chmodSync(path, 0o444);
    expect(await openFiles().editText(path, tick('One'))).toMatchObject({ type: 'failed', reason: 'read-only' });
    chmodSync(path, 0o644);
    chmodSync(folder, 0o555);
    const result = await openFiles().editText(path, tick('One'));
    chmodSync(folder, 0o755);
    expect(result).toMatchObject({ type: 'failed', reason: 'read-only' });
    expect(now()).toBe(OLD);
  });

  test('a file deleted meanwhile stays deleted', async () => {
    const result = await openFiles().editText(path, (text) => {
      rmSync(path, { force: true });
      return tick('One')(text);
    });
    expect(result).toMatchObject({ type: 'failed', reason: 'missing' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['renameSync', OLD],
    ['linkSync', tick('One')(OLD)],
    ['fsyncSync', OLD],
  ])('a writer killed after %s loses nothing, and the next one tidies up', async (method, expected) => {
    const writer = join(import.meta.dirname, '../support/crashing-writer.ts');
    expect(spawnSync(process.execPath, [writer, path, method]).signal).toBe('SIGKILL');
    expect(readdirSync(folder).length).toBeGreaterThan(1);
    expect(await openFiles().readText(path)).toMatchObject({ type: 'text', text: expected });
    recoverFiles(join(folder, '/'));
    expect([now(), readdirSync(folder)]).toEqual([expected, ['a.plan.md']]);
  });
});

describe('a save from an older text', () => {
  test('does not undo our write, and loses nothing of its own', async () => {
    const files = openFiles();
    await files.editText(path, tick('One'));
    await files.editText(path, tick('Two'));
    writeFileSync(path, `${OLD.replace('One', 'One, better')}\r\nmore`);
    expect(await files.editText(path, tick('Three'))).toMatchObject({ type: 'written', reapplied: 2 });
    expect(now()).toBe(`${OLD.replaceAll('[ ]', '[x]').replace('One', 'One, better')}\r\nmore`);
  });

  test('is mended by settle; then there is nothing left to do', async () => {
    const files = openFiles();
    await files.editText(path, tick('One'));
    writeFileSync(path, `${OLD}!`);
    expect(await files.settle(path)).toMatchObject({ type: 'written', reapplied: 1 });
    expect(now()).toBe(`${tick('One')(OLD)}!`);
    expect(await files.settle(path)).toMatchObject({ type: 'unchanged' });
  });

  test('is told from a person who writes something else in that place', async () => {
    writeFileSync(path, '---\nstatus: ready\n---\n- [ ] One\n');
    const files = openFiles();
    await files.editText(path, (text) => text.replace(/^status: .*/m, 'status: running'));
    writeFileSync(path, '---\nstatus: paused\n---\n- [ ] One\n');
    expect(await files.settle(path)).toMatchObject({ type: 'unchanged' });
    expect(now()).toContain('status: paused');
  });

  test('is told from a person who takes back an earlier write and leaves the later one', async () => {
    const files = openFiles();
    await files.editText(path, tick('One'));
    await files.editText(path, tick('Two'));
    const person = now().replace('[x] One', '[ ] One');
    writeFileSync(path, person);
    expect(await files.settle(path)).toMatchObject({ type: 'unchanged' });
    expect(now()).toBe(person);
  });

  test('an edit that may be made only once is not made again', async () => {
    const files = openFiles();
    await files.editText(path, (text) => `${text}\r\n- [ ] Four`, { once: true });
    writeFileSync(path, OLD);
    expect(await files.settle(path)).toMatchObject({ type: 'unchanged' });
  });

  test('changes are compared by what they do, not where', () => {
    const change = changeBetween('a\n- [ ] One\nb\n', 'a\n- [x] One\nb\n');
    expect(changeBetween('new\n- [ ] One, better\nx', 'new\n- [x] One, better\nx')).toBe(change);
    expect(changeBetween('- [-] One', '- [x] One')).not.toBe(change);
    expect(changeBetween('status: paused', 'status: running')).not.toBe(changeBetween('status: ready', 'status: running'));
    const big = 'line\n'.repeat(20_000);
    expect(changeBetween(`${big}- [ ] x\n${big}`, `${big}- [x] x\n${big}`)).toBe(change);
    expect(changeBetween('same', 'same')).toBe('[]');
  });
});

describe('listing', () => {
  test('plans only, in order, with signatures', () => {
    for (const name of ['b.plan.md', 'b.review.md', 'notes.md', '.b.plan.md.1-1.plans-new', '.hidden.plan.md', '.plan.md'])
      writeFileSync(join(folder, name), '');
    mkdirSync(join(folder, 'folder.plan.md'));
    symlinkSync('a.plan.md', join(folder, 'link.plan.md'));
    symlinkSync('/etc/hostname', join(folder, 'out.plan.md'));
    const listed = listPlanFiles(folder);
    if (listed.type !== 'listed') throw new Error(listed.message);
    expect(listed.files.map(({ id }) => id)).toEqual(['a', 'b', 'link']);
    expect(listed.files[0]).toMatchObject({ name: 'a.plan.md', path, signature: { size: BigInt(Buffer.byteLength(OLD)) } });
    expect(listed.refused.map(({ reason }) => reason)).toEqual(['not-a-file', 'outside']);
  });

  test('a folder that is missing has none; a file is not one', () => {
    expect(listPlanFiles(join(folder, 'missing'))).toEqual({ type: 'listed', files: [], refused: [] });
    expect(listPlanFiles(path)).toMatchObject({ type: 'listed', files: [] });
  });
});
