/** The object without members that are undefined, for options that tell an absent one from one that is undefined. */
export function withoutUndefined<T extends object>(object: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
