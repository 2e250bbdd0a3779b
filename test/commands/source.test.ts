import { afterEach, expect, it, vi } from 'vitest';
import type { CommandContext } from '../../src/commands/context.ts';
import { readPiped } from '../../src/commands/source.ts';

afterEach(() => void vi.useRealTimers());

/** A pipe that says something and stays open. */
const open = (said: string) =>
  ({
    readInput: (signal?: AbortSignal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(said))),
  }) as unknown as CommandContext;

it.each(['', 'half a sent'])('a pipe that never ends is no description: %j', async (said) => {
  vi.useFakeTimers();
  const read = readPiped(open(said));
  const refused = expect(read).rejects.toThrow('Standard input is open, and did not end within 10 seconds. Say "--file -" to wait for it');
  await vi.advanceTimersByTimeAsync(10_000);
  await refused;
});

it('a pipe that ends is', async () => {
  const context = { readInput: () => Promise.resolve('Words.\n') } as unknown as CommandContext;
  expect(await readPiped(context)).toBe('Words.\n');
});
