import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly lines: number;
  readonly text: string;
  /** Files of ours that it imports, as paths from the root. */
  readonly imports: readonly string[];
  /** Packages and `node:` modules that it imports. */
  readonly packages: readonly string[];
}

const TOP_FOLDERS = ['cli', 'common', 'operator', 'scim-service', 'standalone'];

const IMPORT = /^\s*(?:import|export)\s[^'";]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/gm;

export function readSources(root: string): SourceFile[] {
  return TOP_FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
    .filter((name) => name.endsWith('.ts'))
    .map((name) => sourceFile(relative(root, join(root, name)), readFileSync(join(root, name), 'utf8')));
}

export function sourceFile(path: string, text: string): SourceFile {
  const specifiers = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  const own = (specifier: string): boolean => specifier.startsWith('.') || specifier.startsWith('#');
  return {
    path,
    text,
    lines: text.trimEnd().split('\n').length,
    imports: specifiers
      .filter(own)
      .map((specifier) => (specifier.startsWith('#') ? specifier.slice(1) : posix.join(dirname(path), specifier))),
    packages: specifiers.filter((specifier) => !own(specifier)),
  };
}

/** @returns the files of one import cycle in order, the first repeated at the end; null when there is none */
export function findCycle(files: readonly SourceFile[]): readonly string[] | null {
  const importsOf = new Map(files.map((file) => [file.path, file.imports]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const next of importsOf.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return null;
  };
  for (const file of files) {
    const cycle = visit(file.path, []);
    if (cycle) return cycle;
  }
  return null;
}

/** Allowed arrows: a layer (folder) and the layers that its files may import beside their own. */
export type Layers = Readonly<Record<string, readonly string[]>>;

/** The longest folder of the table that holds the file. */
function layerOf(path: string, layers: Layers): string | null {
  const folder = Object.keys(layers)
    .filter((layer) => path.startsWith(`${layer}/`))
    .toSorted((a, b) => b.length - a.length)[0];
  return folder ?? null;
}

export function forbiddenArrows(files: readonly SourceFile[], layers: Layers): string[] {
  return files.flatMap((file) => {
    const from = layerOf(file.path, layers);
    if (!from) return [`${file.path} is in no layer of the table`];
    return file.imports
      .map((target) => ({ target, to: layerOf(target, layers) }))
      .filter(({ to }) => to !== from && !(to && layers[from]?.includes(to)))
      .map(({ target, to }) => `${file.path} (${from}) must not import ${target} (${to ?? 'no layer'})`);
  });
}
