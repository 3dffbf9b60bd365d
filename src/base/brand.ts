/** A value that the type checker keeps apart from others of the same shape: ids of two tables, two units of time. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };
