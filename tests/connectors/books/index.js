'use strict'

// A connector as the ecosystem's are: it reads its environment, asks a site, and saves what it finds by the API of the home.
// What the fields say it should do wrong, it does.

const manifest = JSON.parse(require('fs').readFileSync('manifest.konnector'))
const fields = JSON.parse(process.env.COZY_FIELDS)
const say = (type, message, more) => console.log(JSON.stringify({ type, message, ...more }))

async function home(method, path, body, type = 'application/json') {
  const headers = { authorization: `Bearer ${process.env.COZY_CREDENTIALS}`, 'content-type': type, accept: 'application/json' }
  const answer = await fetch(new URL(path, process.env.COZY_URL), { method, headers, body })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

async function main() {
  console.log('this is no line for the home')
  say('info', `Hello from ${manifest.slug}`)
  if (fields.say) say(fields.say.type, fields.say.message, { no_retry: fields.say.no_retry })
  if (fields.exit) process.exit(fields.exit)
  if (fields.hang) return setInterval(() => {}, 1000)
  const kept = []
  while (fields.eat) kept.push(Buffer.alloc(16 << 20, 1))
  if (!fields.site) return
  const books = await (await fetch(`${fields.site}/books.json`)).json()
  for (const { title, price } of books) {
    const where = `/files/${fields.folder_to_save}?Type=file&Name=${encodeURIComponent(title)}.txt`
    const file = await home('POST', where, `${title}: ${price}`, 'text/plain')
    await home('POST', '/data/io.cozy.bills/', JSON.stringify({ title, amount: price, invoice: file.data.id }))
  }
  const payload = process.env.COZY_PAYLOAD
  const brought = payload && JSON.parse(payload[0] === '@' ? require('fs').readFileSync(payload.slice(1)) : payload)
  const told = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('COZY_')))
  await home('POST', '/data/io.cozy.bills/', JSON.stringify({ title: 'environment', told, payload: brought && brought.text.length }))
}

main().catch((error) => {
  say('critical', `UNKNOWN_ERROR ${error.message} ${error.cause || ''}`)
  process.exit(1)
})
