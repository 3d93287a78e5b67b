import { z } from 'zod';
import type { Access, Resource, Route } from './define.ts';
import { problemSchema } from './problem.ts';

type Schema = Record<string, unknown>;

/** The OpenAPI 3.1 document of a set of resources, made from the schemas that check them. */
export const openApi = <S>(
  resources: readonly Resource<S>[],
  info: { readonly title: string; readonly version: string; readonly description: string },
): Schema => ({
  openapi: '3.1.0',
  info: { ...info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
  tags: resources.map((resource) => ({ name: resource.id, description: resource.title })),
  paths: paths(resources),
  components: {
    schemas: { Problem: schemaOf(problemSchema, 'output') },
    securitySchemes: {
      session: {
        type: 'http',
        scheme: 'bearer',
        description: 'the session token of a signed-in person',
      },
      key: { type: 'http', scheme: 'bearer', description: 'an API key: rtn_<keyId>_<secret>' },
      writeKey: {
        type: 'http',
        scheme: 'basic',
        description: 'an API key as the user, without password',
      },
    },
  },
});

const paths = <S>(resources: readonly Resource<S>[]): Schema => {
  const all: Record<string, Schema> = {};
  for (const resource of resources) {
    for (const route of resource.routes) {
      all[route.path] = { ...all[route.path], [route.method]: operation(resource.id, route) };
    }
  }
  return all;
};

const operation = <S>(tag: string, route: Route<S>): Schema => ({
  operationId: route.id,
  summary: route.summary,
  tags: [tag],
  security: security(route.access),
  'x-access': route.access,
  parameters: [
    ...parameters('path', route.params),
    ...parameters('query', route.query),
    ...headers(route),
  ],
  ...(route.body === null
    ? {}
    : { requestBody: { required: true, content: requestContent(route, route.body) } }),
  responses: {
    [String(route.status ?? 200)]: {
      description: 'done',
      content: answerContent(route),
    },
    default: {
      description: 'a problem',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  },
});

const json = (schema: Schema): Schema => ({ 'application/json': { schema } });

const requestContent = <S>(route: Route<S>, body: z.ZodType): Schema =>
  route.takes === 'bytes' ? { '*/*': {} } : json(schemaOf(body, 'input'));

const answerContent = <S>({ answers, line, response }: Route<S>): Schema => {
  if (answers === 'html') return { 'text/html': { schema: { type: 'string' } } };
  if (answers !== 'lines' && answers !== 'events') return json(schemaOf(response, 'output'));
  const type = answers === 'events' ? 'text/event-stream' : 'application/x-ndjson';
  return { [type]: line === undefined ? {} : { schema: schemaOf(line, 'output') } };
};

const security = (access: Access): Schema[] => {
  if (access.kind === 'public' || access.kind === 'signed') return [];
  if (access.kind === 'person') return [{ session: [] }];
  const keys = [{ key: [] }, { writeKey: [] }];
  return access.kind === 'key' ? keys : [{ session: [] }, ...keys];
};

const headers = <S>({ access }: Route<S>): Schema[] => {
  if (access.kind === 'signed') {
    const description = 'the signature of the body as it is sent';
    return [
      {
        name: access.header,
        in: 'header',
        required: true,
        schema: { type: 'string' },
        description,
      },
    ];
  }
  return access.kind === 'key'
    ? [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          schema: { type: 'string', maxLength: 200 },
          description: 'names this request; sent again with it, nothing happens twice',
        },
      ]
    : [];
};

const parameters = (place: 'path' | 'query', schema: z.ZodType): Schema[] => {
  const object = schemaOf(schema, 'input');
  const properties = (object['properties'] ?? {}) as Record<string, Schema>;
  const required = (object['required'] ?? []) as readonly string[];
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each,
    ...(typeof each['description'] === 'string' ? { description: each['description'] } : {}),
  }));
};

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Schema => {
  const whole = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;
  // OpenAPI 3.1 names the dialect once, for the whole document.
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name !== '$schema'));
};
