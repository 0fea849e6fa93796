import type { Reading } from './report.ts'

/** Commands by which the control plane only asks, or says who it is; whatever is not among them counts as a change. */
const ASKING = new Set([
  'acl|getuser',
  'acl|whoami',
  'auth',
  'client|setinfo',
  'config|get',
  'hello',
  'info',
  'ping',
  'role',
])

/** What nodes were told while nobody asked anything of them. */
export function commandReading(commands: readonly ReadonlyMap<string, number>[]): Reading {
  const all = commands.flatMap((counts) => [...counts])
  const total = (named: readonly (readonly [string, number])[]) =>
    named.reduce((sum, [, calls]) => sum + calls, 0)
  const names = (named: readonly (readonly [string, number])[]) => [...new Set(named.map(([name]) => name))]
  const changing = all.filter(([name]) => !ASKING.has(name))
  const asking = all.filter(([name]) => ASKING.has(name))
  return {
    name: 'idle commands',
    what: `that may change one of ${commands.length} nodes, besides ${total(asking)} that ask: ${names(asking).join(' ')}`,
    value: [total(changing), ...names(changing)].join(' '),
    goal: '0',
    isMet: changing.length === 0,
  }
}
