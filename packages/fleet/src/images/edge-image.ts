/** The name under which every engine keeps the image of edges, wherever it came from. */
export const EDGE_IMAGE = 'cacheplane/edge:haproxy-3.0'
