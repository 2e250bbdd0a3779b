/** Diagnostics of plans as SARIF 2.1.0 (OASIS), for code scanning. */
import type { PlansDiff } from '../diff-record.ts';
import { RULES } from '../rules.ts';
import { sha256 } from '../sha256.ts';
import { visibleText } from '../visible.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json';
const HOME = 'https://www.npmjs.com/package/gitplans';
/** GitHub shows no more of one file of results than this. */
const RESULTS_MAX = 5_000;
const FINGERPRINT_DIGITS = 16;
const LEVELS = { error: 'error', warning: 'warning', hint: 'note' } as const;

type Level = (typeof LEVELS)[keyof typeof LEVELS];

/** The part of SARIF that is written. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly [SarifRun];
}

interface SarifRun {
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly version: string;
      readonly informationUri: string;
      readonly rules: readonly SarifRule[];
    };
  };
  readonly columnKind: 'utf16CodeUnits';
  readonly results: readonly SarifResult[];
}

interface SarifRule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly defaultConfiguration: { readonly level: Level };
}

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: Level;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string; readonly uriBaseId: '%SRCROOT%' };
        readonly region: { readonly startLine: number; readonly startColumn: number; readonly endLine: number; readonly endColumn: number };
      };
    },
  ];
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
}

/** What is wrong with the later versions of the plans, errors first. `version` is this tool's. */
export function sarifOf({ plans }: Pick<PlansDiff, 'plans'>, version: string): SarifLog {
  const rules = RULES.map(({ name, severity, description }): SarifRule => ({
    id: name,
    shortDescription: { text: description },
    defaultConfiguration: { level: LEVELS[severity] },
  }));
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const seen = new Map<string, number>();
  const order: readonly Level[] = ['error', 'warning', 'note'];
  const results = plans
    .flatMap(({ after }) => after?.diagnostics.map((diagnostic) => ({ ...diagnostic, file: after.file })) ?? [])
    .flatMap(({ file, rule, severity, message, line, column, endLine, endColumn }): SarifResult[] => {
      const ruleIndex = index.get(rule);
      if (ruleIndex === undefined) return [];
      // The same finding keeps its fingerprint while other lines come and go.
      const print = sha256(`${file}\n${rule}\n${message}`).slice(0, FINGERPRINT_DIGITS);
      const count = (seen.get(print) ?? 0) + 1;
      seen.set(print, count);
      const region = { startLine: line, startColumn: column, endLine, endColumn };
      return [
        {
          ruleId: rule,
          ruleIndex,
          level: LEVELS[severity],
          message: { text: visibleText(message) },
          locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file), uriBaseId: '%SRCROOT%' }, region } }],
          partialFingerprints: { primaryLocationLineHash: `${print}:${count}` },
        },
      ];
    })
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
    .slice(0, RESULTS_MAX);
  const driver = { name: 'plans', version, informationUri: HOME, rules };
  return { $schema: SCHEMA, version: '2.1.0', runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }] };
}

const uriOf = (file: string): string =>
  file
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
