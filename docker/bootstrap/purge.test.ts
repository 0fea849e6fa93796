import { expect, test } from 'vitest'
import { enginesOf } from './purge.ts'

test('every engine is asked once, whatever it announces to clients', () => {
  const zones = 'a=unix:///var/run/docker.sock, b=tcp://10.0.0.5:2375#10.0.0.5,c=tcp://10.0.0.5:2375'
  expect(enginesOf(zones, 'unix:///var/run/docker.sock')).toEqual([
    'unix:///var/run/docker.sock',
    'tcp://10.0.0.5:2375',
  ])
})
