import { expect, it } from 'vitest'
import { Flights, type Course } from './flights.ts'

/** A load that asks the cache once, and lands when it is told to. */
function loading(value: string) {
  let land: () => void = () => undefined
  const held = new Promise<void>((resolve) => (land = resolve))
  const begun: { ask: () => void } = { ask: () => undefined }
  const start = async (course: Course) => {
    let shownBy: number | null = null
    begun.ask = () => (shownBy = course.ask())
    await held
    return { value, shownBy }
  }
  return { start, begun, land }
}

it('shares a load with whoever came before the cache was asked whether it is still true', async () => {
  const flights = new Flights<string>()
  const first = loading('old')
  const began = flights.join('key', first.start)
  const late = flights.join('key', loading('new').start)
  first.begun.ask()
  first.land()
  expect(await Promise.all([began, late])).toEqual(['old', 'old'])
})

it('has whoever came while the answer was on its way wait for another load: somebody may have written before he came', async () => {
  const flights = new Flights<string>()
  const [first, second] = [loading('old'), loading('new')]
  const began = flights.join('key', first.start)
  first.begun.ask()
  const late = flights.join('key', second.start)
  first.land()
  second.land()
  expect(await Promise.all([began, late])).toEqual(['old', 'new'])
})
