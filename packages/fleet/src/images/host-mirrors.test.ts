import { describe, expect, test } from 'vitest'
import { mirrorsIn } from './host-mirrors.ts'

describe('mirrorsIn', () => {
  test('reads deb822 and leaves out suites that are not a base suite', () => {
    const text = [
      'Types: deb',
      'URIs: http://mirror.example/debian',
      'Suites: bookworm bookworm-updates',
      'Components: main',
      '',
      'Types: deb',
      'URIs: http://mirror.example/debian-security',
      'Suites: bookworm-security',
    ].join('\n')
    expect(mirrorsIn(text)).toEqual(['http://mirror.example/debian'])
  })

  test('reads the one-line format with options', () => {
    const text = [
      '# deb http://old.example/debian bookworm main',
      'deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://mirror.example/debian trixie main',
      'deb http://elsewhere.example/apt tool-bookworm main',
    ].join('\n')
    expect(mirrorsIn(text)).toEqual(['http://mirror.example/debian'])
  })

  test('a mirror on a disk of this machine is of no use inside the build', () => {
    expect(mirrorsIn('deb file:///srv/debian bookworm main')).toEqual([])
  })
})
