import { LIVE, type World, type WorldKind } from '../../domain/case.ts';
import { bug } from '../../domain/errors.ts';

const KINDS: readonly WorldKind[] = ['shadow', 'simulated'];

/** The world behind an id: `live`, `shadow-…` or `simulated-…`. Throws for any other, so that a typo is never live. */
export const worldOf = (id: string): World => {
  if (id === LIVE.id) return LIVE;
  const kind = KINDS.find((candidate) => id.startsWith(`${candidate}-`));
  if (kind === undefined)
    throw bug('world.unknown', `\`${id}\` is not a world: use \`live\` or \`shadow-…\``);
  return { id, kind };
};
