/** Bounds that keep the cost of an expression below so many steps for each entry of the longest list of a subject. */
export const expressionLimits = { characters: 1000, nodes: 200, depth: 24 } as const;
