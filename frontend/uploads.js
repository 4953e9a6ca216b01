export const add = () => {};
