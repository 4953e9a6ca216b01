// What a page hears of its home while it is open: lists keep up, and so does the bell. One file, since nearly every page wants both.
import "./bell.js";
import "./live.js";
