import { z } from 'zod';
import type { Uploads } from '../platform/uploads/uploads.ts';
import { inputError } from '../domain/errors.ts';
import { defineResource, defineRoute, type Services } from './define.ts';
import { noParams } from './schemas.ts';

export const digestText = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'it must be a SHA-256 in hexadecimal')
  .describe('SHA-256 of the whole file, in hexadecimal');

/** The most that one request brings: small enough to arrive in time on a slow line. */
export const PIECE_BYTES = 4 * 1024 * 1024;

const MOST_FILES = 10_000;

export const sentFile = z.object({
  digest: digestText,
  bytes: z.number().int().min(0).describe('its length'),
});

export const heldRoute = defineRoute({
  id: 'listHeldFiles',
  method: 'post',
  path: '/v1/uploads',
  summary: 'How much of each file is here already, so that sending goes on from there',
  access: { kind: 'person', right: 'import' },
  params: noParams,
  query: noParams,
  body: z.object({ files: z.array(sentFile).max(MOST_FILES) }),
  limitBytes: 2 * 1024 * 1024,
  response: z.object({ held: z.array(z.number().int()).describe('bytes, in the same order') }),
  handle: async ({ services, caller, body }) => {
    const uploads = uploadsOf(services);
    return {
      held: await Promise.all(body.files.map((file) => uploads.held(caller.tenantId, file))),
    };
  },
});

export const sendPieceRoute = defineRoute({
  id: 'sendPiece',
  method: 'post',
  path: '/v1/uploads/{digest}',
  summary: 'Send a piece of a file for a command; the last one completes it',
  access: { kind: 'person', right: 'import' },
  params: z.object({ digest: digestText }),
  query: z.object({
    offset: z.coerce.number().int().min(0).describe('where it begins: how much is here'),
    bytes: z.coerce.number().int().min(0).describe('the length of the whole file'),
  }),
  takes: 'bytes',
  // An empty file is a file too; its body does not count as one.
  body: z.preprocess((body) => body ?? Buffer.alloc(0), z.instanceof(Buffer)),
  limitBytes: PIECE_BYTES,
  response: z.object({ held: z.number().int() }),
  handle: async ({ services, caller, params, query, body }) => {
    const file = { digest: params.digest, bytes: query.bytes };
    const uploads = uploadsOf(services);
    return { held: await uploads.append(caller.tenantId, file, query.offset, body) };
  },
});

const uploadsOf = ({ uploads }: Services): Uploads => {
  if (uploads !== null) return uploads;
  throw inputError('uploads_not_allowed', 'files are sent to a running server only');
};

export default defineResource({
  id: 'uploads',
  title: 'Files for a command, sent to a running server',
  routes: [heldRoute, sendPieceRoute],
});
