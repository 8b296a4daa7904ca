import type { ResolvedPath } from '#common/scim/resolve-path.ts';
import type { IgnoredAttributes } from '../ignored-attributes.ts';
import type { ReadNotes } from '../resource/read-value.ts';
import type { ValueProblems } from '../value-problems.ts';

/** Gets what of a PATCH isn't taken. */
export interface PatchNotes {
  readonly ignored: IgnoredAttributes;
  readonly problems: ValueProblems;
}

/**
 * Notes on the value of one operation.
 * @param text the path as the client wrote it, which places in the value begin with
 */
export function notesOn(path: ResolvedPath, text: string, { ignored, problems }: PatchNotes): ReadNotes {
  return {
    onIgnored: (unknown) => ignored.add(unknown),
    onMisfit: (misfit) => problems.addMisfit(misfit, nameOf(path) + misfit.path.slice(text.length)),
  };
}

function nameOf({ schema, extension, attribute, subAttribute }: ResolvedPath): string {
  const name = subAttribute === null ? attribute.name : `${attribute.name}.${subAttribute.name}`;
  return extension ? `${schema.id}:${name}` : name;
}
