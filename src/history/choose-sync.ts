import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { noStore } from './faults.ts';
import type { KeptSync, WhichSync } from './store.ts';

/** The newest sync of a project at a time. */
export function chooseSync(path: string, all: readonly KeptSync[], { projectId, atMs }: WhichSync): KeptSync {
  const projects = [...new Set(all.map((sync) => sync.projectId))];
  if (projects.length === 0) {
    throw noStore(path, 'it holds no sync');
  }
  if (projectId === undefined && projects.length > 1) {
    throw new ConnectorError(
      'config',
      `${printable(path)} holds several projects: say which with --project (${projects.map(printable).join(', ')})`,
    );
  }
  const wanted = projectId ?? projects[0];
  const own = all.filter((sync) => sync.projectId === wanted);
  const [first] = own;
  if (first === undefined) {
    throw new ConnectorError(
      'not-found',
      `${printable(path)} holds nothing of project ${printable(wanted ?? '')}; it has ${projects.map(printable).join(', ')}`,
    );
  }
  const found = own.findLast(({ finishedMs }) => atMs === undefined || finishedMs <= atMs);
  if (found === undefined) {
    throw new ConnectorError(
      'not-found',
      `${printable(path)} knows nothing of ${new Date(atMs ?? 0).toISOString()}: its first sync finished at ${first.finishedAt}`,
    );
  }
  return found;
}
