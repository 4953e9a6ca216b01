// What the first page brings and modules that come later use as well. Each of those takes it from here alone, and names this file even when it
// needs nothing of it: what all of them have in common is one file to load then; else the bundler cuts it into one for each set of users.
export * from "./page.js";
export * from "./navigation.js";
export * from "./toasts.js";
export * from "./menus.js";
