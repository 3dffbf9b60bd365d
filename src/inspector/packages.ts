import fs from 'node:fs/promises';
import path from 'node:path';
import type { PackageRef } from '../model/location.ts';

/** The innermost package that a file belongs to: `.../node_modules/@scope/name/...`, as npm, pnpm and yarn lay them out. */
export function packageFolder(file: string): { folder: string; name: string } | undefined {
  const match = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/@.][^\\/]*))[\\/]/.exec(file);
  return match ? { folder: match[1]!, name: match[2]!.replace('\\', '/') } : undefined;
}

/** The package with its version: by its manifest, else by the folder or archive that the package manager keeps it in. */
export async function readPackage(folder: string, name: string): Promise<PackageRef> {
  const version = (await manifestVersion(folder)) ?? versionInPath(folder, name);
  return version === undefined ? { name } : { name, version };
}

async function manifestVersion(folder: string): Promise<string | undefined> {
  try {
    const manifest = JSON.parse(await fs.readFile(path.join(folder, 'package.json'), 'utf8')) as {
      version?: unknown;
    };
    return typeof manifest.version === 'string' ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}

/** `.pnpm/@scope+name@1.2.3_peer`, `.yarn/cache/@scope-name-npm-1.2.3-0123abcdef.zip`. */
function versionInPath(folder: string, name: string): string | undefined {
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const pnpm = new RegExp(
    String.raw`[\\/]\.pnpm[\\/]${escaped(name.replace('/', '+'))}@(\d[^_(\\/]*)[^\\/]*[\\/]node_modules[\\/]`,
  );
  const yarn = new RegExp(
    String.raw`[\\/]${escaped(name.replace('/', '-'))}-npm-(\d.*?)-[0-9a-f]{10}(?:-[0-9a-f]+)?(?:\.zip)?[\\/]node_modules[\\/]`,
  );
  const inside = `${folder}/`;
  return pnpm.exec(inside)?.[1] ?? yarn.exec(inside)?.[1];
}
