/** What a person pastes to read a token; without a namespace, in the current one. */
export function readTokenCommand(secret: { readonly namespace?: string; readonly name: string; readonly key: string }): string {
  const within = secret.namespace === undefined ? '' : `-n ${secret.namespace} `;
  return `kubectl ${within}get secret ${secret.name} -o jsonpath='{.data.${secret.key.replaceAll('.', String.raw`\.`)}}' | base64 -d`;
}
