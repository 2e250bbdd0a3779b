import { array, assert, constantFrom, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactAll, redactionOf, redactTexts, secretsOf } from '../../src/core/redact.ts';
import { runs } from '../support/runs.ts';

const none = redactionOf([]);
// Put together here, so that no scanner takes this file for a leak.
const join = (...parts: string[]) => parts.join('');

describe('secrets of an environment', () => {
  it('are the values of variables whose names say so, and of those that the config names', () => {
    const environment = {
      GITHUB_TOKEN: 'one-two-three',
      STRIPE_API_KEY: 'k'.repeat(20),
      DB_PASSWORD: 'p4ssw0rd!',
      NPM_TOKEN: '',
      PWD: '/home/ada/projects',
      SSH_PUBLIC_KEY: 'ssh-ed25519 AAAA',
      GIT_KEY_ID: 'ABCDEF0123456789',
      MONKEY: 'banana-banana',
      MY_SETTING: 'quiet',
      POSTGRES_PASSWORD: 'postgres',
      SHORT_KEY: 'abc',
    };
    expect(secretsOf(environment, ['MY_*']).map(({ name }) => name)).toEqual([
      'GITHUB_TOKEN',
      'STRIPE_API_KEY',
      'DB_PASSWORD',
      'MY_SETTING',
    ]);
  });
});

describe('redaction', () => {
  it('replaces a value in every form it is written in', () => {
    const value = 'a "quoted"/välue\nwith a second line of its own';
    const redaction = redactionOf([{ name: 'X_KEY', value }]);
    for (const form of [value, JSON.stringify(value), encodeURIComponent(value), 'with a second line of its own']) {
      expect(redaction.text(`<${form}>`)).toMatch(/^<"?\[redacted X_KEY\]"?>$/);
    }
    expect(redaction.named(`x ${value}`)).toEqual(['X_KEY']);
  });

  it.each([
    ['Anthropic key', join('sk-', 'ant-api03-', 'A'.repeat(40))],
    ['OpenAI key', join('sk-', 'proj-', 'b'.repeat(40))],
    ['GitHub token', join('gh', 'p_', 'c'.repeat(36))],
    ['GitHub token', join('github', '_pat_', 'd'.repeat(60))],
    ['AWS key', join('AKI', 'A', 'Q'.repeat(16))],
    ['Slack token', join('xo', 'xb-', '1234567890-abcdef')],
    ['npm token', join('npm', '_', 'e'.repeat(36))],
    ['JWT', join('ey', 'Jhbgciabcdef', '.ey', 'Jzdwiabcdefgh', '.', 'f'.repeat(30))],
    ['private key', join('-----BEGIN RSA PRIV', 'ATE KEY-----\nMIIE\nabc\n-----END RSA PRIV', 'ATE KEY-----')],
  ])('knows a %s', (name, token) => {
    expect(none.text(`before ${token} after`)).toBe(`before [redacted ${name}] after`);
    const event = { type: 'note', text: 'before', list: [{ title: `before ${token}` }] };
    expect(redactTexts(event, none)).toMatchObject({ list: [{ title: `before [redacted ${name}]` }] });
  });

  it('knows headers and URLs by what stands around the secret', () => {
    expect(none.text('Authorization: Basic dXNlcjpwYXNz')).toBe('Authorization: Basic [redacted authorization]');
    expect(none.text('curl -H "Authorization: Bearer abcdefgh12345678"')).not.toContain('abcdefgh');
    expect(none.text('Bearer of bad news, bearer authentication')).toBe('Bearer of bad news, bearer authentication');
    expect(none.text('postgres://ada:s3cret@db/x')).toBe('postgres://ada:[redacted URL password]@db/x');
    expect(none.text('https://example.org/a:b@c, git@github.com:a/b')).toBe('https://example.org/a:b@c, git@github.com:a/b');
  });

  it('lets ordinary text through, in pieces too', () => {
    const text = 'task-4 sk-ip risk-taking-is-a-part-of-the-whole-business-of-life\n-----BEGIN CERTIFICATE-----\nx\n';
    const stream = none.stream();
    expect(
      text
        .split('')
        .map((piece) => stream.push(piece))
        .join('') + stream.end(),
    ).toBe(text);
  });

  it('finds a secret across any borders', () => {
    const token = join('gh', 'p_', 'Zz9'.repeat(12));
    const key = join('-----BEGIN PRIV', 'ATE KEY-----\n', 'MIIEvQ\n'.repeat(30), '-----END PRIV', 'ATE KEY-----');
    const secrets = [
      { name: 'A_KEY', value: 'abcabcabd' },
      { name: 'B_KEY', value: 'bd-secret-two' },
    ];
    const redaction = redactionOf(secrets);
    const part = constantFrom(
      'abcabcabd',
      'bd-secret-two',
      token,
      key,
      'abc',
      ' ',
      '\n',
      'Bearer ',
      'abcdefgh12345678',
      'x',
      'gh',
      '-----BEGIN ',
    );
    assert(
      property(array(part, { maxLength: 12 }), array(nat(400), { maxLength: 12 }), (parts, cuts) => {
        const text = parts.join(' ');
        const borders = [0, ...cuts.toSorted((a, b) => a - b).map((cut) => Math.min(cut, text.length)), text.length];
        const stream = redaction.stream();
        const out = borders.slice(1).map((end, index) => stream.push(text.slice(borders[index], end)));
        const whole = out.join('') + stream.end();
        for (const secret of ['abcabcabd', 'bd-secret-two', 'Zz9', 'MIIEvQ']) expect(whole).not.toContain(secret);
      }),
      runs(500),
    );
  });

  it('holds back no more than a private key may be long', () => {
    const stream = none.stream();
    const open = join('-----BEGIN PRIV', 'ATE KEY-----\n');
    expect(stream.push(open + 'A'.repeat(20_000))).not.toBe('');
  });

  it('touches free text alone: names tell things apart', () => {
    const redaction = redactionOf([{ name: 'APP_KEY', value: 'database-9' }]);
    const event = { type: 'note', task: 'database-9', text: 'see database-9', gates: [{ name: 'database-9', tail: 'database-9' }] };
    expect(redactTexts(event, redaction)).toEqual({
      type: 'note',
      task: 'database-9',
      text: 'see [redacted APP_KEY]',
      gates: [{ name: 'database-9', tail: '[redacted APP_KEY]' }],
    });
    const plain = { text: 'nothing', list: [{ tail: 'x' }] };
    expect(redactTexts(plain, redaction)).toBe(plain);
    const answer = { problems: ['is database-9'], files: ['database-9'] };
    expect(redactTexts(answer, redaction)).toEqual({ problems: ['is [redacted APP_KEY]'], files: ['database-9'] });
    expect(redactAll(answer, redaction)).toEqual({ problems: ['is [redacted APP_KEY]'], files: ['[redacted APP_KEY]'] });
  });
});
