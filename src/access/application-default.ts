/** Whether users who were given no application by name reach all or none; no call of Descope's tells. */
export const applicationDefaults = ['unknown', 'all', 'none'] as const;
export type ApplicationDefault = (typeof applicationDefaults)[number];
