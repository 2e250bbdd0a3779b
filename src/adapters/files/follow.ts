/** Reads a file that grows, from where the last look ended. */
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** Bytes that are read at once. */
const PIECE_BYTES = 64 * 1024;

/** What has been added to a text file since the last look; whole characters. A file that is not there (yet) has nothing. */
export class GrowingFile {
  readonly #path: string;
  readonly #decoder = new StringDecoder('utf8');
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  read(): string {
    let fd: number;
    try {
      fd = openSync(this.#path, 'r');
    } catch {
      return '';
    }
    try {
      let text = '';
      const piece = Buffer.alloc(PIECE_BYTES);
      for (;;) {
        const bytes = readSync(fd, piece, 0, piece.length, this.#offset);
        if (bytes === 0) return text;
        this.#offset += bytes;
        text += this.#decoder.write(piece.subarray(0, bytes));
      }
    } finally {
      closeSync(fd);
    }
  }
}
