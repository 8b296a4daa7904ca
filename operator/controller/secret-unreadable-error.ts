/** A Secret that can't be read until a person mends something: a right is missing, or its file is broken. */
export class SecretUnreadableError extends Error {
  readonly code = 'secret_unreadable';
  /** @param message which Secret, why, and what to do; never a part of its content */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SecretUnreadableError';
  }
}
