import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROLES, type Machine, type Person, type Role } from '../../../src/domain/person.ts';
import {
  loadRights,
  mayPerson,
  requireRight,
  RIGHTS,
  type Right,
} from '../../../src/platform/auth/rights.ts';

const person = (...roles: Role[]): Person => ({
  kind: 'person',
  id: 'person-1',
  tenantId: 'acme',
  name: 'Dana Reyes',
  email: 'dana@acme.example',
  roles,
});

const machine = (scopes: Machine['scopes'], trust: Machine['trust'] = 'server'): Machine => ({
  kind: 'machine',
  keyId: 'k1',
  tenantId: 'acme',
  name: 'backend',
  scopes,
  trust,
});

/** Every right with the roles that have it: the whole matrix, so that no right is granted by accident. */
const MATRIX: Readonly<Record<Right, string>> = {
  view: 'viewer auditor operator approver admin',
  verify_ledger: 'viewer auditor operator approver admin',
  read_ledger: 'auditor admin',
  ingest: 'operator approver admin',
  propose: 'operator approver admin',
  run: 'operator approver admin',
  import: 'operator approver admin',
  take_task: 'operator approver admin',
  judge_case: 'operator approver admin',
  recall: 'operator approver admin',
  suppress: 'operator approver admin',
  unsuppress: 'admin',
  approve: 'approver admin',
  reject: 'approver admin',
  edit_proposal: 'approver admin',
  link_accounts: 'approver admin',
  retract_events: 'admin',
  set_autonomy: 'admin',
  declare_guard: 'admin',
  lift_brake: 'admin',
  unmask_models: 'approver admin',
  manage_people: 'admin',
  manage_keys: 'admin',
  manage_webhooks: 'admin',
  apply_config: 'admin',
};

describe('rights of people', () => {
  const cells = RIGHTS.flatMap((right) =>
    ROLES.map((role) => ({ right, role, allowed: MATRIX[right].split(' ').includes(role) })),
  );

  it.each(cells)('$role × $right: $allowed', ({ right, role, allowed }) => {
    expect(mayPerson(person(role), right).allowed).toBe(allowed);
  });

  it('gives a person without a role nothing', () => {
    expect(RIGHTS.filter((right) => mayPerson(person(), right).allowed)).toEqual([]);
  });

  it('gives several roles what any of them has', () => {
    expect(mayPerson(person('viewer', 'approver'), 'approve').allowed).toBe(true);
  });

  it('covers every action of the schema', () => {
    const schema = read('people.cedarschema').replaceAll(/\/\/.*/g, '');
    const actions = [...schema.matchAll(/action\s+([^{]*?)\s*appliesTo/g)].flatMap(
      ([, list = '']) => list.split(',').map((name) => name.trim().replaceAll('"', '')),
    );
    expect(actions.sort()).toEqual([...RIGHTS].sort());
  });
});

describe('rights of machines', () => {
  const scopes: readonly Machine['scopes'][] = [
    [],
    ['ingest'],
    ['read'],
    ['propose'],
    ['ingest', 'read', 'propose'],
  ];
  const opened: Partial<Record<Right, Machine['scopes'][number]>> = {
    view: 'read',
    ingest: 'ingest',
    propose: 'propose',
  };
  const cells = RIGHTS.flatMap((right) => scopes.map((list) => ({ right, list })));

  it.each(cells)('scopes $list × $right', ({ right, list }) => {
    const scope = opened[right];
    const expected = scope !== undefined && list.includes(scope);
    expect(mayPerson(machine(list), right).allowed).toBe(expected);
  });

  it('lets a client key ingest and nothing else, whatever its scopes say', () => {
    const key = machine(['ingest', 'read', 'propose'], 'client');
    expect(RIGHTS.filter((right) => mayPerson(key, right).allowed)).toEqual(['ingest']);
  });

  it('cannot be given the name of a role', () => {
    expect(
      mayPerson({ ...machine(['ingest', 'read', 'propose']), keyId: 'admin' }, 'approve').allowed,
    ).toBe(false);
  });
});

describe('reasons', () => {
  it('names the rule that allows', () => {
    expect(mayPerson(person('admin'), 'manage_keys').reason).toBe('allowed by people.administer');
  });

  it('says which role is missing', () => {
    expect(mayPerson(person('viewer'), 'edit_proposal').reason).toBe(
      'Dana Reyes is viewer and may not edit proposal: it takes the role approver, which an admin can give',
    );
  });

  it('sends a key to a person', () => {
    expect(mayPerson(machine(['ingest']), 'approve').reason).toContain('only a person may');
    expect(mayPerson(machine(['ingest']), 'view').reason).toContain('the scope read');
  });

  it('throws what it says', () => {
    expect(() => requireRight(person('viewer'), 'run')).toThrow(
      expect.objectContaining({ code: 'auth.not_allowed', family: 'input' }) as Error,
    );
    expect(() => requireRight(person('operator'), 'run')).not.toThrow();
  });
});

describe('a policy set', () => {
  const schema = read('people.cedarschema');
  const permitAll = '@id("all") permit (principal, action, resource);';

  it('refuses when any policy fails, a failing forbid included', () => {
    const overflow = 'forbid (principal, action, resource) when { 9223372036854775807 + 1 > 0 };';
    const may = loadRights('test-overflow', `${permitAll}\n${overflow}`, schema);
    expect(may(person('admin'), 'view').allowed).toBe(false);
    expect(loadRights('test-all', permitAll, schema)(person('admin'), 'view').allowed).toBe(true);
  });

  it('refuses a request outside the schema', () => {
    const may = loadRights('test-outside', permitAll, schema);
    expect(may(person('admin'), 'launch_rocket' as Right).allowed).toBe(false);
  });

  it.each([
    ['cannot be parsed', 'permit (principal, action'],
    ['names an unknown action', 'permit (principal, action == Action::"fly", resource);'],
    [
      'reads an unknown attribute',
      'permit (principal, action, resource) when { principal.age > 3 };',
    ],
    ['has two policies of one name', `${permitAll}\n${permitAll}`],
  ])('is not loaded when it %s', (_, text) => {
    expect(() => loadRights('test-bad', text, schema)).toThrow(
      expect.objectContaining({ code: 'auth.policies_invalid' }) as Error,
    );
  });
});

function read(file: string): string {
  return readFileSync(new URL(`../../../src/policies/${file}`, import.meta.url), 'utf8');
}
