/** A place in the order of creation, in which stores list: by time, and by id where people or groups were created in one instant. */
export interface Position {
  readonly createdAt: Date;
  readonly id: string;
}
