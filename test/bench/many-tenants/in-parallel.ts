/** Does the same with each, so many at once. @throws what the first that fails throws */
export async function inParallel<T>(items: readonly T[], parallel: number, act: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      // All take from the one iterator.
      for (const item of rest) await act(item);
    }),
  );
}
