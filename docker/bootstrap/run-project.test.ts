import { describe, expect, test } from 'vitest'
import { countTests } from './run-project.ts'

const report = (passed: number, failed: number, files: { status: string; tests: string[] }[]): string =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((test) => ({ status: test })),
    })),
  })

describe('countTests', () => {
  test('adds up what the report says', () => {
    const text = report(2, 1, [{ status: 'failed', tests: ['passed', 'failed', 'passed'] }])
    expect(countTests(text, 1)).toEqual({ passed: 2, failed: 1 })
  })

  test('a file that could not be loaded is a failure, although no test in it failed', () => {
    const text = report(3, 0, [
      { status: 'failed', tests: [] },
      { status: 'passed', tests: ['passed', 'passed', 'passed'] },
    ])
    expect(countTests(text, 1)).toEqual({ passed: 3, failed: 1 })
  })

  test('a run that ended badly never counts as clean', () => {
    expect(countTests(report(3, 0, [{ status: 'passed', tests: ['passed'] }]), 1).failed).toBe(1)
    expect(countTests(null, 1)).toEqual({ passed: 0, failed: 1 })
    expect(countTests(null, null).failed).toBe(1)
  })

  test('no tests and no report are fine when the run says so', () => {
    expect(countTests(null, 0)).toEqual({ passed: 0, failed: 0 })
  })
})
