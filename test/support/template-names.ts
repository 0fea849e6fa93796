/** Databases that the databases of test files are cloned from. */
export const TEMPLATE = 'cacheplane_template'
export const SIMULATION_TEMPLATE = 'cacheplane_simulation_template'
