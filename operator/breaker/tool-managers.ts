/**
 * Field managers of tools that put spec back to what a repository says, without a person having decided anything. A `*` at
 * the end stands for any ending. docs/gitops.md says which tool writes which name, and where that is known from.
 */
export const BUILT_IN_TOOLS: readonly string[] = [
  // Server-side apply, and client-side apply since 2.x; the program's own name before that and for Replace=true.
  'argocd-controller',
  'argocd-application-controller',
  'kustomize-controller',
  'helm-controller',
  'flux',
  'helm',
  'Terraform',
  'pulumi-kubernetes*',
  'tanka',
];

/**
 * The tools that are meant: the built-in ones and the entries, without those that an entry with a `!` takes away.
 * @param entries of TOOL_FIELD_MANAGERS: `name`, `prefix*`, or `!name` for a built-in one
 */
export function toolManagers(entries: readonly string[]): readonly string[] {
  const removed = new Set(entries.filter((entry) => entry.startsWith('!')).map((entry) => entry.slice(1)));
  const added = entries.filter((entry) => !entry.startsWith('!'));
  return [...new Set([...BUILT_IN_TOOLS.filter((tool) => !removed.has(tool)), ...added])];
}

/** One line for each `!name` that is no built-in tool: somebody would think it taken away. */
export function toolManagerProblems(entries: readonly string[]): readonly string[] {
  return entries
    .filter((entry) => entry.startsWith('!') && !BUILT_IN_TOOLS.includes(entry.slice(1)))
    .map((entry) => `${JSON.stringify(entry)} takes nothing away; the built-in tools are ${BUILT_IN_TOOLS.join(', ')}`);
}

/** @param tools of `toolManagers` */
export function isTool(manager: string, tools: readonly string[]): boolean {
  return tools.some((tool) => (tool.endsWith('*') ? manager.startsWith(tool.slice(0, -1)) : manager === tool));
}
