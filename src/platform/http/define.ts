import type { z } from 'zod';
import type { Machine, Person, Principal } from '../../domain/person.ts';
import type { Right } from '../auth/rights.ts';

/**
 * Who may call a route. Every route declares it and the router refuses one that does not; what a right takes stands in
 * `policies/people.cedar`. `person`: a signed-in person, a key never. `reader`: a person, or a key with the scope.
 * `key`: a machine, of trust `server` where the content confers power. `public`: anybody, with the reason. `signed`: a
 * system that signs the body as it is, in a header; the route itself checks the signature, and its body is the bytes.
 */
export type Access =
  /** `inLink`: the address itself is signed, so that many may well come from one place. */
  | { readonly kind: 'public'; readonly because: string; readonly inLink?: true }
  | { readonly kind: 'signed'; readonly header: string }
  | { readonly kind: 'person'; readonly right: Right }
  | { readonly kind: 'reader'; readonly right: Right }
  | { readonly kind: 'key'; readonly right: Right; readonly trust?: 'server' };

type Caller<A extends Access> = A extends { readonly kind: 'public' | 'signed' }
  ? null
  : A extends { readonly kind: 'person' }
    ? Person
    : A extends { readonly kind: 'key' }
      ? Machine
      : Principal;

/**
 * What an auditor wants to know was read. `personal_data`: texts to or about somebody by name. `records`: rows, of which
 * many at once are worth a note. `feed`: what a program polls for ever.
 */
export type Reads = 'personal_data' | 'records' | 'feed';

/** Somebody read something. */
export interface Reading {
  /** The route or the command. */
  readonly what: string;
  readonly reads: Reads;
  readonly caller: Principal;
  /** Ids of what it was about, by their word: `accountId`, `caseId` … */
  readonly about: Readonly<Record<string, string>>;
  /** Rows in all. */
  readonly records: number;
}

/** Somebody was refused something. */
export interface Refused {
  readonly what: string;
  /** The stable code of the error. */
  readonly code: string;
  readonly caller: Principal | null;
  /** What was shown instead of good credentials: a header, or a token. */
  readonly credentials: string | null;
}

/** Keeps a record of who reads and who is refused. Neither ever throws. */
export interface AccessRecord {
  readonly read: (reading: Reading) => Promise<void>;
  readonly refused: (refused: Refused) => Promise<void>;
}

/** One request, read and checked. */
export interface Call<S, A extends Access, P, Q, B> {
  readonly services: S;
  readonly caller: Caller<A>;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The client's own name for this request, by which a repetition is recognised; `null` when it gave none. */
  readonly idempotencyKey: string | null;
  /** Of a `signed` route: what its header says, empty where it is not there. */
  readonly signature: string;
  /** Aborted when whoever asked has gone. */
  readonly signal: AbortSignal;
}

/**
 * One operation of the HTTP API. The same definition makes the express route, its part of the OpenAPI document, the
 * client of the command line, and the call within the process when no server runs.
 */
export interface Route<
  S,
  A extends Access = Access,
  P = unknown,
  Q = unknown,
  B = unknown,
  R = unknown,
> {
  /** In camel case: the operationId. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'delete';
  /** With `{name}` for parameters. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly access: A;
  readonly params: z.ZodType<P>;
  readonly query: z.ZodType<Q>;
  /** `null`: it takes no body. */
  readonly body: z.ZodType<B> | null;
  /** How the body is read: parsed from JSON unless told; `bytes` gives a `Buffer` as it came, whatever its type. */
  readonly takes?: 'json' | 'bytes';
  /** What comes back, checked before it is sent: the document and the answer cannot differ. */
  readonly response: z.ZodType<R>;
  /**
   * How it comes back: as JSON unless told. `html`: `response` is the page. `lines`: NDJSON as work goes on, `response`
   * is an `AsyncIterable` of what `line` describes. `events`: the same as server-sent events, each `{event, data}`.
   */
  readonly answers?: 'json' | 'html' | 'lines' | 'events';
  readonly line?: z.ZodType;
  /** Where an auditor wants to know that it was read. */
  readonly reads?: Reads;
  /** With `reads`: the ids of what the answer is about. */
  about?(answer: R): Readonly<Record<string, string>>;
  /** The largest body, in bytes; 64 KB unless told. */
  readonly limitBytes?: number;
  /** `201` or `202` where `200` would say too much. */
  readonly status?: 200 | 201 | 202;
  handle(call: Call<S, A, P, Q, B>): Promise<R>;
}

/** One resource of the HTTP API: a file a member. */
export interface Resource<S> {
  readonly id: string;
  readonly title: string;
  readonly routes: readonly Route<S>[];
}

/** What a client gives to call a route. */
export interface RouteInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signature?: string;
  readonly signal?: AbortSignal;
}

/** Calls routes: over HTTP beside a running server, in the process otherwise. */
export interface Client {
  /** For people: `http://127.0.0.1:4180` or `.retinue`. */
  readonly describe: string;
  call<R>(route: RouteOf<R>, input?: RouteInput): Promise<R>;
  /** What a route that answers in events tells, as it comes. */
  stream<E>(route: EventsOf<E>, input?: RouteInput): AsyncIterable<E>;
}

/** Any route with an answer of type `R`, whatever it needs. */
export interface RouteOf<R> {
  readonly id: string;
  readonly method: 'get' | 'post' | 'delete';
  readonly path: `/${string}`;
  readonly response: z.ZodType<R>;
}

/** A route that answers in events of type `E`. */
export interface EventsOf<E> extends Omit<RouteOf<unknown>, 'response'> {
  readonly line: z.ZodType<E>;
}
