import { readFileSync } from 'node:fs';
import { hostname, machine, platform as osName, release } from 'node:os';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BatonServiceHelloRequestSchema } from '../gen/c1/connectorapi/baton/v1/baton_pb.ts';
import type { ConnectorServiceGetMetadataResponse } from '../model/messages.ts';
import { version } from '../version.ts';
import type { Platform } from './platform.ts';

/** The platform takes so many characters of a text. */
const longest = 256;

/** Tells the platform who we are, on which machine, and what the connector can do. */
export async function sayHello(
  platform: Pick<Platform, 'hello'>,
  connectorMetadata: ConnectorServiceGetMetadataResponse['metadata'],
  { taskId = '', signal }: { readonly taskId?: string; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const request = { taskId, buildInfo, osInfo: osInfo(), ...(connectorMetadata && { connectorMetadata }) };
  await platform.hello(request, signal);
}

const buildInfo = { langVersion: `node ${process.version}`, package: 'baton-descope', packageVersion: version };

type OsInfo = MessageInitShape<typeof BatonServiceHelloRequestSchema>['osInfo'];

/** Every field has to be there: the platform refuses a hello with an empty one. */
function osInfo(): NonNullable<OsInfo> {
  const kernelVersion = told(release(), 'unknown');
  const { ID: platform, VERSION_ID: platformVersion, ID_LIKE: family } = osRelease();
  return {
    hostname: told(hostname(), 'unknown'),
    os: osName(),
    platform: told(platform, osName()),
    platformVersion: told(platformVersion, kernelVersion),
    platformFamily: told(family?.split(' ')[0], told(platform, osName())),
    kernelVersion,
    kernelArch: machine(),
    virtualizationSystem: 'none',
  };
}

function told(text: string | undefined, otherwise: string): string {
  return text === undefined || text === '' ? otherwise : text.slice(0, longest);
}

/** What Linux distributions tell of themselves: lines such as `ID=debian`. */
function osRelease(): Readonly<Record<string, string>> {
  try {
    const lines = readFileSync('/etc/os-release', 'utf8').matchAll(/^([A-Z_]+)="?([^"\n]*)"?$/gm);
    return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
  } catch {
    return {};
  }
}
