'use strict'

const thing = process.env.COZY_COUCH_DOC ? JSON.parse(process.env.COZY_COUCH_DOC) : null
const fields = process.env.COZY_FIELDS ? JSON.parse(process.env.COZY_FIELDS) : null
console.log(JSON.stringify({ type: 'error', message: 'which only tells' }))
const headers = { authorization: `Bearer ${process.env.COZY_CREDENTIALS}`, 'content-type': 'application/json' }
const body = JSON.stringify({ thing: thing && thing._id, fields, language: process.env.COZY_LANGUAGE })
fetch(new URL('/data/test.counted/', process.env.COZY_URL), { method: 'POST', headers, body }).then((answer) => {
  process.exitCode = answer.ok && !(fields && fields.fail) ? 0 : 4
})
