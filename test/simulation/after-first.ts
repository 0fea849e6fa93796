/** The same object, before each of whose asynchronous calls something is awaited. */
export function afterFirst<T extends object>(target: T, first: () => Promise<void>): T {
  return new Proxy(target, {
    get(object, name) {
      const member: unknown = Reflect.get(object, name)
      if (typeof member !== 'function' || name === 'onSettled') return member
      return async (...args: unknown[]): Promise<unknown> => {
        await first()
        return Reflect.apply(member, object, args) as unknown
      }
    },
  })
}
