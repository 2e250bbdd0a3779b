/** Output of programs as text: without colours and movements of a terminal, each line as it was at last. */

// What a terminal obeys is made of control characters.
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\-_])/g;

export function plainText(text: string): string {
  const plain = text.replaceAll(ESCAPES, '').replaceAll('\r\n', '\n');
  if (!plain.includes('\r') && !plain.includes('\b')) return plain;
  // A bar that is drawn over and over is shown as it stood in the end.
  return plain
    .split('\n')
    .map((line) => line.split('\r').findLast((part) => part !== '') ?? '')
    .join('\n')
    .replaceAll('\b', '');
}
