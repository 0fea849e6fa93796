/** The database that the databases of test files are cloned from. */
export const TEMPLATE = 'cacheplane_template'
