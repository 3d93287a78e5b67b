import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { configError } from '../../domain/errors.ts';

const box = z.strictObject({ iv: z.string(), data: z.string(), tag: z.string() });

/** A secret as it is stored: enciphered by a key of its own, which is enciphered by the master key. */
export const sealedSecret = z.strictObject({
  v: z.literal(1),
  /** Names the master key, so that a wrong one is told apart from a broken text. */
  master: z.string(),
  key: box,
  secret: box,
});

export type SealedSecret = z.infer<typeof sealedSecret>;

/**
 * Seals secrets that the program has to say again (keys of outside systems), unlike those it only has to recognise.
 * `about` names the row that the secret is for: a sealed text that is moved to another row does not open.
 */
export interface Vault {
  /** Throws `secrets_key_missing` or `secrets_key_invalid`. */
  readonly seal: (secret: string, about: string) => Promise<SealedSecret>;
  /** Throws besides `secrets_key_differs` and `secret_broken`. */
  readonly open: (sealed: unknown, about: string) => Promise<string>;
}

const KEY_BYTES = 32;

/** Envelope encryption by AES-256-GCM: a random key for each secret, itself sealed by the master key. */
export const createVault = (masterKey: () => Promise<Buffer>): Vault => ({
  seal: async (secret, about) => {
    const master = await masterKey();
    const key = randomBytes(KEY_BYTES);
    return {
      v: 1,
      master: nameOf(master),
      key: encipher(master, key, about),
      secret: encipher(key, Buffer.from(secret), about),
    };
  },
  open: async (sealed, about) => {
    const master = await masterKey();
    const parsed = sealedSecret.safeParse(sealed);
    if (!parsed.success) throw broken();
    if (parsed.data.master !== nameOf(master)) {
      throw configError(
        'secrets_key_differs',
        'a stored secret was sealed by another key than the one that is set: set RETINUE_SECRET_KEY to the former one, or connect the system again',
      );
    }
    const key = decipher(master, parsed.data.key, about);
    return decipher(key, parsed.data.secret, about).toString();
  },
});

type Box = z.infer<typeof box>;

const encipher = (key: Buffer, plain: Buffer, about: string): Box => {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about));
  const data = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    iv: iv.toString('base64'),
    data: data.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
};

const decipher = (key: Buffer, { iv, data, tag }: Box, about: string): Buffer => {
  try {
    const open = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'), {
      authTagLength: 16,
    })
      .setAAD(Buffer.from(about))
      .setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([open.update(Buffer.from(data, 'base64')), open.final()]);
  } catch {
    throw broken();
  }
};

const broken = () =>
  configError(
    'secret_broken',
    'a stored secret was changed or belongs elsewhere: connect the system again',
  );

const nameOf = (key: Buffer): string =>
  createHash('sha256').update('retinue master key').update(key).digest('hex').slice(0, 12);

/** Where the master key comes from. */
export interface VaultSettings {
  /** `RETINUE_SECRET_KEY`: 32 bytes in base64 or hex. */
  readonly secretKey: string | null;
  /** Whether the data folder is this process's own, so that a key may be kept in it. */
  readonly keyFolder: string | null;
}

/**
 * The vault of this installation. Its key is `RETINUE_SECRET_KEY`; without one, beside the embedded database, a file
 * that is made at first use and that its owner alone can read. A database that many processes share has no such file:
 * there the variable must be set.
 */
export const openVault = (settings: VaultSettings): Vault => {
  let key: Promise<Buffer> | null = null;
  return createVault(() => (key ??= masterKeyOf(settings)));
};

const masterKeyOf = async ({ secretKey, keyFolder }: VaultSettings): Promise<Buffer> => {
  if (secretKey !== null) return readKey(secretKey);
  if (keyFolder !== null) return keyIn(keyFolder);
  throw configError(
    'secrets_key_missing',
    'secrets can only be kept sealed: set RETINUE_SECRET_KEY to 32 random bytes (`openssl rand -base64 32`), the same for every process, or name an environment variable that holds the secret',
  );
};

const readKey = (text: string): Buffer => {
  const key = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
  if (key.length === KEY_BYTES) return key;
  throw configError(
    'secrets_key_invalid',
    'RETINUE_SECRET_KEY is not 32 bytes in base64 or hex; `openssl rand -base64 32` makes one',
  );
};

const FILE = 'secrets.key';

const keyIn = async (folder: string): Promise<Buffer> => {
  const path = join(folder, FILE);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readKey((await readFile(path, 'utf8')).trim());
};
