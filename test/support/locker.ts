/** Takes a plan's lock as often as it is told, at the moment that it is told, and says whether it has got it. Started with `fork`. */
import { takeLock, type Lock } from '../../src/engine/lock.ts';

const [commonDir = ''] = process.argv.slice(2);
let held: Lock | null = null;

process.on('message', ({ at }: { at: number | null }) => {
  if (at === null) {
    held?.release();
    held = null;
    return void process.send?.('released');
  }
  // All of them at the same moment: a timer would let them come one after another.
  while (Date.now() < at);
  const taken = takeLock({ commonDir, root: commonDir }, 'demo', String(at));
  held = 'holder' in taken ? null : taken;
  process.send?.('holder' in taken ? taken.holder.pid : 'taken');
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
