/** Edits a file and is killed at the named call of the file system, right after it took effect. */
import * as nodeFs from 'node:fs';
import { openFiles, type FileSystem } from '../../src/adapters/files.ts';

const [path = '', method = '', nth = '1'] = process.argv.slice(2);
let count = 0;
const fs = new Proxy<FileSystem>(nodeFs, {
  get(target, name, receiver) {
    const original: unknown = Reflect.get(target, name, receiver);
    if (name !== method || typeof original !== 'function') return original;
    return (...args: unknown[]): unknown => {
      const result: unknown = Reflect.apply(original, target, args);
      count += 1;
      if (count === Number(nth)) process.kill(process.pid, 'SIGKILL');
      return result;
    };
  },
});
await openFiles({ fs }).editText(path, (text) => text.replace('[ ]', '[x]'));
