import type { DkimKey } from './compose.ts';

/** DNS as it is asked here; `node:dns/promises` fits. */
export interface TxtResolver {
  readonly resolveTxt: (name: string) => Promise<readonly (readonly string[])[]>;
}

export interface DomainFinding {
  readonly about: 'SPF' | 'DKIM' | 'DMARC';
  readonly state: 'good' | 'warn' | 'bad';
  readonly text: string;
}

/**
 * What the DNS of a sender's domain says to receivers: who may send for it (SPF, RFC 7208), under which key (DKIM,
 * RFC 6376), and what to make of the rest (DMARC, RFC 7489). Says also what cannot be known from here.
 */
export const checkSenderDomain = async (
  domain: string,
  dkim: Pick<DkimKey, 'domain' | 'selector'> | null,
  dns: TxtResolver,
): Promise<DomainFinding[]> => [
  await checkSpf(domain, dns),
  await checkDkim(domain, dkim, dns),
  await checkDmarc(domain, dns),
];

const NO_SUCH = new Set(['ENOTFOUND', 'ENODATA']);

/** The texts at a name; none where there is no such name, `null` where nobody answers. */
const textsAt = async (name: string, dns: TxtResolver): Promise<string[] | null> => {
  try {
    return (await dns.resolveTxt(name)).map((parts) => parts.join(''));
  } catch (error) {
    return NO_SUCH.has((error as NodeJS.ErrnoException).code ?? '') ? [] : null;
  }
};

const unanswered = (about: DomainFinding['about'], name: string): DomainFinding => ({
  about,
  state: 'warn',
  text: `cannot be looked up: no DNS server answers for ${name} from here`,
});

const checkSpf = async (domain: string, dns: TxtResolver): Promise<DomainFinding> => {
  const about = 'SPF';
  const texts = await textsAt(domain, dns);
  if (texts === null) return unanswered(about, domain);
  const [record, ...more] = texts.filter((text) => /^v=spf1(\s|$)/i.test(text));
  if (record === undefined)
    return {
      about,
      state: 'bad',
      text: `${domain} says nowhere who may send for it: publish \`v=spf1 … -all\``,
    };
  if (more.length > 0)
    return {
      about,
      state: 'bad',
      text: `${domain} has several SPF records, and receivers refuse to choose: leave one`,
    };
  if (/\s\+?all\s*$/i.test(record) && !/[-~?]all\s*$/i.test(record))
    return {
      about,
      state: 'bad',
      text: `${domain} lets anybody send for it (\`${record}\`): end it with -all`,
    };
  return {
    about,
    state: 'good',
    text: `\`${record}\`; whether it covers your mail server cannot be told from here: look at \`spf=\` in a message that arrived`,
  };
};

const checkDkim = async (
  domain: string,
  key: Pick<DkimKey, 'domain' | 'selector'> | null,
  dns: TxtResolver,
): Promise<DomainFinding> => {
  const about = 'DKIM';
  if (key === null) {
    return {
      about,
      state: 'warn',
      text: 'no key is configured here (DKIM_DOMAIN, DKIM_SELECTOR, DKIM_KEY_FILE); whether your mail server signs cannot be told from here: look at `dkim=` in a message that arrived',
    };
  }
  const name = `${key.selector}._domainkey.${key.domain}`;
  const texts = await textsAt(name, dns);
  if (texts === null) return unanswered(about, name);
  const record = texts.find((text) => /(^|;)\s*p=/.test(text));
  if (record === undefined)
    return {
      about,
      state: 'bad',
      text: `${name} publishes no key, so every signature fails: publish it`,
    };
  if (/(^|;)\s*p=\s*(;|$)/.test(record))
    return {
      about,
      state: 'bad',
      text: `${name} says that the key was withdrawn: publish the one in DKIM_KEY_FILE`,
    };
  if (!isAligned(domain, key.domain))
    return {
      about,
      state: 'bad',
      text: `mail from ${domain} is signed for ${key.domain}, which DMARC does not count: sign for ${domain}`,
    };
  return { about, state: 'good', text: `${name} publishes a key` };
};

/** Relaxed alignment: the same domain, or one below the other. */
const isAligned = (from: string, signed: string): boolean =>
  from === signed || from.endsWith(`.${signed}`) || signed.endsWith(`.${from}`);

/** A domain without a record of its own goes by the one of a domain above it. */
const checkDmarc = async (domain: string, dns: TxtResolver): Promise<DomainFinding> => {
  const about = 'DMARC';
  const labels = domain.split('.');
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  for (const each of domains) {
    const texts = await textsAt(`_dmarc.${each}`, dns);
    if (texts === null) return unanswered(about, `_dmarc.${each}`);
    const record = texts.find((text) => /^v=DMARC1\s*;/i.test(text));
    if (record === undefined) continue;
    const policy = /;\s*p=\s*(\w+)/i.exec(record)?.[1]?.toLowerCase() ?? 'none';
    return policy === 'none'
      ? {
          about,
          state: 'warn',
          text: `${each} has p=none: anybody may still write in its name; go on to quarantine or reject once reports are clean`,
        }
      : { about, state: 'good', text: `${each} has p=${policy}` };
  }
  return {
    about,
    state: 'bad',
    text: `${domain} has no DMARC record, which large mailbox providers want: publish \`v=DMARC1; p=none; rua=mailto:…\` at _dmarc.${domain}`,
  };
};
