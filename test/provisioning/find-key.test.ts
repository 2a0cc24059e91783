import { describe, expect, it } from 'vitest';
import { type AccessKey, decodeAccessKey } from '../../src/descope/access-keys.ts';
import { ConnectorError } from '../../src/errors.ts';
import { type FindKeyClient, findKeyId, keyText, withKeyHint } from '../../src/provisioning/find-key.ts';
import { HintedError } from '../../src/provisioning/hinted-error.ts';

const keys: readonly AccessKey[] = [
  { id: 'K2One', name: 'Nightly export' },
  { id: 'K2Two', name: 'K2One' },
  { id: 'K2Three', name: 'Twin' },
  { id: 'K2Four', name: 'Twin' },
].map((key) => decodeAccessKey({ ...key, status: 'active' }));

function client(answer: () => readonly AccessKey[] = () => keys): FindKeyClient {
  return { readList: async <Row>() => answer() as readonly unknown[] as readonly Row[] };
}

function failing(kind: ConnectorError['kind']): FindKeyClient {
  return client(() => {
    throw new ConnectorError(kind, 'the list failed');
  });
}

const noUser = new HintedError('not-found', 'no user is called so', '; did you mean U2Ann ("Ann")?');

describe('the id of an access key', () => {
  it('is meant only by a text that says so', () => {
    expect(keyText('access_key:K2One')).toBe('K2One');
    expect(keyText('K2One')).toBeUndefined();
    expect(keyText('ACCESS_KEY:K2One')).toBeUndefined();
  });

  it('is found by id before a name, and by an exact name', async () => {
    expect(await findKeyId(client(), 'K2One', {})).toBe('K2One');
    expect(await findKeyId(client(), 'Nightly export', {})).toBe('K2One');
  });

  it('is taken as it is where it has the form of one, for the key may be gone', async () => {
    const gone = 'K2Gone00000000000000000000000';

    expect(await findKeyId(failing('forbidden'), gone, {})).toBe(gone);
  });

  it('is never guessed: two of a name are a conflict, none is not found, with what was probably meant', async () => {
    await expect(findKeyId(client(), 'Twin', {})).rejects.toMatchObject({ kind: 'conflict' });
    await expect(findKeyId(client(), 'nightly export', {})).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('did you mean K2One ("Nightly export")?') as string,
    });
  });

  it('leaves names of keys out of audit lines', async () => {
    const thrown: unknown = await findKeyId(client(), 'nightly export', {}).catch((error: unknown) => error);

    expect((thrown as HintedError).plain).not.toContain('K2One');
  });
});

describe('the hint for a text that no user has', () => {
  it('says how to name the key that has it', async () => {
    expect(await withKeyHint(client(), 'Nightly export', noUser, {})).toMatchObject({
      kind: 'not-found',
      message: 'no user is called so; it is an access key, which is named as "access_key:K2One"',
      plain: 'no user is called so',
    });
  });

  it('is left out where no key has it, where keys cannot be read, and for another error', async () => {
    const other = new ConnectorError('unavailable', 'Descope is away');

    expect(await withKeyHint(client(), 'Nobody', noUser, {})).toBe(noUser);
    expect(await withKeyHint(failing('forbidden'), 'Nightly export', noUser, {})).toBe(noUser);
    expect(await withKeyHint(client(), 'Nightly export', other, {})).toBe(other);
  });

  it('gives way to a caller who goes away', async () => {
    await expect(withKeyHint(failing('cancelled'), 'Nightly export', noUser, {})).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });
});
