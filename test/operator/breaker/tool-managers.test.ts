import { expect, test } from '@jest/globals';
import { BUILT_IN_TOOLS, isTool, toolManagerProblems, toolManagers } from '#operator/breaker/tool-managers.ts';

const table: { name: string; entries: string[]; manager: string; is: boolean }[] = [
  { name: 'Argo CD', entries: [], manager: 'argocd-controller', is: true },
  { name: 'Argo CD of before', entries: [], manager: 'argocd-application-controller', is: true },
  { name: 'Flux, for a Kustomization', entries: [], manager: 'kustomize-controller', is: true },
  { name: 'Flux, for a HelmRelease', entries: [], manager: 'helm-controller', is: true },
  { name: 'Helm', entries: [], manager: 'helm', is: true },
  { name: 'Terraform', entries: [], manager: 'Terraform', is: true },
  { name: 'Pulumi, which adds something of its own', entries: [], manager: 'pulumi-kubernetes-1a2b3c4d', is: true },
  { name: 'a person who patches', entries: [], manager: 'kubectl-patch', is: false },
  { name: 'a person who edits', entries: [], manager: 'kubectl-edit', is: false },
  { name: 'a name that begins like a tool’s', entries: [], manager: 'helmfile', is: false },
  { name: 'a name that differs by its case', entries: [], manager: 'Helm', is: false },
  { name: 'an added name', entries: ['ci-deployer'], manager: 'ci-deployer', is: true },
  { name: 'a built-in tool beside an added name', entries: ['ci-deployer'], manager: 'helm', is: true },
  { name: 'an added beginning', entries: ['ci-*'], manager: 'ci-42', is: true },
  { name: 'what an added beginning does not begin', entries: ['ci-*'], manager: 'my-ci-42', is: false },
  { name: 'a built-in tool that was taken away', entries: ['!helm'], manager: 'helm', is: false },
  { name: 'another tool beside one that was taken away', entries: ['!helm'], manager: 'helm-controller', is: true },
  { name: 'everybody', entries: ['*'], manager: 'kubectl-patch', is: true },
];
test.each(table)('$name: a tool is $is', ({ entries, manager, is }) => {
  expect(isTool(manager, toolManagers(entries))).toBe(is);
});

test('what takes no tool away is told', () => {
  expect(toolManagerProblems(['!helm', 'ci', '!pulumi-kubernetes*'])).toEqual([]);
  expect(toolManagerProblems(['!helmm'])).toEqual([`"!helmm" takes nothing away; the built-in tools are ${BUILT_IN_TOOLS.join(', ')}`]);
});
