import { z } from 'zod';
import type { Principal } from '../../domain/person.ts';
import type { AccessRecord, Client, Resource, Route, RouteInput, RouteOf } from './define.ts';
import { dispatch } from './dispatch.ts';
import { isRefusal, problemOf } from './problem.ts';

/** Calls the same routes within the process, with the same rights and checks. */
export const localClient = <S>(options: {
  readonly describe: string;
  readonly resources: readonly Resource<S>[];
  readonly services: S;
  readonly caller: Principal | null;
  readonly accessRecord: AccessRecord;
}): Client => {
  const routes = new Map(
    options.resources.flatMap((each) => each.routes).map((route) => [route.id, route]),
  );
  const known = (id: string): Route<S> => {
    const route = routes.get(id);
    if (route === undefined) throw new Error(`route \`${id}\` is not loaded`);
    return route;
  };
  const ask = (id: string, input: RouteInput): Promise<unknown> => {
    const query = z.record(z.string(), z.string()).parse(withoutUndefined(input.query ?? {}));
    const { services, caller, accessRecord } = options;
    return dispatch(known(id), services, caller, { ...input, query }, accessRecord).catch(
      async (error: unknown) => {
        const problem = problemOf(error);
        const refused = { what: id, code: problem.code, caller, credentials: null };
        if (isRefusal(problem) && caller !== null) await accessRecord.refused(refused);
        throw error;
      },
    );
  };
  return {
    describe: options.describe,
    call: async <R>(route: RouteOf<R>, input: RouteInput = {}): Promise<R> => {
      const answer = await ask(route.id, input);
      // The same round trip through JSON as over the wire, so that both give the same.
      return route.response.parse(JSON.parse(JSON.stringify(answer)));
    },
    stream: async function* (route, input = {}) {
      // INVARIANT: a route with `line` answers in events, which dispatch has checked.
      for await (const told of (await ask(route.id, input)) as AsyncIterable<unknown>) {
        yield route.line.parse(JSON.parse(JSON.stringify(told)));
      }
    },
  };
};

const withoutUndefined = (
  query: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
