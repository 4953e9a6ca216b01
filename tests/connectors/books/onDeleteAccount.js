console.log(JSON.stringify({ type: 'info', message: `goodbye ${JSON.parse(process.env.COZY_FIELDS).account}` }))
