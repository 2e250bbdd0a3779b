/** What goes wrong, as RFC 9457 has it: `application/problem+json` with the diagnostics inside. One table of kinds, one way to each. */
import type { z } from 'zod';
import { remedyOf } from '../core/machine.ts';
import { EditRefused, PlanInvalid, PlanMoved } from '../engine/authoring.ts';
import { SAFETY_HEADERS } from './headers.ts';
import { diagnosticRecord } from '../core/record.ts';
import type { ProblemDetails } from './shape.ts';

/** The kinds, each with its status and what is always true of it. */
const KINDS = {
  'bad-request': [400, 'The request cannot be read'],
  unauthorized: [401, 'A token is needed'],
  forbidden: [403, 'This is not allowed'],
  'not-found': [404, 'There is no such thing'],
  'not-allowed': [405, 'This cannot be done here'],
  conflict: [409, 'The plan does not allow this now'],
  stale: [412, 'The plan has been changed meanwhile'],
  'too-large': [413, 'The request is too large'],
  'wrong-media-type': [415, 'The body is not JSON'],
  'invalid-request': [422, 'The request does not say what is expected'],
  'invalid-plan': [422, 'The plan would have errors'],
  unsatisfiable: [416, 'Nothing of that range is there'],
  'too-many': [429, 'Too many requests'],
  internal: [500, 'A bug in plans'],
  'planner-stopped': [502, 'Claude gave no answer that could be used'],
  unavailable: [503, 'The machine does not allow this now'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemKind = keyof typeof KINDS;
type Extension = Partial<Omit<ProblemDetails, 'type' | 'title' | 'status' | 'detail'>>;

/** Thrown by whatever answers a request. Nothing has changed then. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: ProblemKind;
  readonly extension: Extension;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: ProblemKind, detail: string, extension: Extension = {}, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.kind = kind;
    this.extension = extension;
    this.headers = headers;
  }
}

/** A refusal as the problem that it is. */
export function problemOf({ kind, message, extension }: Refusal): ProblemDetails {
  const [status, title] = KINDS[kind];
  return { type: `urn:plans:problem:${kind}`, title, status, detail: message, ...extension };
}

/** A refusal as it is sent. */
export function answerOf(refusal: Refusal): Response {
  const body = problemOf(refusal);
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { ...SAFETY_HEADERS, 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...refusal.headers },
  });
}

/** Of a request with a million mistakes nobody reads all. */
const MAX_ERRORS = 50;

/** What does not fit its schema. `target` is what was looked at. */
export function unfit(error: z.core.$ZodError, target: string): Refusal {
  const errors = error.issues.slice(0, MAX_ERRORS).map((issue) => ({ in: target, path: issue.path.join('.'), message: issue.message }));
  const [first] = errors;
  const where = first === undefined || first.path === '' ? '' : ` at "${first.path}"`;
  return new Refusal('invalid-request', `The ${target}${where} cannot be used: ${first?.message ?? 'unknown'}.`, { errors });
}

/** What was thrown, as a refusal; null where it is a bug of ours. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error)) return null;
  if (error instanceof PlanInvalid)
    return new Refusal('invalid-plan', error.message, { diagnostics: error.diagnostics.map(diagnosticRecord) });
  if (error instanceof PlanMoved) return new Refusal('stale', error.message, { revision: error.revision });
  if (error instanceof EditRefused) return new Refusal('invalid-request', error.message);
  // Their messages were written for people; the classes live in rings further in.
  if (['Problem', 'GitUnavailable', 'GitUnsupported'].includes(error.name)) return new Refusal('conflict', error.message);
  const remedy = remedyOf(error);
  return remedy === null ? null : new Refusal('unavailable', `The system says ${error.message}. ${remedy}`);
}
