import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../fixtures/config/', import.meta.url);

/** Versions of which there are configs as their operator rendered them. */
export const RELEASES: readonly string[] = readdirSync(FOLDER);

/** Text of each config that the operator of that version rendered, byte for byte as it was stored, by what it is an example of. */
export function releasedConfigs(release: string): ReadonlyMap<string, string> {
  const folder = new URL(`${release}/`, FOLDER);
  return new Map(readdirSync(folder).map((file) => [file.replace('.json', ''), readFileSync(new URL(file, folder), 'utf8')]));
}

export function releasedConfig(release: string, example: string): string {
  const text = releasedConfigs(release).get(example);
  if (text === undefined) throw new Error(`there is no config ${example} of ${release}`);
  return text;
}
