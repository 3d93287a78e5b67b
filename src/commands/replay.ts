import { z } from 'zod';
import { replayDecision, type Replay } from '../act/settle/replay.ts';
import { inputError } from '../domain/errors.ts';
import { EXIT } from '../platform/terminal/exit-codes.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { defineCommand } from './define.ts';
import { field } from './layout.ts';

export default defineCommand({
  id: 'replay',
  group: 'Prove',
  summary: 'Reach a decision again, from the facts and rules that were stored with it',
  arguments: [{ name: 'decision', description: 'as `retinue case` shows it' }],
  options: [],
  examples: ['replay dec-7f3k2m9qh4tz'],
  beside: { inServer: 'view' },
  decides: false,
  input: z.object({ decision: z.string().min(1) }),
  run: async (context, { decision }) => {
    const { db, parts } = await context.system();
    const replay = await db.withTenant(await context.tenantId(), (tx) =>
      replayDecision(tx, { decisionId: decision, buildId: parts.buildId }),
    );
    if (replay === null) {
      throw inputError(
        'decision_not_found',
        `there is no decision \`${decision}\`; \`retinue case\` shows them`,
      );
    }
    return {
      json: replay,
      exitCode: replay.outcome === 'same' ? EXIT.done : EXIT.answerIsNo,
      human: (terminal) => show(terminal, replay),
    };
  },
});

const show = (terminal: Terminal, replay: Replay): string =>
  [
    replay.outcome === 'same'
      ? terminal.style.good(`✓ same: ${replay.decisionId} comes out as it did`)
      : terminal.style.bad(`✗ differs: build ${replay.from} → ${replay.to}`),
    ...field(
      terminal,
      'decided under',
      `${replay.release === null ? 'no release' : `release ${String(replay.release)}`}, configuration ${String(replay.configVersion)}`,
    ),
    ...field(terminal, 'policy then', replay.before.policy ?? 'was not asked'),
    ...field(terminal, 'policy now', replay.after.policy ?? 'was not asked'),
    ...field(terminal, 'arbiter then', replay.before.arbiter ?? 'nothing to say'),
    ...field(terminal, 'arbiter now', replay.after.arbiter ?? 'nothing to say'),
  ].join('\n');
