// express-pouchdb on LevelDB: node server.mjs PORT FOLDER
import express from "express";
import expressPouchDb from "express-pouchdb";
import PouchDB from "pouchdb";

const [port, folder] = process.argv.slice(2);
const app = express();
app.use("/", expressPouchDb(PouchDB.defaults({ prefix: `${folder}/` }), { mode: "minimumForPouchDB", overrideMode: { include: ["routes/find"] } }));
app.listen(Number(port), "127.0.0.1");
