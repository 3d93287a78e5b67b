import { inputError } from '../domain/errors.ts';

export const approvalNotFound = (id: string) =>
  inputError('approval_not_found', `there is no approval \`${id}\`; see \`retinue approvals\``);
