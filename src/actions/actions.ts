import type { Action } from './action.ts';
import { deleteUser } from './delete-user.ts';
import { disableAccessKey } from './disable-access-key.ts';
import { disableUser } from './disable-user.ts';
import { enableAccessKey } from './enable-access-key.ts';
import { enableUser } from './enable-user.ts';
import { expirePassword } from './expire-password.ts';
import { logoutUser } from './logout-user.ts';
import { offboardUser } from './offboard-user.ts';
import { removePasskeys } from './remove-passkeys.ts';
import { removeTotp } from './remove-totp.ts';
import { resendInvite } from './resend-invite.ts';
import { rotateAccessKey } from './rotate-access-key.ts';
import { setTemporaryPassword } from './set-temporary-password.ts';
import { transferTenantRole } from './transfer-tenant-role.ts';
import { updateUser } from './update-user.ts';

/** Every action, in the order in which they are listed. A new one is one line here. */
export const actions: readonly Action[] = [
  enableUser,
  disableUser,
  updateUser,
  logoutUser,
  expirePassword,
  setTemporaryPassword,
  removePasskeys,
  removeTotp,
  resendInvite,
  offboardUser,
  enableAccessKey,
  disableAccessKey,
  rotateAccessKey,
  transferTenantRole,
  deleteUser,
];
