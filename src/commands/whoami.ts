import { z } from 'zod';
import { whoAmIRoute } from '../api/session.ts';
import { defineCommand } from './define.ts';
import { hint } from './layout.ts';

export default defineCommand({
  id: 'whoami',
  group: 'Start',
  summary: 'Who is signed in, to which tenant, and with which roles',
  arguments: [],
  options: [],
  examples: ['whoami'],
  beside: 'api',
  decides: false,
  input: z.object({}),
  run: async (context) => {
    const client = await context.client();
    const { person, tenant } = await client.call(whoAmIRoute);
    return {
      json: { tenant, person, where: client.describe },
      human: (terminal) =>
        person === null
          ? [
              `Nobody is signed in; you read ${tenant.name} as whoever opens ${client.describe}.`,
              hint(terminal, 'login', 'sign in, to approve and to change things'),
            ].join('\n')
          : `${terminal.style.strong(person.name)} <${person.email}> at ${tenant.name} (${client.describe}): ${person.roles.join(', ')}`,
    };
  },
});
